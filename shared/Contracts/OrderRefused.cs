namespace LeadRelay.Contracts;

/// <summary>There is no order and there will be none unless the lead is submitted again.</summary>
/// <param name="Submission">What was submitted.</param>
/// <param name="Code"><c>crm_refused</c>, <c>crm_unreachable</c>, <c>campaign_gone</c>, <c>duplicate</c>, or SalesRender's own code.</param>
/// <param name="Exchange">The last call; absent when none was made.</param>
public sealed record OrderRefused(Subject About, LeadSubmitted Submission, string Code, string Text, CrmExchange? Exchange, DateTimeOffset At) : IAudited;
