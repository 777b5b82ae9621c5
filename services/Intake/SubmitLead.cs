using System.Security.Cryptography;
using System.Text;
using LeadRelay.Configuration;
using LeadRelay.Telemetry;

namespace LeadRelay.Intake;

/// <summary><c>POST /leads/{alias}</c>: a partner submits a lead.</summary>
public static class SubmitLead
{
    public static void MapSubmitLead(this IEndpointRouteBuilder endpoints) => endpoints.MapPost("/leads/{alias}", SubmitAsync);

    private static async Task<IResult> SubmitAsync(string alias, HttpContext http, ConfigStore store, Gate gate, Door door, TimeProvider time)
    {
        var config = store.Current;
        var at = time.GetUtcNow();
        var (body, unreadable) = await Body.ReadAsync(http.Request, http.RequestAborted);
        var (caller, turnedAway) = gate.Admit(http.Request, body.ApiKey, unreadable);
        if (caller is not { } partner)
            return turnedAway!.ToResult(http);

        var (about, phone) = (new Subject(Campaign: alias, Partner: partner.Name), (string?)null);
        async Task<IResult> Record(Refusal refusal)
        {
            await door.RecordAsync(new LeadRefused(about, refusal.Status, refusal.Code, refusal.Text, refusal.Field, body.Raw, at, phone ?? Phone(body)));
            return refusal.ToResult(http);
        }
        if (turnedAway is not null)
            return await Record(turnedAway);
        if (!config.Campaigns.TryGetValue(alias, out var campaign))
            return await Record(new Refusal(404, "unknown_campaign", $"There is no campaign {alias}."));
        if ((Gate.Forbids(partner, Role.Partner, campaign) ?? unreadable) is { } forbidden)
            return await Record(forbidden);

        var result = Normaliser.Normalise(body.Fields, campaign.Country, campaign.Required, FieldAliases.Of(campaign));
        var (lead, invalid) = (result.Lead, result.Refusal);
        var warnings = body.Warnings.Concat(result.Warnings).ToList();
        (about, phone) = (about with { Connection = campaign.Connection, ClickId = lead.Fields.GetValueOrDefault("click_id") }, lead.Fields.GetValueOrDefault("phone"));
        if (invalid is not null)
            return result.IsTest ? invalid.ToResult(http) : await Record(invalid);
        if (result.IsTest)
            return TypedResults.Ok(new LeadPreview("test", lead.Fields, lead.Params, lead.Cart ?? [], warnings));

        var key = http.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } header ? header : lead.Fields.GetValueOrDefault("external_lead_id");
        var leadId = LeadId.Of(partner.Name, alias, key);
        about = about with { LeadId = leadId };
        LeadTrace.Request(http, about);
        var submitted = new LeadSubmitted(about, lead, Hash(about, body.Fields), body.Raw, warnings, at);
        var (kept, answer) = await door.AskAsync(submitted, Guid.CreateVersion7(), Prefer.Wait(http.Request, campaign.Wait), http.RequestAborted);
        return kept ? Answer(http, leadId, about.ClickId, warnings, answer) : OutcomeUnknown(http, leadId);
    }

    private static IResult Answer(HttpContext http, Guid leadId, string? clickId, IReadOnlyList<string> warnings, object? answer) => answer switch
    {
        OrderCreated created => TypedResults.Created($"/leads/{leadId}",
            new LeadAnswer("ok", leadId, created.About.OrderId, Duplicate: false, created.About.ClickId, created.Submission.Warnings)),
        LeadDuplicated first => TypedResults.Created($"/leads/{leadId}",
            new LeadAnswer("ok", leadId, first.About.OrderId, Duplicate: true, first.About.ClickId, first.Submission.Warnings)),
        OrderRefused { Code: "duplicate" } refused => new Refusal(409, "duplicate", refused.Text).ToResult(http, leadId),
        OrderRefused refused => new Refusal(422, "order_refused", $"The CRM refused the order: {refused.Text} ({refused.Code})").ToResult(http, leadId),
        SubmissionConflicted => new Refusal(409, "idempotency_conflict", "This idempotency key was used before with another body; nothing was changed.").ToResult(http, leadId),
        // Nothing yet, or an order in doubt, which settles later: the lead is kept either way.
        _ => TypedResults.Accepted($"/leads/{leadId}", new QueuedAnswer("queued", leadId, $"/leads/{leadId}", clickId, warnings)),
    };

    private static IResult OutcomeUnknown(HttpContext http, Guid leadId)
    {
        return new Refusal(503, "outcome_unknown",
            $"The lead could not be confirmed; it may still arrive. Send it again with the header Idempotency-Key: {leadId} and it is the same lead.").ToResult(http, leadId);
    }

    /// <summary>Of a submission that was refused before its campaign was known: where the number says its country.</summary>
    private static string? Phone(Body body) => Normaliser.Normalise(body.Fields, null, new HashSet<string>()).Lead.Fields.GetValueOrDefault("phone");

    private static string Hash(Subject about, IReadOnlyDictionary<string, string> fields)
    {
        var text = new StringBuilder().Append(about.Partner).Append('\n').Append(about.Campaign);
        foreach (var (name, value) in fields.OrderBy(f => f.Key, StringComparer.OrdinalIgnoreCase))
            text.Append('\n').Append(name.ToLowerInvariant()).Append('=').Append(value.Length).Append(':').Append(value);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}

/// <summary>201: the order exists.</summary>
/// <param name="Duplicate">Whether this is the order of another lead, by the campaign's rule for duplicates.</param>
public sealed record LeadAnswer(string Status, Guid LeadId, string? OrderId, bool Duplicate, string? ClickId, IReadOnlyList<string> Warnings);

/// <summary>202: the lead is kept, the order is on its way.</summary>
/// <param name="StatusUrl">Where to look, relative to this service.</param>
public sealed record QueuedAnswer(string Status, Guid LeadId, string StatusUrl, string? ClickId, IReadOnlyList<string> Warnings);

/// <summary>200 to a test submission: what the relay made of it; nothing was created.</summary>
public sealed record LeadPreview(string Status, IReadOnlyDictionary<string, string> Fields, IReadOnlyDictionary<string, string> Params, IReadOnlyList<CartItem> Cart, IReadOnlyList<string> Warnings);
