namespace LeadRelay.Contracts;

/// <summary>SalesRender took the status that an advertiser pushed.</summary>
public sealed record OrderStatusUpdated(
    Guid UpdateId,
    Subject About,
    string Label,
    string StatusId,
    CrmExchange Exchange,
    DateTimeOffset At) : IAudited;
