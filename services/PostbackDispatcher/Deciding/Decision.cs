using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>What to do about a status change: at most one delivery per target, and for everything else the reason.</summary>
/// <param name="Held">The map lacks the status: keep the message until it has it.</param>
public sealed record Decision(
    IReadOnlyDictionary<string, TargetRecord> Targets, IReadOnlyList<Postback> Deliveries, IReadOnlyList<Guid> Superseded, IReadOnlyList<Outgoing> Events, bool Held)
{
    /// <summary>What stands in the place of the map's entry where an operator said what a status means.</summary>
    public const string Operator = "operator";

    /// <summary>Nothing is decided before SalesRender was asked: keep the message until then.</summary>
    public bool Verify { get; init; }

    /// <summary>Decides about a change of an order as it stands. Pure: the same question gets the same answer and the same ids.</summary>
    public static Decision For(OrderRecord order, StatusChange change, RelayConfig config, DateTimeOffset now)
    {
        var about = order.About;
        var rule = change.CreationRule;
        Decision Skip(MappedStatus? status, string reason, string text) =>
            new(order.Targets, [], [], [Skipped(about, change, status, null, rule, reason, text, now)], Held: false);

        if (!config.Campaigns.TryGetValue(about.Campaign ?? "", out var campaign))
            return Skip(null, "campaign_gone", $"The campaign {about.Campaign} is no longer configured.");
        var status = change.Status;
        if (status is null && change is { StatusId: null, StatusGroup: null })
            return Skip(null, "no_status", "The webhook names no status.");
        if (status is null)
        {
            rule = campaign.StatusMap.EntryFor(change.StatusId, change.StatusGroup);
            if (rule is null && change.Released is null)
            {
                var reason = $"The status map of {campaign.Alias} has no entry for \"{StatusMap.KeyOf(change.StatusId, change.StatusGroup)}\". Add one and this is released.";
                return new Decision(order.Targets, [], [], [Event(change.MessageId.ToString(),
                    new PostbackHeld(about, change.StatusId, change.StatusGroup, reason, change.Comment, change.Sequence, now))], Held: true);
            }
            (status, rule) = rule is null ? (change.Released, Operator) : (campaign.StatusMap.Entries[rule], rule);
        }
        if (status is null)
            return Skip(null, "ignored", "The status map says to ignore this status.");
        if (config.Templates(campaign, about.Partner, status.Event) is not { Count: > 0 } templates)
            return Skip(status, "not_subscribed", $"Neither the campaign nor its partner has a postback for {Word(status.Event)}.");
        if (about.ClickId is null)
        {
            return order.Tracking.GetValueOrDefault(MacroValues.ClickIdMacro) is { } macro
                ? Skip(status, "literal_macro", $"Instead of a click id the lead has {macro}: nothing filled it in, so the tracker could not tell what this belongs to. Check the macro in the traffic link.")
                : Skip(status, "no_click_id", "The lead came without a click id, so the tracker could not tell what this belongs to.");
        }

        var decided = templates.Select(template => TargetDecision.For(order, change, campaign, status, rule, template, config, now)).ToArray();
        if (decided.Any(one => one.Verify))
            return new Decision(order.Targets, [], [], [], Held: false) { Verify = true };
        var targets = new Dictionary<string, TargetRecord>(order.Targets);
        foreach (var (one, template) in decided.Zip(templates).Where(each => each.First.State is not null))
            targets[template.Target] = one.State!;
        return new Decision(targets, [.. decided.Select(one => one.Delivery).OfType<Postback>()], [.. decided.SelectMany(one => one.Superseded)], [.. decided.SelectMany(one => one.Events)], Held: false);
    }

    /// <summary>Tells that a delivery gives way to a newer one.</summary>
    public static Outgoing Superseding(Subject about, Postback delivery, DateTimeOffset now) => Event(delivery.DeliveryId.ToString(), new PostbackSkipped(
        about, delivery.Event, delivery.Label, delivery.Target, "superseded", "A newer status of this order is sent instead.", delivery.Comment, delivery.Sequence, now));

    internal static Outgoing Skipped(Subject about, StatusChange change, MappedStatus? status, string? target, string? rule, string reason, string text, DateTimeOffset now) =>
        Event($"{change.MessageId}{(target is null ? "" : $" {target}")}", new PostbackSkipped(
            about, status?.Event, status?.Label, target, reason, text, change.Comment, change.Sequence, now, rule));

    internal static Outgoing Event(string subject, IAudited message) => new(StableId.Of(subject, message.GetType().Name), message);

    private static string Word(StatusEvent statusEvent) => statusEvent.ToString().ToLowerInvariant();
}
