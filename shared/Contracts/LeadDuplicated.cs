namespace LeadRelay.Contracts;

/// <summary>Within its campaign's window another lead with the same phone has an order; this one gets none of its own.</summary>
/// <param name="About">With the first lead's order id.</param>
/// <param name="Submission">What was submitted.</param>
/// <param name="FirstLeadId">The lead that has the order.</param>
public sealed record LeadDuplicated(Subject About, LeadSubmitted Submission, Guid FirstLeadId, DateTimeOffset At) : IAudited;
