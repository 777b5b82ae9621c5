namespace LeadRelay.Contracts;

/// <summary>SalesRender has the order.</summary>
/// <param name="Submission">What it was made from: no order without its cause on record.</param>
/// <param name="Exchange">The call that created it.</param>
public sealed record OrderCreated(Subject About, LeadSubmitted Submission, CrmExchange Exchange, DateTimeOffset At) : IAudited;
