namespace LeadRelay.Contracts;

/// <summary>What the webmaster earns, in major units (12.50, not 1250).</summary>
/// <param name="Currency">ISO 4217; absent when the webhook did not say.</param>
public sealed record Reward(decimal Amount, string? Currency);
