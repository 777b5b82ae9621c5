namespace LeadRelay.Contracts;

/// <summary>The tracker answered with success, and did not refuse it in so many words.</summary>
/// <param name="Verdict">Of the last attempt: credited or received.</param>
public sealed record PostbackDelivered(Subject About, Postback Postback, int Attempts, DateTimeOffset At, TrackerVerdict? Verdict = null) : IAudited;
