using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>A status change of one order, to be decided about.</summary>
/// <param name="MessageId">Of the message that told of it; every id made for it follows from this one.</param>
/// <param name="At">When it happened: by SalesRender if <paramref name="Exact"/>, else when the door got it.</param>
/// <param name="Status">Given for an order's creation, which needs no map.</param>
/// <param name="Verified">What SalesRender itself says, once it was asked.</param>
/// <param name="DoorClock">Whose clock <paramref name="At"/> is of, where it is a door's.</param>
public sealed record StatusChange(
    Guid MessageId, string? StatusId, string? StatusGroup, string? Comment, Reward? Reward, DateTimeOffset At, bool Exact, MappedStatus? Status = null, OrderVerified? Verified = null, string? DoorClock = null)
{
    public static StatusChange Of(Guid messageId, OrderStatusChanged message) => new(
        messageId, message.StatusId, message.StatusGroup, message.Comment, message.Reward, message.StatusChangedAt ?? message.At, message.StatusChangedAt is not null, DoorClock: message.Clock);

    /// <summary>The same change with SalesRender's own word on it. What the webhook said about money no longer counts.</summary>
    public static StatusChange Of(OrderVerified verified) =>
        Of(verified.Request.CauseId, verified.Request.Cause) with { Reward = verified.Reward, Verified = verified };

    /// <summary>The creation of the order. Nothing is older, whatever the clocks say.</summary>
    public static StatusChange OfCreation(Guid messageId, DateTimeOffset at, MappedStatus status) =>
        new(messageId, null, null, null, null, at, Exact: false, status);

    /// <summary>Whose clock <see cref="At"/> is of; null when that is not known.</summary>
    public string? Clock => Exact ? TargetRecord.SalesRender : DoorClock;

    /// <summary>Place in the order's history, Unix milliseconds; 0 for its creation.</summary>
    public long Sequence => Status is null ? At.ToUnixTimeMilliseconds() : 0;
}

