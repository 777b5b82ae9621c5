using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary>
/// Keeps the leads' records up to date with what was stored. Any number of replicas may do so with the same messages, in any
/// order: whoever stores a message looks for its lead only then, and whoever learns of a lead's order looks for the order's
/// messages only then, so of two who meet at least one sees what the other did.
/// </summary>
public sealed class LeadViewKeeper(IAuditLog audit, ILeadViews views)
{
    /// <param name="stored">Messages that are in the audit already.</param>
    /// <returns>Leads among those concerned whose person was forgotten.</returns>
    public async Task<IReadOnlyList<Guid>> KeepAsync(IReadOnlyList<StoredMessage> stored, CancellationToken ct)
    {
        var changed = await FoldAsync(stored, ct);
        var announced = stored.Where(m => m.Message is OrderCreated or LeadDuplicated).Select(m => Order(m.Entry)).OfType<OrderKey>().ToHashSet();
        var earlier = announced.Count is 0 ? [] : await audit.OfOrdersAsync(announced, ct);
        if (earlier.Count > 0)
            changed = [.. changed, .. await FoldAsync([.. earlier.Select(StoredMessage.Of)], ct)];
        // A message that does not name the campaign, as a webhook, is found by it all the same.
        var bare = stored.Select(m => m.Entry).Where(entry => entry.About.Campaign is null).ToList();
        var (leads, orders) = (bare.Select(entry => entry.About.LeadId).ToHashSet(), bare.Where(entry => entry.About.LeadId is null).Select(Order).OfType<OrderKey>().ToHashSet());
        var adopting = changed.Where(view => view.End.State is "created").Select(view => view.About).Where(about => about is { Campaign: not null, Connection: { } connection, OrderId: { } order }
            && (announced.Contains(new OrderKey(connection, order)) || leads.Contains(about.LeadId) || orders.Contains(new OrderKey(connection, order)))).ToHashSet();
        if (adopting.Count > 0)
            await audit.AdoptAsync(adopting, ct);
        return [.. changed.Where(view => view.Forgotten).Select(view => view.LeadId).Distinct()];
    }

    /// <summary>Adds messages to the records that they concern, and returns these.</summary>
    private async Task<IReadOnlyList<StoredView>> FoldAsync(IReadOnlyList<StoredMessage> stored, CancellationToken ct)
    {
        if (stored.Select(Rejected).OfType<StoredView>().ToList() is { Count: > 0 } rejected)
            await views.WriteAsync(rejected, ct);
        var ofLeads = stored.Where(m => m.Message is not null and not LeadRefused && m.Entry.About.LeadId is not null).ToLookup(m => m.Entry.About.LeadId!.Value);
        var ofOrders = stored.Where(m => m.Message is not null && m.Entry.About.LeadId is null).ToLookup(m => Order(m.Entry));
        var orders = ofOrders.Select(group => group.Key).OfType<OrderKey>().ToList();
        var written = new Dictionary<Guid, StoredView>();
        for (IReadOnlyList<Guid>? again = null; again is not []; )
        {
            var known = (again ?? [.. ofLeads.Select(group => group.Key)]) is { Count: > 0 } leads ? await views.OfLeadsAsync(leads, ct) : [];
            if (again is null && orders.Count > 0)
                known = [.. known.Concat(await views.OfOrdersAsync(orders, ct)).DistinctBy(view => view.LeadId)];
            var current = known.ToDictionary(view => view.LeadId);
            List<StoredView> toWrite = [];
            foreach (var leadId in current.Keys.Union(again ?? ofLeads.Select(group => group.Key)))
            {
                var view = current.GetValueOrDefault(leadId);
                var messages = ofLeads[leadId].Concat(view is { About: { Connection: { } connection, OrderId: { } order } } ? ofOrders[new OrderKey(connection, order)] : []);
                if (With(leadId, view, messages) is not { } next)
                    continue;
                written[leadId] = next;
                if (next != view)
                    toWrite.Add(next);
            }
            again = toWrite.Count is 0 ? [] : await views.WriteAsync(toWrite, ct);
        }
        return [.. written.Values];
    }

    /// <summary>A lead's record with what messages add to it; null when there is none, and they do not begin one.</summary>
    private static StoredView? With(Guid leadId, StoredView? view, IEnumerable<StoredMessage> messages)
    {
        // Its details were deleted: what is left is the statistics', and that its person is to be forgotten.
        if (view is { Facts: StoredView.NoDetails })
            return view with { Forgotten = view.Forgotten || messages.Any(message => message.Message is ForgetPerson) };
        var facts = view is null ? new LeadFacts() : LeadFacts.Of(view);
        foreach (var message in messages)
            facts.Add(message.Entry.MessageId, message.Message!);
        return facts.IsEmpty ? null : facts.Store(leadId, view?.Version ?? 0);
    }

    /// <summary>A submission that was refused at the door is no lead, and is counted.</summary>
    private static StoredView? Rejected(StoredMessage message) => message is { Message: LeadRefused { About.Campaign: not null } refused }
        ? new StoredView(message.Entry.MessageId, 0, refused.At, new Subject(message.Entry.MessageId, Campaign: refused.About.Campaign, Partner: refused.About.Partner),
            new LeadEnd(LeadEnd.Rejected, refused.Code), 0, 0, StoredView.NoDetails)
        : null;

    private static OrderKey? Order(AuditEntry entry) => entry.About is { Connection: { } connection, OrderId: { } order } ? new OrderKey(connection, order) : null;
}
