namespace LeadRelay.Contracts;

/// <summary>An advertiser asks for an order's status to be changed. CrmWriter acts on it.</summary>
/// <param name="UpdateId">Id of this request, the same when its message is repeated.</param>
/// <param name="About">An order of a campaign, or a lead alone.</param>
/// <param name="Label">The label as pushed.</param>
/// <param name="StatusId">SalesRender's status id that the campaign's map has for it; absent when the request names a lead: CrmWriter, who knows its campaign, finds it.</param>
public sealed record StatusUpdateRequested(
    Guid UpdateId,
    Subject About,
    string Label,
    string? StatusId,
    string? Comment,
    RawPayload Raw,
    DateTimeOffset At) : IAudited;
