namespace LeadRelay.Persistence.Postbacks;

/// <summary>Where a delivery stands.</summary>
public enum DeliveryState
{
    /// <summary>For its next attempt.</summary>
    Waiting,

    /// <summary>For an older one of the same order and target, which is under way or must come first.</summary>
    Behind,

    /// <summary>An attempt is under way.</summary>
    Claimed,

    Delivered,

    Failed,

    /// <summary>A newer one was made instead.</summary>
    Superseded,

    /// <summary>By an operator.</summary>
    Cancelled,
}

/// <summary>Attempts are made in two lanes, so that first ones never wait behind retries and resends.</summary>
public enum Lane
{
    First, Retry,
}

/// <summary>A claimed delivery.</summary>
/// <param name="Cause">The webhook that is passed on; null for an order's creation.</param>
/// <param name="Attempt">This one's number, 1 for the first.</param>
/// <param name="Waited">Sum of the waits between its attempts so far, as they were given to it.</param>
/// <param name="Recorded">The request to repeat as it was; null: render it.</param>
public sealed record Delivery(
    Postback Postback, Subject About, IReadOnlyDictionary<string, string> Tracking, OrderStatusChanged? Cause, int Attempt, TimeSpan Waited, Guid Lease, RenderedPostback? Recorded = null);

/// <summary>What came of an attempt.</summary>
/// <param name="RetryIn">With <see cref="DeliveryState.Waiting"/>: how long until the next attempt.</param>
/// <param name="Superseded">Told instead when it would wait, but a newer delivery for the same target waits already. Null: it waits all the same, and the newer one behind it.</param>
/// <param name="Sent">The request as it was sent, to be repeated if an operator wants; null when none was.</param>
public sealed record DeliveryOutcome(DeliveryState State, TimeSpan? RetryIn = null, Outgoing? Superseded = null, RenderedPostback? Sent = null)
{
    /// <summary>No attempt was made after all: it does not count as one.</summary>
    public bool Unmade { get; init; }

    /// <summary>With <see cref="DeliveryState.Failed"/> and <see cref="DeliveryState.Superseded"/>: this attempt surely changed nothing at the target.</summary>
    public bool Refused { get; init; }
}

/// <summary>A delivery as it stands.</summary>
/// <param name="Attempts">Begun so far.</param>
/// <param name="DueAt">With <see cref="DeliveryState.Waiting"/>: when its next attempt is due.</param>
/// <param name="Place">Where it stands in the list.</param>
/// <param name="ResentAs">The newest delivery that says the same once more: of the same order, target and sequence.</param>
/// <param name="IsSuperseded">It has ended, and may not be made again: its target was promised something newer since (<see cref="Resent.Superseded"/>).</param>
public sealed record DeliveryRow(
    Postback Postback, Subject About, DeliveryState State, int Attempts, DateTimeOffset? DueAt, DateTimeOffset Since, string Place, Guid? ResentAs = null, bool IsSuperseded = false);

/// <summary>Which deliveries are meant: all that fit every part that is given.</summary>
/// <param name="From">Decided at this time or later, UTC.</param>
/// <param name="To">Decided before this time, UTC.</param>
public sealed record DeliveryFilter(
    string? Campaign = null,
    string? Partner = null,
    string? Target = null,
    StatusEvent? Event = null,
    DeliveryState? State = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null);

/// <summary>What became of a resend.</summary>
public enum Resent
{
    /// <summary>It is due now.</summary>
    Due,

    /// <summary>There is no such delivery.</summary>
    Unknown,

    /// <summary>One for the same order and target is under way or waits: that comes first.</summary>
    UnderWay,

    /// <summary>The target was promised something newer since, and an older status never follows a newer one.</summary>
    Superseded,
}
