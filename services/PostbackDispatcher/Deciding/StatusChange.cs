using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>A status change of one order, to be decided about.</summary>
/// <param name="MessageId">Of the message that told of it, or of an operator's remapping; every id made for it follows from this one.</param>
/// <param name="At">When it happened: by SalesRender if <paramref name="Exact"/>, else when the door got it.</param>
/// <param name="Status">Given for an order's creation, which needs no map.</param>
/// <param name="Verified">What SalesRender itself says, once it was asked.</param>
/// <param name="DoorClock">Whose clock <paramref name="At"/> is of, where it is a door's.</param>
public sealed record StatusChange(
    Guid MessageId, string? StatusId, string? StatusGroup, string? Comment, Reward? Reward, DateTimeOffset At, bool Exact, MappedStatus? Status = null, OrderVerified? Verified = null, string? DoorClock = null)
{
    public static StatusChange Of(Guid messageId, OrderStatusChanged message) => new(
        messageId, message.StatusId, message.StatusGroup, message.Comment, message.Reward, message.StatusChangedAt ?? message.At, message.StatusChangedAt is not null, DoorClock: message.Clock) { Cause = message };

    /// <summary>The same change with SalesRender's own word on it. What the webhook said about money no longer counts.</summary>
    public static StatusChange Of(OrderVerified verified) =>
        Of(verified.Request.CauseId, verified.Request.Cause) with { Reward = verified.Reward, Verified = verified, Released = WordOf(verified.Request) };

    /// <summary>The creation of the order. Nothing is older, whatever the clocks say.</summary>
    /// <param name="rule">The map's entry for the status; null where the map has none.</param>
    public static StatusChange OfCreation(Guid messageId, DateTimeOffset at, MappedStatus status, string? rule = null) =>
        new(messageId, null, null, null, null, at, Exact: false, status) { CreationRule = rule };

    /// <summary>Whose clock <see cref="At"/> is of; null when that is not known.</summary>
    public string? Clock => Exact ? TargetRecord.SalesRender : DoorClock;

    /// <summary>Place in the order's history, Unix milliseconds; 0 for its creation.</summary>
    public long Sequence => Status is null ? At.ToUnixTimeMilliseconds() : 0;

    /// <summary>The webhook; null for an order's creation.</summary>
    public OrderStatusChanged? Cause { get; init; }

    /// <summary>The message that told of the change first, where an operator has it decided about once more.</summary>
    public Guid? FirstMessageId { get; init; }

    /// <summary>What the status means by an operator's word; it counts where the map lacks the status, and nowhere else.</summary>
    public MappedStatus? Released { get; init; }

    public string? CreationRule { get; private init; }

    private static MappedStatus? WordOf(OrderVerificationRequested asked) => asked is { Label: { } label, Event: { } given } ? new MappedStatus(label, given) : null;
}
