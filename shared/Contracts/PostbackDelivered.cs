namespace LeadRelay.Contracts;

/// <summary>The tracker answered with success.</summary>
public sealed record PostbackDelivered(Subject About, Postback Postback, int Attempts, DateTimeOffset At) : IAudited;
