namespace LeadRelay.Contracts;

/// <summary>A status change that no postback was sent for, and why.</summary>
/// <param name="Event">Absent when the change was not mapped.</param>
/// <param name="Target">The tracker that gets nothing; absent when there is none.</param>
/// <param name="Reason">
/// <c>ignored</c> (the map says so), <c>no_click_id</c>, <c>not_subscribed</c> (no template for the event), <c>repeat</c>,
/// <c>superseded</c>, <c>not_ours</c>, <c>no_status</c>, <c>campaign_gone</c>, <c>unverified</c> (SalesRender itself says otherwise).
/// </param>
/// <param name="Sequence">Place of the change in the order's history, Unix milliseconds.</param>
public sealed record PostbackSkipped(
    Subject About,
    StatusEvent? Event,
    string? Label,
    string? Target,
    string Reason,
    string Text,
    string? Comment,
    long Sequence,
    DateTimeOffset At) : IAudited;