/// <summary>What to do about a status change: at most one delivery, and for everything else the reason.</summary>
/// <param name="Held">The map lacks the status: keep the message until it has it.</param>
public sealed record Decision(
    IReadOnlyDictionary<string, TargetRecord> Targets, Postback? Delivery, IReadOnlyList<Guid> Superseded, IReadOnlyList<Outgoing> Events, bool Held)
{
    /// <summary>Nothing is decided before SalesRender was asked: keep the message until then.</summary>
    public bool Verify { get; init; }

    /// <summary>Clocks of two doors may differ by this much; within it, the order of arrival counts.</summary>
    private const long SkewMs = 2000;

    /// <summary>Decides about a change of an order as it stands. Pure: the same question gets the same answer and the same ids.</summary>
    public static Decision For(OrderRecord order, StatusChange change, RelayConfig config, DateTimeOffset now)
    {
        var about = order.About;
        Decision Skip(MappedStatus? status, string? target, string reason, string text, IReadOnlyList<Postback>? superseded = null) => new(
            order.Targets, null, Ids(superseded), [.. Supersede(superseded), Event(change.MessageId.ToString(), new PostbackSkipped(
                about, status?.Event, status?.Label, target, reason, text, change.Comment, change.Sequence, now))], Held: false);
        IEnumerable<Outgoing> Supersede(IReadOnlyList<Postback>? deliveries) => (deliveries ?? []).Select(d => Superseding(about, d, now));

        if (!config.Campaigns.TryGetValue(about.Campaign ?? "", out var campaign))
            return Skip(null, null, "campaign_gone", $"The campaign {about.Campaign} is no longer configured.");
        var status = change.Status;
        if (status is null && change is { StatusId: null, StatusGroup: null })
            return Skip(null, null, "no_status", "The webhook names no status.");
        if (status is null && !campaign.StatusMap.TryMap(change.StatusId, change.StatusGroup, out status))
        {
            var reason = $"The status map of {campaign.Alias} has no entry for \"{change.StatusId ?? $"group:{change.StatusGroup}"}\". Add one and this is released.";
            return new Decision(order.Targets, null, [], [Event(change.MessageId.ToString(),
                new PostbackHeld(about, change.StatusId, change.StatusGroup, reason, change.Comment, change.Sequence, now))], Held: true);
        }
        if (status is null)
            return Skip(null, null, "ignored", "The status map says to ignore this status.");
        if (config.Template(campaign, about.Partner ?? "", status.Event) is not { } template)
            return Skip(status, null, "not_subscribed", $"Neither the campaign nor its partner has a postback for {Word(status.Event)}.");
        if (about.ClickId is null)
            return Skip(status, template.Target, "no_click_id", "The lead came without a click id, so the tracker could not tell what this belongs to.");

        var target = order.Targets.GetValueOrDefault(template.Target);
        var isSameClock = change.Clock is not null && change.Clock == target?.Clock;
        if (target is not null && change.Sequence < target.Sequence - (isSameClock ? 0 : SkewMs))
            return Skip(status, template.Target, "superseded", "A newer status of this order came first.");
        var waiting = order.Waiting.Where(d => d.Target == template.Target).ToArray();
        // Moved up behind another, a change is no longer where its clock had it.
        Dictionary<string, TargetRecord> Promise(long sequence) =>
            new(order.Targets) { [template.Target] = new TargetRecord(sequence, sequence == change.Sequence ? change.Clock : null, target?.Sent) };
        bool SameAs(StatusEvent? known, string? label) => known == status.Event && (label == status.Label || !ShowsLabel(template));
        // Not sent again, but what is older is old now. Unless it has no time of its own: then it may be an old webhook repeated.
        var again = change.Sequence > target?.Sequence && (change.Exact || target.Clock is not TargetRecord.SalesRender) ? Promise(change.Sequence) : order.Targets;
        if (waiting.Length > 0 && SameAs(waiting[^1].Event, waiting[^1].Label))
            return Skip(status, template.Target, "repeat", "The same is about to be sent already.") with { Targets = again };
        // What waits goes in favour of the newer. If then the tracker has the same already, there is nothing left to tell it.
        if (SameAs(target?.Sent?.Event, target?.Sent?.Label))
            return Skip(status, template.Target, "repeat", "The tracker was sent the same last time.", waiting) with { Targets = again };

        if (change.Verified is { } verified && !Confirms(verified, change, status, campaign.StatusMap))
            return Skip(status, template.Target, "unverified", Contradiction(verified, change));
        if (change is { Verified: null, Status: null } && status.Event is StatusEvent.Approve && config.Connections.GetValueOrDefault(about.Connection ?? "")?.Webhook.Verify is true)
            return new Decision(order.Targets, null, [], [], Held: false) { Verify = true };

        var sequence = Math.Max(change.Sequence, target?.Sequence + 1 ?? 0);
        var (payout, currency) = Payout(status.Event, change.Reward, campaign.Payout);
        var postback = new Postback(StableId.Of($"{change.MessageId} {template.Target}", nameof(Postback)), change.MessageId, template.Target,
            status.Event, status.Label, sequence, payout, currency, change.Comment, change.At);
        return new Decision(Promise(sequence), postback, Ids(waiting), [.. Supersede(waiting)], Held: false);
    }

    private static bool Confirms(OrderVerified verified, StatusChange change, MappedStatus status, StatusMap map) =>
        verified.StatusId is not null
        && (verified.StatusId == change.StatusId || (map.TryMap(verified.StatusId, verified.StatusGroup, out var own) && own?.Event == status.Event));

    private static string Contradiction(OrderVerified verified, StatusChange change) => verified switch
    {
        { Fault: { } fault } => $"SalesRender could not be asked whether it is so: {fault}",
        { StatusId: null } => "SalesRender has no such order. If this goes on, change the webhook's secret.",
        _ => $"The webhook says {change.StatusId ?? $"group:{change.StatusGroup}"}, but SalesRender itself has {verified.StatusId}. If this goes on, change the webhook's secret.",
    };

    /// <summary>Tells that a delivery gives way to a newer one.</summary>
    public static Outgoing Superseding(Subject about, Postback delivery, DateTimeOffset now) => Event(delivery.DeliveryId.ToString(), new PostbackSkipped(
        about, delivery.Event, delivery.Label, delivery.Target, "superseded", "A newer status of this order is sent instead.", delivery.Comment, delivery.Sequence, now));

    private static (decimal? Amount, string? Currency) Payout(StatusEvent statusEvent, Reward? reward, Payout? campaigns) =>
        statusEvent is not StatusEvent.Approve ? (0, reward?.Currency ?? campaigns?.Currency)
        : reward is not null ? (reward.Amount, reward.Currency ?? campaigns?.Currency)
        : (campaigns?.Amount, campaigns?.Currency);

    private static bool ShowsLabel(PostbackTemplate template) => Macros.Parse(template.Url).Any(part => part is { IsMacro: true, Text: "status" });

    private static Guid[] Ids(IReadOnlyList<Postback>? deliveries) => [.. (deliveries ?? []).Select(d => d.DeliveryId)];

    private static Outgoing Event(string subject, IAudited message) => new(StableId.Of(subject, message.GetType().Name), message);

    private static string Word(StatusEvent statusEvent) => statusEvent.ToString().ToLowerInvariant();
}
