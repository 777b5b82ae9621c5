namespace LeadRelay.Contracts;

/// <summary>The tracker refused for good, or every attempt failed. It can be resent.</summary>
public sealed record PostbackFailed(Subject About, Postback Postback, int Attempts, string Reason, DateTimeOffset At) : IAudited;
