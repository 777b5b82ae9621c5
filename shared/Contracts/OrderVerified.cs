namespace LeadRelay.Contracts;

/// <summary>What SalesRender itself says of an order. PostbackDispatcher decides by it.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="StatusId">Absent when SalesRender has no such order, or could not be asked.</param>
/// <param name="Fault">Why it could not be asked, in words; absent when it answered.</param>
/// <param name="Exchange">The last call; absent when none was made.</param>
public sealed record OrderVerified(
    Subject About,
    OrderVerificationRequested Request,
    string? StatusId,
    string? StatusGroup,
    Reward? Reward,
    string? Fault,
    CrmExchange? Exchange,
    DateTimeOffset At) : IAudited;
