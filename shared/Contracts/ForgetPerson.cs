namespace LeadRelay.Contracts;

/// <summary>
/// An operator has the person behind a lead forgotten. Each owner of data (the audit, CrmWriter, PostbackDispatcher) erases
/// what it has of the person and keeps what statistics and money need: ids, times, statuses, payouts.
/// </summary>
/// <param name="About">The lead; with its connection and order where they are known.</param>
/// <param name="Reason">What the operator says of it.</param>
public sealed record ForgetPerson(Subject About, string? Reason, DateTimeOffset At) : IAudited;
