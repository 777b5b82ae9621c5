namespace LeadRelay.Contracts;

/// <summary>A webhook that knew the connection's secret could not be read.</summary>
public sealed record WebhookRefused(Subject About, string Code, string Text, RawPayload Raw, DateTimeOffset At) : IAudited;
