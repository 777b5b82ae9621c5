namespace LeadRelay.Contracts;

/// <summary>SalesRender was asked whether it has the order of a lead that is in doubt.</summary>
/// <param name="Look">1 for the first look.</param>
/// <param name="Found">The order's id; absent when it was not seen.</param>
/// <param name="Text">What was seen and what follows from it, in a sentence.</param>
/// <param name="Exchange">The last call of this look.</param>
public sealed record OrderLookedUp(Subject About, int Look, string? Found, string Text, CrmExchange? Exchange, DateTimeOffset At) : IAudited;
