namespace LeadRelay.Contracts;

/// <summary>SalesRender has the order.</summary>
/// <param name="Submission">What it was made from: no order without its cause on record.</param>
/// <param name="Exchange">The call that created it, or the one that found it; absent when nobody saw the answer.</param>
/// <param name="Evidence">How an order in doubt was found to exist: <c>look_up</c>, <c>webhook</c> or <c>operator</c>. Absent when SalesRender's answer said so.</param>
public sealed record OrderCreated(Subject About, LeadSubmitted Submission, CrmExchange? Exchange, DateTimeOffset At, string? Evidence = null) : IAudited;
