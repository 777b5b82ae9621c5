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
        var payout = all.OfType<PostbackAttempted>().OrderBy(a => a.Postback.Sequence).LastOrDefault()?.Postback;
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
        .Concat(all.OfType<PostbackAttempted>().Select(a => (a.Postback.Sequence, (string?)a.Postback.Label, (StatusEvent?)a.Postback.Event, a.Postback.Comment)));

    private static IEnumerable<LeadViewPostback> Postbacks(IAudited[] all)
    {
        var sent = all.OfType<PostbackAttempted>().ToLookup(a => a.Postback.DeliveryId);
        var skips = all.OfType<PostbackSkipped>().ToList();
        foreach (var attempts in sent.OrderBy(g => g.First().Postback.Sequence))
        {
            var last = attempts.MaxBy(a => a.Attempt)!;
            // One that was given up between two attempts, because a newer status goes instead.
            var skip = skips.FirstOrDefault(s => s.Target == last.Postback.Target && s.Sequence == last.Postback.Sequence && s.Event == last.Postback.Event);
            var outcome = all.Any(m => m is PostbackDelivered d && d.Postback.DeliveryId == attempts.Key) ? "delivered"
                : all.Any(m => m is PostbackFailed f && f.Postback.DeliveryId == attempts.Key) ? "failed"
                : skip is not null && skips.Remove(skip) ? "skipped" : "retrying";
            yield return new LeadViewPostback(last.Postback.Event, last.Postback.Label, outcome, outcome is "skipped" ? skip!.Text : last.Error,
                last.Url, last.HttpStatus, Cut(last.Response), last.Attempt, last.At);
        }
        // What was held and then released shows as what became of it.
        var released = sent.Select(g => g.First().Postback.Sequence).Concat(skips.Where(s => s.Event is not null).Select(s => s.Sequence)).ToHashSet();
        foreach (var held in all.OfType<PostbackHeld>().Where(h => !released.Contains(h.Sequence)))
            yield return new LeadViewPostback(null, null, "held", held.Reason, null, null, null, 0, held.At);
        foreach (var skipped in skips)
            yield return new LeadViewPostback(skipped.Event, skipped.Label, "skipped", skipped.Text, null, null, null, 0, skipped.At);
    }
}
