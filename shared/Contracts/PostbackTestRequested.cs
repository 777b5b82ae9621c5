namespace LeadRelay.Contracts;

/// <summary>An operator has a campaign's postback sent for a try, and it is sent once this is on record. What came of it a <see cref="PostbackTested"/> for each target says; where there is none, it was not sent, or the service was killed over it.</summary>
/// <param name="About">The campaign and the click; the try belongs to no order.</param>
/// <param name="Targets">The trackers' scheme, host and port.</param>
public sealed record PostbackTestRequested(Subject About, StatusEvent Event, string Label, IReadOnlyList<string> Targets, DateTimeOffset At) : IAudited;
