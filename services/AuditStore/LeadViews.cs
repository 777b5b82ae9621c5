namespace LeadRelay.AuditStore;

/// <summary>Makes a lead's view out of its messages.</summary>
public static class LeadViews
{
    private const int MostText = 500;

    /// <summary>How many statuses, and how many postbacks, a view has in an answer of so many views: 50, fewer where there are more than a hundred.</summary>
    public static int MostOfEach(int views) => Math.Clamp(5000 / Math.Max(views, 1), 5, 50);

    /// <param name="messages">In any order.</param>
    /// <param name="most">Statuses and postbacks shown, the newest of each.</param>
    public static LeadView Of(Guid leadId, IEnumerable<IAudited> messages, int most = 50)
    {
        // Of one instant by kind and content, so that the same messages always give the same view.
        var all = messages.OrderBy(m => m.At).ThenBy(m => m.GetType().Name, StringComparer.Ordinal).ThenBy(m => m.ToString(), StringComparer.Ordinal).ToArray();
        var about = all.FirstOrDefault(m => m is LeadSubmitted)?.About ?? all.FirstOrDefault(m => m is OrderCreated or OrderRefused or OrderInDoubt or LeadDuplicated)?.About;
        var created = all.OfType<OrderCreated>().LastOrDefault();
        var orderId = created?.About.OrderId ?? all.OfType<LeadDuplicated>().LastOrDefault()?.About.OrderId;
        var (state, reason) = State(all, created);
        var latest = Statuses(all).OrderBy(s => s.Sequence).LastOrDefault();
        var payout = all.Select(Told).OfType<Postback>().OrderBy(p => p.Sequence).LastOrDefault();
        return new LeadView(leadId, about?.Partner, about?.Campaign, orderId, about?.ClickId, state, reason,
            latest.Label, latest.Event, Cut(latest.Comment), payout?.Payout, payout?.Currency,
            [.. all.OfType<OrderStatusChanged>().Select(s => new LeadViewStatus(s.StatusId, s.StatusGroup, Cut(s.Comment), s.StatusChangedAt ?? s.At)).TakeLast(most)],
            [.. Postbacks(all).OrderBy(p => p.At).TakeLast(most)]);
    }

    /// <summary>A view is a glance; the whole text is in the audit.</summary>
    private static string? Cut(string? text) => text is { Length: > MostText } ? text[..MostText] + "…" : text;

    /// <summary>An order that exists outlasts every doubt about it; else the latest word counts.</summary>
    private static (string State, string? Reason) State(IAudited[] all, OrderCreated? created) =>
        created is not null ? ("created", null) : all.LastOrDefault(m => m is OrderRefused or OrderInDoubt or LeadDuplicated or LeadSubmitted or ResolveInDoubt { OrderId: null }) switch
        {
            LeadDuplicated => ("duplicate", "Another lead with this phone has the order."),
            OrderRefused refused => ("refused", $"{refused.Text} ({refused.Code})"),
            OrderInDoubt doubt => ("in_doubt", doubt.Reason),
            _ => ("queued", null),
        };

    private static IEnumerable<(long Sequence, string? Label, StatusEvent? Event, string? Comment)> Statuses(IAudited[] all) => all
        .OfType<PostbackSkipped>().Where(s => s is { Event: not null, Reason: not "superseded" }).Select(s => (s.Sequence, s.Label, s.Event, s.Comment))
        .Concat(all.Select(Told).OfType<Postback>().Select(p => (p.Sequence, (string?)p.Label, (StatusEvent?)p.Event, p.Comment)));

    /// <summary>The postback that a message shows to have been due.</summary>
    private static Postback? Told(IAudited message) => message switch
    {
        PostbackDue due => due.Postback,
        PostbackAttempted attempted => attempted.Postback,
        PostbackResent resent => resent.Postback,
        _ => null,
    };

    /// <summary>What an operator says of a cancellation is not for the partner.</summary>
    private static string Why(PostbackSkipped skipped) => skipped.Reason is "cancelled" ? "The operator cancelled it." : skipped.Text;

    private static IEnumerable<LeadViewPostback> Postbacks(IAudited[] all)
    {
        var deliveries = all.Where(m => Told(m) is not null).ToLookup(m => Told(m)!.DeliveryId);
        var skips = all.OfType<PostbackSkipped>().ToList();
        foreach (var delivery in deliveries.OrderBy(d => Told(d.First())!.Sequence))
        {
            var postback = Told(delivery.First())!;
            var last = delivery.OfType<PostbackAttempted>().MaxBy(a => a.Attempt);
            // One that was given up before or between its attempts, because a newer status goes instead or an operator said so.
            var skip = skips.FirstOrDefault(s => s.Target == postback.Target && s.Sequence == postback.Sequence && s.Event == postback.Event);
            var outcome = all.Any(m => m is PostbackDelivered d && d.Postback.DeliveryId == delivery.Key) ? "delivered"
                : all.Any(m => m is PostbackFailed f && f.Postback.DeliveryId == delivery.Key) ? "failed"
                : skip is not null && skips.Remove(skip) ? "skipped"
                : last is null ? "waiting" : "retrying";
            yield return new LeadViewPostback(postback.Event, postback.Label, outcome, outcome is "skipped" ? Why(skip!) : last?.Error,
                last?.Url, last?.HttpStatus, Cut(last?.Response), last?.Attempt ?? 0, last?.At ?? delivery.Max(m => m.At), postback.Target, delivery.OfType<PostbackDue>().FirstOrDefault()?.Rule);
        }
        // What was held and then released shows as what became of it.
        var released = deliveries.Select(d => Told(d.First())!.Sequence).Concat(skips.Where(s => s.Event is not null).Select(s => s.Sequence)).ToHashSet();
        foreach (var held in all.OfType<PostbackHeld>().Where(h => !released.Contains(h.Sequence)))
            yield return new LeadViewPostback(null, null, "held", held.Reason, null, null, null, 0, held.At);
        foreach (var skipped in skips)
            yield return new LeadViewPostback(skipped.Event, skipped.Label, "skipped", Why(skipped), null, null, null, 0, skipped.At, skipped.Target, skipped.Rule);
    }
}
