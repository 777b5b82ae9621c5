namespace LeadRelay.Contracts;

/// <summary>A submission came under an idempotency key that another body had used before; it changed nothing.</summary>
public sealed record SubmissionConflicted(Subject About, string BodyHash, string KnownBodyHash, DateTimeOffset At) : IAudited;
