namespace LeadRelay.Contracts;

/// <summary>
/// SalesRender may or may not have the order: the call was begun and its outcome is not known. It is not sent again
/// without knowledge or an operator's word.
/// </summary>
/// <param name="Submission">What was submitted.</param>
/// <param name="Exchange">The call, as far as it is known; absent when the process that made it died.</param>
public sealed record OrderInDoubt(Subject About, LeadSubmitted Submission, string Reason, CrmExchange? Exchange, DateTimeOffset At) : IAudited;
