namespace LeadRelay.Contracts;

/// <summary>A webhook means money and its connection wants that verified. CrmWriter reads the order again; no postback is sent before.</summary>
/// <param name="CauseId">Id of the message that told of the change.</param>
/// <param name="Cause">What the webhook said.</param>
public sealed record OrderVerificationRequested(Subject About, Guid CauseId, OrderStatusChanged Cause, DateTimeOffset At) : IAudited;
