namespace LeadRelay.Contracts;

/// <summary>One postback owed to one tracker for one status change.</summary>
/// <param name="DeliveryId">Id of this delivery, over all its attempts.</param>
/// <param name="CauseId">Id of the message that told of the change.</param>
/// <param name="Target">The tracker's scheme, host and port.</param>
/// <param name="Label">The label that the campaign's map has for the status.</param>
/// <param name="Sequence">Place of the change in the order's history, Unix milliseconds; grows within an order.</param>
/// <param name="Payout">Major units; 0 on every event but <see cref="StatusEvent.Approve"/>, absent when nothing says what it is.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Comment">What the call centre wrote.</param>
/// <param name="ChangedAt">When the status changed, as far as is known.</param>
/// <param name="ResendOf">The delivery that an operator had sent again by this one.</param>
public sealed record Postback(
    Guid DeliveryId,
    Guid CauseId,
    string Target,
    StatusEvent Event,
    string Label,
    long Sequence,
    decimal? Payout,
    string? Currency,
    string? Comment,
    DateTimeOffset ChangedAt,
    Guid? ResendOf = null);
