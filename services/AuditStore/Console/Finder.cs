using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary>The search box: takes any id, a phone number or a click id, and finds the leads that have it.</summary>
public static class Finder
{
    /// <summary>Messages looked at, of each meaning that the text can have.</summary>
    private const int Most = 200;

    private const int MostOthers = 50;

    /// <summary>Shorter ones are no phone numbers.</summary>
    private const int FewestDigits = 7;

    public static async Task<LeadsFound> FindAsync(string text, PhoneHashes phones, IAuditLog audit, ILeadViews views, OtherServices services, CancellationToken ct)
    {
        var isId = Guid.TryParse(text, out var id);
        if (isId && await views.OfLeadsAsync([id], ct) is [{ End.State: not LeadEnd.Rejected } lead])
            return new LeadsFound([lead], [], false, null);
        // Many trackers' click ids look like ids of ours.
        List<AuditQuery> meanings = [new() { OrderId = text }, new() { ClickId = text }];
        if (isId)
            meanings.Add(new AuditQuery { LeadIds = [id] });
        var isPhone = IsPhone(text);
        if (isPhone)
            meanings.Add(new AuditQuery { PhoneHash = phones.Of(text) });
        var found = await Task.WhenAll(meanings.Select(meaning => audit.SearchAsync(meaning with { Limit = Most, MostText = AuditEndpoints.MostText }, ct)));
        var entries = found.SelectMany(entry => entry).DistinctBy(entry => entry.MessageId).ToList();
        if (isId && entries.Count is 0)
            return await OfPostbackAsync(id, phones, audit, views, services, ct);
        var ofOrders = await views.OfOrdersAsync([.. entries.Where(entry => entry.About.LeadId is null).Select(OrderOf).OfType<OrderKey>().Distinct()], ct);
        var ofLeads = await views.OfLeadsAsync([.. entries.Select(entry => entry.About.LeadId).OfType<Guid>().Distinct()], ct);
        var leads = ofLeads.Concat(ofOrders).DistinctBy(view => view.LeadId).OrderByDescending(view => view.At).ToList();
        var known = leads.Select(view => (Guid?)view.LeadId).ToHashSet();
        var orders = leads.Select(view => view.About is { Connection: { } connection, OrderId: { } order } ? new OrderKey(connection, order) : default(OrderKey?)).ToHashSet();
        var others = entries.Where(entry => !known.Contains(entry.About.LeadId) && (entry.About.LeadId is not null || OrderOf(entry) is not { } order || !orders.Contains(order)));
        return new LeadsFound(leads, [.. others.OrderByDescending(entry => entry.At).Take(MostOthers)], found.Any(page => page.Count is Most),
            isPhone && text.TrimStart().StartsWith('0') ? "A phone number is found with its country code: +49 151 … in place of 0151 …." : null);
    }

    /// <summary>Whether it may be a phone number: digits, and what people write between them.</summary>
    public static bool IsPhone(string text) =>
        text.Count(char.IsAsciiDigit) is >= FewestDigits and <= 20 && text.All(c => char.IsAsciiDigit(c) || c is '+' or ' ' or '-' or '(' or ')' or '.' or '/');

    private static async Task<LeadsFound> OfPostbackAsync(Guid id, PhoneHashes phones, IAuditLog audit, ILeadViews views, OtherServices services, CancellationToken ct)
    {
        var postback = await services.GetAsync<FailedDelivery>("PostbackDispatcher", $"postbacks/{id}", ct);
        return postback.Value switch
        {
            { LeadId: { } of } => new LeadsFound(await views.OfLeadsAsync([of], ct), [], false, null),
            { OrderId: { } order } => await FindAsync(order, phones, audit, views, services, ct),
            _ => new LeadsFound([], [], false, $"Nothing of the audit has this id. Asked for a postback with it: {postback.Fault}"),
        };
    }

    private static OrderKey? OrderOf(AuditEntry entry) => entry.About is { Connection: { } connection, OrderId: { } order } ? new OrderKey(connection, order) : null;
}

/// <summary>What was found.</summary>
/// <param name="Leads">The newest first.</param>
/// <param name="Others">Messages of no lead that is known, as a refusal at the door: the newest first.</param>
/// <param name="IsMore">There are older messages that fit, which were not looked at.</param>
/// <param name="Hint">What may have been meant, in a sentence.</param>
public sealed record LeadsFound(IReadOnlyList<StoredView> Leads, IReadOnlyList<AuditEntry> Others, bool IsMore, string? Hint);
