namespace LeadRelay.AuditStore;

/// <summary>Makes a lead's view out of its messages.</summary>
public static class LeadViews
{
    /// <param name="messages">In any order.</param>
    public static LeadView Of(Guid leadId, IEnumerable<IAudited> messages)
    {
        // Of one instant by kind and content, so that the same messages always give the same view.
        var all = messages.OrderBy(m => m.At).ThenBy(m => m.GetType().Name, StringComparer.Ordinal).ThenBy(m => m.ToString(), StringComparer.Ordinal).ToArray();
        var about = all.OfType<LeadSubmitted>().FirstOrDefault()?.About ?? all.FirstOrDefault(m => m.About.LeadId == leadId)?.About;
        var created = all.OfType<OrderCreated>().LastOrDefault();
        var (state, reason) = State(all, created);
        var latest = Statuses(all).OrderBy(s => s.Sequence).LastOrDefault();
        var payout = all.OfType<PostbackAttempted>().OrderBy(a => a.Postback.Sequence).LastOrDefault()?.Postback;
        return new LeadView(leadId, about?.Partner, about?.Campaign, created?.About.OrderId, about?.ClickId, state, reason,
            latest.Label, latest.Event, latest.Comment, payout?.Payout, payout?.Currency,
            [.. all.OfType<OrderStatusChanged>().Select(s => new LeadViewStatus(s.StatusId, s.StatusGroup, s.Comment, s.StatusChangedAt ?? s.At))],
            [.. Postbacks(all)]);
    }

    /// <summary>An order that exists outlasts every doubt about it; else the latest word counts.</summary>
    private static (string State, string? Reason) State(IAudited[] all, OrderCreated? created) =>
        created is not null ? ("created", null) : all.LastOrDefault(m => m is OrderRefused or OrderInDoubt or LeadSubmitted) switch
        {
            OrderRefused refused => ("refused", $"{refused.Text} ({refused.Code})"),
            OrderInDoubt doubt => ("in_doubt", doubt.Reason),
            _ => ("queued", null),
        };

    private static IEnumerable<(long Sequence, string? Label, StatusEvent? Event, string? Comment)> Statuses(IAudited[] all) => all
        .OfType<PostbackSkipped>().Where(s => s is { Event: not null, Reason: not "superseded" }).Select(s => (s.Sequence, s.Label, s.Event, s.Comment))
        .Concat(all.OfType<PostbackAttempted>().Select(a => (a.Postback.Sequence, (string?)a.Postback.Label, (StatusEvent?)a.Postback.Event, a.Postback.Comment)));

    private static IEnumerable<LeadViewPostback> Postbacks(IAudited[] all)
    {
        foreach (var attempts in all.OfType<PostbackAttempted>().GroupBy(a => a.Postback.DeliveryId).OrderBy(g => g.First().Postback.Sequence))
        {
            var last = attempts.MaxBy(a => a.Attempt)!;
            var outcome = all.Any(m => m is PostbackDelivered d && d.Postback.DeliveryId == attempts.Key) ? "delivered"
                : all.Any(m => m is PostbackFailed f && f.Postback.DeliveryId == attempts.Key) ? "failed" : "retrying";
            yield return new LeadViewPostback(last.Postback.Event, last.Postback.Label, outcome, last.Error, last.Url, last.HttpStatus, last.Response, last.Attempt, last.At);
        }
        foreach (var held in all.OfType<PostbackHeld>())
            yield return new LeadViewPostback(null, null, "held", held.Reason, null, null, null, 0, held.At);
        foreach (var skipped in all.OfType<PostbackSkipped>())
            yield return new LeadViewPostback(skipped.Event, skipped.Label, "skipped", skipped.Text, null, null, null, 0, skipped.At);
    }
}
