namespace LeadRelay.Contracts;

/// <summary>SalesRender took the status that an advertiser pushed.</summary>
/// <param name="Request">What was asked for.</param>
public sealed record OrderStatusUpdated(Subject About, StatusUpdateRequested Request, CrmExchange Exchange, DateTimeOffset At) : IAudited;
