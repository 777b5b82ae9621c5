using LeadRelay.Configuration;
using Microsoft.AspNetCore.Mvc;

namespace LeadRelay.Intake;

/// <summary>
/// What became of leads: by id, by click id, by order id. A partner is told of its own leads; another's is as unknown to it as
/// one that never was. The audit knows; a lead it has not heard of yet is recognised by its id.
/// </summary>
public static class LookUps
{
    public static void MapLookUps(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/leads/{leadId:guid}", OneAsync);
        endpoints.MapGet("/leads", SomeAsync);
        endpoints.MapPost("/leads/query", ManyAsync);
    }

    private static Task<IResult> OneAsync(Guid leadId, HttpContext http, LookUp lookUp) =>
        lookUp.AnswerAsync(http, null, new RawPayload("GET", "", http.Request.Path), () => (new LeadQuery { LeadIds = [leadId.ToString()] }, null), found => found.Leads.Count is 0
            ? new Refusal(404, "unknown_lead", $"There is no lead {leadId}.")
            : TypedResults.Ok(found.Leads[0]));

    private static Task<IResult> SomeAsync(
        [FromQuery(Name = "click_id")] string[] clickIds, string? campaign, [FromQuery(Name = "order_id")] string[] orderIds, HttpContext http, LookUp lookUp)
    {
        static string[] Given(string[] ids) => [.. ids.Where(id => id is not "").Distinct()];
        return lookUp.AnswerAsync(http, null, new RawPayload("GET", "", http.Request.QueryString.ToString()),
            () => LeadQuery.Check(new LeadQuery { ClickIds = Given(clickIds), Campaign = campaign, OrderIds = Given(orderIds) }), TypedResults.Ok);
    }

    private static async Task<IResult> ManyAsync(HttpContext http, LookUp lookUp)
    {
        var body = await LeadQueryBody.ReadAsync(http.Request, http.RequestAborted);
        return await lookUp.AnswerAsync(http, body.ApiKey, body.Raw, () => body.Refusal is null ? LeadQuery.Check(body.Query) : (body.Query, body.Refusal), TypedResults.Ok);
    }
}

/// <summary>What every look-up does: who asks, what is asked, the question, the answer; refusals go on record.</summary>
public sealed class LookUp(ConfigStore store, Gate gate, Door door, TimeProvider time)
{
    /// <param name="raw">What is kept of a refused call.</param>
    /// <param name="read">What is asked, or why it cannot be answered.</param>
    /// <param name="answer">Makes the answer; a refusal may be one.</param>
    public async Task<IResult> AnswerAsync(HttpContext http, string? bodyKey, RawPayload raw, Func<(LeadQuery Query, Refusal? Refusal)> read, Func<LeadsFound, object> answer)
    {
        var (caller, turnedAway) = gate.Admit(http.Request, bodyKey);
        if (caller is not { } partner)
            return turnedAway!.ToResult(http);
        async Task<IResult> Record(Refusal refusal)
        {
            await door.RecordAsync(new LeadRefused(new Subject(Partner: partner.Name), refusal.Status, refusal.Code, refusal.Text, refusal.Field, raw, time.GetUtcNow()));
            return refusal.ToResult(http);
        }
        if (turnedAway is not null)
            return await Record(turnedAway);
        var (query, malformed) = read();
        if (malformed is not null)
            return await Record(malformed);
        if (await door.ViewAsync(query.For(partner.Name), http.RequestAborted) is not { } found)
            return new Refusal(503, "status_unavailable", "The status cannot be looked up right now; leads are taken all the same.").ToResult(http);
        return answer(Found(query, partner, found)) switch
        {
            Refusal refusal => await Record(refusal),
            var result => (IResult)result,
        };
    }

    private LeadsFound Found(LeadQuery query, Partner partner, LeadViewsFound found)
    {
        var ids = found.Leads.Select(lead => lead.LeadId).ToHashSet();
        var aliases = store.Current.Campaigns.Values.Where(c => c.Partners.Contains(partner.Name)).Select(c => c.Alias).ToList();
        var underWay = query.Ids.Distinct().Where(id => !ids.Contains(id))
            .Select(id => (Id: id, Alias: aliases.FirstOrDefault(alias => LeadId.Is(id, partner.Name, alias)))).Where(lead => lead.Alias is not null)
            .Select(lead => new LeadView(lead.Id, partner.Name, lead.Alias, null, null, "queued", null, null, null, null, null, null, [], [])).ToList();
        ids.UnionWith(underWay.Select(lead => lead.LeadId));
        var clicks = found.Leads.Select(lead => lead.ClickId).OfType<string>().ToHashSet();
        var orders = found.Leads.Where(lead => lead.Campaign == query.Campaign).Select(lead => lead.OrderId).OfType<string>().ToHashSet();
        return new LeadsFound([.. found.Leads, .. underWay],
            [.. query.LeadIds.Where(id => !Guid.TryParse(id, out var guid) || !ids.Contains(guid)), .. query.ClickIds.Except(clicks), .. query.OrderIds.Except(orders)], found.More);
    }
}

/// <summary>Answer to a look-up.</summary>
/// <param name="Leads">Newest first.</param>
/// <param name="Unknown">The ids, as they came, of which the partner has no lead.</param>
/// <param name="More">Whether there are more than these, the newest thousand.</param>
public sealed record LeadsFound(IReadOnlyList<LeadView> Leads, IReadOnlyList<string> Unknown, bool More);
