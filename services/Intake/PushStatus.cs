using LeadRelay.Configuration;
using LeadRelay.Telemetry;

namespace LeadRelay.Intake;

/// <summary>
/// <c>POST /orders/{order_id}/status</c> and <c>POST /leads/{lead_id}/status</c>: an advertiser pushes a status by its label.
/// Of an order he names the campaign; of a lead CrmWriter's ledger knows it, and so finds the status, too.
/// </summary>
public static class PushStatus
{
    /// <summary>As a campaign's, which is not known of a lead here.</summary>
    private static readonly TimeSpan LeadWait = TimeSpan.FromSeconds(5);

    public static void MapPushStatus(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/orders/{orderId}/status", (string orderId, HttpContext http, ConfigStore store, Gate gate, Door door, TimeProvider time) =>
            PushAsync(new Subject(OrderId: orderId), http, store, gate, door, time));
        endpoints.MapPost("/leads/{leadId:guid}/status", (Guid leadId, HttpContext http, ConfigStore store, Gate gate, Door door, TimeProvider time) =>
            PushAsync(new Subject(LeadId: leadId), http, store, gate, door, time));
    }

    private static async Task<IResult> PushAsync(Subject about, HttpContext http, ConfigStore store, Gate gate, Door door, TimeProvider time)
    {
        var config = store.Current;
        var at = time.GetUtcNow();
        var (body, unreadable) = await Body.ReadAsync(http.Request, http.RequestAborted);
        var (caller, turnedAway) = gate.Admit(http.Request, body.ApiKey, unreadable);
        if (caller is not { } partner)
            return turnedAway!.ToResult(http);

        var alias = about.OrderId is null ? null : body.Fields.GetValueOrDefault("campaign");
        about = about with { Campaign = alias, Partner = partner.Name };
        LeadTrace.Request(http, about);
        async Task<IResult> Record(Refusal refusal)
        {
            await door.RecordAsync(new StatusUpdateRefused(about, null, body.Raw, refusal.Code, refusal.Text, null, at));
            return refusal.ToResult(http);
        }
        if ((turnedAway ?? unreadable ?? Gate.Forbids(partner, Role.Advertiser)) is { } refused)
            return await Record(refused);
        var label = body.Fields.GetValueOrDefault("status") ?? "";
        var (statusId, wait) = ((string?)null, LeadWait);
        if (about.OrderId is not null)
        {
            if (string.IsNullOrEmpty(alias))
                return await Record(new Refusal(422, "missing_field", "Say which campaign the order belongs to.", "campaign"));
            if (!config.Campaigns.TryGetValue(alias, out var campaign))
                return await Record(new Refusal(404, "unknown_campaign", $"There is no campaign {alias}."));
            about = about with { Connection = campaign.Connection };
            if (Gate.Forbids(partner, Role.Advertiser, campaign) is { } forbidden)
                return await Record(forbidden);
            (statusId, wait) = (campaign.StatusMap.StatusIdFor(label), campaign.Wait);
            if (statusId is null)
                return await Record(new Refusal(422, "unknown_status", $"The campaign has no status \"{label}\"; it has {string.Join(", ", campaign.StatusMap.Labels)}.", "status"));
            label = campaign.StatusMap.Entries[statusId]!.Label;
        }

        var key = http.Request.Headers["Idempotency-Key"].ToString();
        var what = about.OrderId is null ? $"{about.LeadId}" : $"{alias}\n{about.OrderId}";
        var id = key is "" ? Guid.CreateVersion7() : StableId.Of($"{partner.Name}\n{what}\n{label}\n{key}", "status");
        var update = new StatusUpdateRequested(id, about, label, statusId, body.Fields.GetValueOrDefault("comment"), body.Raw, at);
        var (kept, answer) = await door.AskAsync(update, Guid.CreateVersion7(), Prefer.Wait(http.Request, wait), http.RequestAborted);
        if (!kept)
            return new Refusal(503, "outcome_unknown", "The status could not be confirmed; it may still arrive. Sending it again is safe.").ToResult(http);
        return answer switch
        {
            OrderStatusUpdated updated => TypedResults.Ok(new StatusAnswer("ok", updated.About.OrderId, updated.Request.Label)),
            StatusUpdateRefused { Code: "unknown_order" } no => new Refusal(404, "unknown_order", no.Text).ToResult(http),
            StatusUpdateRefused { Code: "unknown_lead" } no => new Refusal(404, "unknown_lead", no.Text).ToResult(http),
            StatusUpdateRefused { Code: "no_order_yet" } no => new Refusal(409, "no_order_yet", no.Text).ToResult(http),
            StatusUpdateRefused { Code: "unknown_status" } no => new Refusal(422, "unknown_status", no.Text, "status").ToResult(http),
            StatusUpdateRefused no => new Refusal(422, "status_refused", $"The status was not set: {no.Text} ({no.Code})", "status").ToResult(http),
            _ => TypedResults.Accepted((string?)null, new StatusAnswer("queued", about.OrderId, label)),
        };
    }
}

/// <summary>200: the CRM has the status. 202: it is on its way.</summary>
/// <param name="OrderId">Absent with 202 where a lead was named.</param>
public sealed record StatusAnswer(string Status, string? OrderId, string Label);
