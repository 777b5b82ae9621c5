using LeadRelay.Configuration;

namespace LeadRelay.Intake;

/// <summary><c>GET /leads/{lead_id}</c>: what became of a lead. The audit knows; a lead it has not heard of yet is recognised by its id.</summary>
public static class LeadStatus
{
    public static void MapLeadStatus(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/leads/{leadId:guid}", GetAsync);

    private static async Task<IResult> GetAsync(Guid leadId, HttpContext http, ConfigStore store, Door door)
    {
        var config = store.Current;
        if (Caller.Of(http.Request, null, config) is not { } partner)
            return Caller.Unknown.ToResult(http);
        if (await door.ViewAsync(leadId, http.RequestAborted) is not { } view)
        {
            return new Refusal(503, "status_unavailable", "The status cannot be looked up right now; leads are taken all the same.").ToResult(http);
        }
        if (view.Partner == partner.Name)
            return TypedResults.Ok(view);
        return view.Partner is null && config.Campaigns.Values.Any(c => c.Partners.Contains(partner.Name) && LeadId.Is(leadId, partner.Name, c.Alias))
            ? TypedResults.Ok(view)
            : new Refusal(404, "unknown_lead", $"There is no lead {leadId}.").ToResult(http);
    }
}
