namespace LeadRelay.Contracts;

/// <summary>An owner of data has erased what it had of a person.</summary>
/// <param name="By">The service.</param>
/// <param name="Complete">False when the lead is still being worked on: the rest is erased with its outcome.</param>
public sealed record PersonForgotten(Subject About, string By, bool Complete, DateTimeOffset At) : IAudited;
