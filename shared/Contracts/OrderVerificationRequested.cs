namespace LeadRelay.Contracts;

/// <summary>A webhook means money and its connection wants that verified. CrmWriter reads the order again; no postback is sent before.</summary>
/// <param name="CauseId">Id of the message that told of the change.</param>
/// <param name="Cause">What the webhook said.</param>
/// <param name="Label">What the status means by an operator's word, where the campaign's map lacks it; absent where the map has it.</param>
/// <param name="Event">With <paramref name="Label"/>: the event that goes with it.</param>
public sealed record OrderVerificationRequested(
    Subject About,
    Guid CauseId,
    OrderStatusChanged Cause,
    DateTimeOffset At,
    string? Label = null,
    StatusEvent? Event = null) : IAudited;
