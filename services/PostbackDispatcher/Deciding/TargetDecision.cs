using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>What a mapped status change means for one target.</summary>
/// <param name="State">What the target has been promised from now on; null: as before.</param>
internal sealed record TargetDecision(TargetRecord? State, Postback? Delivery, IReadOnlyList<Guid> Superseded, IReadOnlyList<Outgoing> Events)
{
    /// <summary>Clocks of two doors may differ by this much; within it, the order of arrival counts.</summary>
    private const long SkewMs = 2000;

    /// <summary>It would bring money, and SalesRender is to be asked first.</summary>
    public bool Verify { get; private init; }

    public static TargetDecision For(
        OrderRecord order, StatusChange change, Campaign campaign, MappedStatus status, string? rule, PostbackTemplate template, RelayConfig config, DateTimeOffset now)
    {
        var about = order.About;
        TargetDecision Skip(string reason, string text, TargetRecord? state = null, Postback[]? superseded = null) => new(
            state, null, [.. (superseded ?? []).Select(d => d.DeliveryId)],
            [.. Superseding(superseded), Decision.Skipped(about, change, status, template.Target, rule, reason, text, now)]);
        IEnumerable<Outgoing> Superseding(IEnumerable<Postback>? deliveries) => (deliveries ?? []).Select(d => Decision.Superseding(about, d, now));

        var target = order.Targets.GetValueOrDefault(template.Target);
        var isSameClock = change.Clock is not null && change.Clock == target?.Clock;
        if (target is not null && change.Sequence < target.Sequence - (isSameClock ? 0 : SkewMs))
            return Skip("superseded", "A newer status of this order came first.");
        var waiting = order.Waiting.Where(d => d.Target == template.Target).ToArray();
        // What waits goes in favour of the newer, unless the tracker must have had it first.
        var givingWay = waiting.Where(d => config.Template(campaign, about.Partner, d.Event, d.Target) is not { RequiredFirst: true }).ToArray();
        // Moved up behind another, a change is no longer where its clock had it.
        TargetRecord Promise(long sequence) => new(sequence, sequence == change.Sequence ? change.Clock : null, target?.Sent);
        bool SameAs(StatusEvent? known, string? label) => known == status.Event && (label == status.Label || !template.Shows("status"));
        // Not sent again, but what is older is old now. Unless it has no time of its own: then it may be an old webhook repeated.
        var again = change.Sequence > target?.Sequence && (change.Exact || target.Clock is not TargetRecord.SalesRender) ? Promise(change.Sequence) : null;
        if (waiting.Length > 0 && SameAs(waiting[^1].Event, waiting[^1].Label))
            return Skip("repeat", "The same is about to be sent already.", again);
        // If the tracker has the same already and nothing else must come first, there is nothing left to tell it.
        if (SameAs(target?.Sent?.Event, target?.Sent?.Label) && givingWay.Length == waiting.Length)
            return Skip("repeat", "The tracker was sent the same last time.", again, givingWay);

        if (change.Verified is { } verified && !Confirms(verified, change, status, campaign.StatusMap))
            return Skip("unverified", Contradiction(verified, change));
        if (change is { Verified: null, Status: null } && status.Event is StatusEvent.Approve && config.Connections.GetValueOrDefault(about.Connection ?? "")?.Webhook.Verify is true)
            return new TargetDecision(null, null, [], []) { Verify = true };

        var sequence = Math.Max(change.Sequence, target?.Sequence + 1 ?? 0);
        var (payout, currency) = Payout(status.Event, change.Reward, campaign.Payout);
        var postback = new Postback(StableId.Of($"{change.MessageId} {template.Target}", nameof(Postback)), change.FirstMessageId ?? change.MessageId, template.Target,
            status.Event, status.Label, sequence, payout, currency, change.Comment, change.At);
        var due = Decision.Event(postback.DeliveryId.ToString(), new PostbackDue(about, postback, change.Cause, rule, now));
        return new TargetDecision(Promise(sequence), postback, [.. givingWay.Select(d => d.DeliveryId)], [.. Superseding(givingWay), due]);
    }

    private static bool Confirms(OrderVerified verified, StatusChange change, MappedStatus status, StatusMap map) =>
        verified.StatusId is not null
        && (verified.StatusId == change.StatusId || (map.TryMap(verified.StatusId, verified.StatusGroup, out var own) ? own?.Event == status.Event : IsReleased(verified, change)));

    /// <summary>Whether an operator's word on the webhook's status, of which it names the group alone, is his word on SalesRender's own, which the map lacks as well.</summary>
    private static bool IsReleased(OrderVerified verified, StatusChange change) =>
        change is { Released: not null, StatusId: null } && string.Equals(verified.StatusGroup, change.StatusGroup, StringComparison.OrdinalIgnoreCase);

    private static string Contradiction(OrderVerified verified, StatusChange change) => verified switch
    {
        { Fault: { } fault } => $"SalesRender could not be asked whether it is so: {fault}",
        { StatusId: null } => "SalesRender has no such order. If this goes on, change the webhook's secret.",
        _ => $"The webhook says {change.StatusId ?? $"group:{change.StatusGroup}"}, but SalesRender itself has {verified.StatusId}. If this goes on, change the webhook's secret.",
    };

    internal static (decimal? Amount, string? Currency) Payout(StatusEvent statusEvent, Reward? reward, Payout? campaigns) =>
        statusEvent is not StatusEvent.Approve ? (0, reward?.Currency ?? campaigns?.Currency)
        : reward is not null ? (reward.Amount, reward.Currency ?? campaigns?.Currency)
        : (campaigns?.Amount, campaigns?.Currency);
}
