using LeadRelay.Configuration;

namespace LeadRelay.Intake;

/// <summary><c>POST /orders/{order_id}/status</c>: an advertiser pushes a status by its label.</summary>
public static class PushStatus
{
    public static void MapPushStatus(this IEndpointRouteBuilder endpoints) => endpoints.MapPost("/orders/{orderId}/status", PushAsync);

    private static async Task<IResult> PushAsync(string orderId, HttpContext http, ConfigStore store, Gate gate, Door door, TimeProvider time)
    {
        var config = store.Current;
        var at = time.GetUtcNow();
        var (body, unreadable) = await Body.ReadAsync(http.Request, http.RequestAborted);
        var (caller, turnedAway) = gate.Admit(http.Request, body.ApiKey, unreadable);
        if (caller is not { } partner)
            return turnedAway!.ToResult(http);

        var alias = body.Fields.GetValueOrDefault("campaign");
        var about = new Subject(Campaign: alias, Partner: partner.Name, OrderId: orderId);
        async Task<IResult> Record(Refusal refusal)
        {
            await door.RecordAsync(new StatusUpdateRefused(about, null, body.Raw, refusal.Code, refusal.Text, null, at));
            return refusal.ToResult(http);
        }
        if ((turnedAway ?? unreadable) is { } refused)
            return await Record(refused);
        if (string.IsNullOrEmpty(alias))
            return await Record(new Refusal(422, "missing_field", "Say which campaign the order belongs to.", "campaign"));
        if (!config.Campaigns.TryGetValue(alias, out var campaign))
            return await Record(new Refusal(404, "unknown_campaign", $"There is no campaign {alias}."));
        about = about with { Connection = campaign.Connection };
        if (Gate.Forbids(partner, Role.Advertiser, campaign) is { } forbidden)
            return await Record(forbidden);
        var label = body.Fields.GetValueOrDefault("status") ?? "";
        if (campaign.StatusMap.StatusIdFor(label) is not { } statusId)
            return await Record(new Refusal(422, "unknown_status", $"The campaign has no status \"{label}\"; it has {string.Join(", ", campaign.StatusMap.Labels)}.", "status"));

        var key = http.Request.Headers["Idempotency-Key"].ToString();
        var id = key is "" ? Guid.CreateVersion7() : StableId.Of($"{partner.Name}\n{alias}\n{orderId}\n{label}\n{key}", "status");
        var update = new StatusUpdateRequested(id, about, label, statusId, body.Fields.GetValueOrDefault("comment"), body.Raw, at);
        var (kept, answer) = await door.AskAsync(update, Guid.CreateVersion7(), Prefer.Wait(http.Request, campaign.Wait), http.RequestAborted);
        if (!kept)
        {
            return new Refusal(503, "outcome_unknown", "The status could not be confirmed; it may still arrive. Sending it again is safe.").ToResult(http);
        }
        return answer switch
        {
            OrderStatusUpdated updated => TypedResults.Ok(new StatusAnswer("ok", orderId, updated.Request.Label)),
            StatusUpdateRefused { Code: "unknown_order" } no => new Refusal(404, "unknown_order", no.Text).ToResult(http),
            StatusUpdateRefused no => new Refusal(422, "status_refused", $"The CRM refused the status: {no.Text} ({no.Code})", "status").ToResult(http),
            _ => TypedResults.Accepted((string?)null, new StatusAnswer("queued", orderId, label)),
        };
    }
}

/// <summary>200: the CRM has the status. 202: it is on its way.</summary>
public sealed record StatusAnswer(string Status, string OrderId, string Label);
