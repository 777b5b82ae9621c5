using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>Orders and status changes to decide about.</summary>
internal static class Changes
{
    public const string Target = Builders.Tracker;

    /// <summary>A template in which the label can be seen.</summary>
    public const string LabelUrl = Target + "/postback?c={click_id}&s={status}";

    /// <param name="at">Milliseconds after the epoch.</param>
    public static StatusChange Change(string? statusId, long at = 10_000, bool exact = false, string? group = null, Reward? reward = null, string? comment = null) =>
        new(Builders.NewId(), statusId, group, comment, reward, DateTimeOffset.FromUnixTimeMilliseconds(at), exact);

    public static StatusChange Creation(StatusEvent statusEvent = StatusEvent.Wait) =>
        StatusChange.OfCreation(Builders.NewId(), Builders.Now, new MappedStatus(statusEvent.ToString().ToLowerInvariant(), statusEvent));

    public static OrderRecord Order(TargetRecord? target = null, params Postback[] waiting) => new(
        Builders.About(Builders.NewId(), "1001"), Builders.Nothing,
        target is null ? new Dictionary<string, TargetRecord>() : new Dictionary<string, TargetRecord> { [Target] = target }, waiting, 1);

    /// <summary>What the target has been sent.</summary>
    public static TargetRecord Sent(StatusEvent statusEvent, long sequence = 5_000, bool exact = false, string? label = null) =>
        new(sequence, exact ? TargetRecord.SalesRender : null, new SentMark(statusEvent, label ?? statusEvent.ToString().ToLowerInvariant(), sequence));

    public static Decision Decide(OrderRecord order, StatusChange change, Campaign? campaign = null) =>
        Decision.For(order, change, Builders.Config(campaign ?? Builders.Campaign()), Builders.Now);

    extension(Decision decision)
    {
        /// <summary>The one delivery; null when there is none.</summary>
        public Postback? Delivery => decision.Deliveries.SingleOrDefault();
    }

    /// <summary>The reason of the one skip, or the event that is sent.</summary>
    public static string Told(Decision decision) =>
        decision.Held ? "held"
        : decision.Deliveries is [var delivery] ? delivery.Event.ToString().ToLowerInvariant()
        : Assert.Single(decision.Events.Select(e => e.Message).OfType<PostbackSkipped>(), skipped => skipped.Reason is not "superseded" || decision.Events.Count is 1).Reason;

    /// <summary>The order after a decision, as the ledger would have it.</summary>
    public static OrderRecord After(this OrderRecord order, Decision decision) => order with
    {
        Targets = decision.Targets,
        Waiting = [.. order.Waiting.Where(d => !decision.Superseded.Contains(d.DeliveryId)), .. decision.Deliveries],
    };
}
