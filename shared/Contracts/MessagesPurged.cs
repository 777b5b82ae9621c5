namespace LeadRelay.Contracts;

/// <summary>The audit deleted messages whose time was over.</summary>
/// <param name="Kind">Of the messages: a contract's name.</param>
/// <param name="Before">What happened before then was deleted.</param>
/// <param name="Count">How many there were.</param>
public sealed record MessagesPurged(Subject About, string Kind, DateTimeOffset Before, long Count, DateTimeOffset At) : IAudited;
