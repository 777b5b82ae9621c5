namespace LeadRelay.Contracts;

/// <summary>SalesRender reports an order's status. PostbackDispatcher acts on it.</summary>
/// <param name="StatusId">SalesRender's status id; its meaning is the campaign's business.</param>
/// <param name="StatusGroup">SalesRender's group (<c>APPROVED</c>, …), used when the map has no entry for the id.</param>
/// <param name="Comment">What the call centre wrote.</param>
/// <param name="StatusChangedAt">SalesRender's own time of the change, if the webhook has it; decides the order of changes.</param>
/// <param name="WebmasterId">With <paramref name="OfferId"/>, tells the campaign of an order that was not made here.</param>
/// <param name="Findings">What looks wrong in the webhook's set-up, in sentences.</param>
/// <param name="At">When the webhook was received.</param>
/// <param name="Clock">Whose clock <paramref name="At"/> is of: the door's machine. Times of one clock tell the order of two webhooks; times of two clocks only roughly.</param>
public sealed record OrderStatusChanged(
    Subject About,
    string? StatusId,
    string? StatusGroup,
    string? Comment,
    Reward? Reward,
    DateTimeOffset? StatusChangedAt,
    string? WebmasterId,
    string? OfferId,
    IReadOnlyList<string> Findings,
    RawPayload Raw,
    DateTimeOffset At,
    string? Clock = null) : IAudited;
