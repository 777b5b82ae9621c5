using LeadRelay.Configuration;

namespace LeadRelay.Intake;

/// <summary><c>GET /leads/{lead_id}</c>: what became of a lead. The audit knows; a lead it has not heard of yet is recognised by its id.</summary>
public static class LeadStatus
{
    public static void MapLeadStatus(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/leads/{leadId:guid}", GetAsync);

    private static async Task<IResult> GetAsync(Guid leadId, HttpContext http, ConfigStore store, Gate gate, Door door, TimeProvider time)
    {
        var (caller, turnedAway) = gate.Admit(http.Request, null);
        if (caller is not { } partner)
            return turnedAway!.ToResult(http);
        async Task<IResult> Record(Refusal refusal)
        {
            await door.RecordAsync(new LeadRefused(new Subject(Partner: partner.Name), refusal.Status, refusal.Code, refusal.Text, refusal.Field,
                new RawPayload("GET", "", http.Request.Path), time.GetUtcNow()));
            return refusal.ToResult(http);
        }
        if (turnedAway is not null)
            return await Record(turnedAway);
        if (await door.ViewAsync(leadId, http.RequestAborted) is not { } view)
            return new Refusal(503, "status_unavailable", "The status cannot be looked up right now; leads are taken all the same.").ToResult(http);
        if (view.Partner == partner.Name)
            return TypedResults.Ok(view);
        return view.Partner is null && store.Current.Campaigns.Values.Any(c => c.Partners.Contains(partner.Name) && LeadId.Is(leadId, partner.Name, c.Alias))
            ? TypedResults.Ok(view)
            : await Record(new Refusal(404, "unknown_lead", $"There is no lead {leadId}."));
    }
}
