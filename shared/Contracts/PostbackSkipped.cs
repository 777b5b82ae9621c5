namespace LeadRelay.Contracts;

/// <summary>A status change that no postback was sent for, and why.</summary>
/// <param name="Event">Absent when the change was not mapped.</param>
/// <param name="Target">The tracker that gets nothing; absent when there is none.</param>
/// <param name="Reason">
/// <c>ignored</c> (the map says so), <c>no_click_id</c>, <c>literal_macro</c> (instead of a click id, what should have been filled in came), <c>not_subscribed</c> (no template for the event), <c>repeat</c>,
/// <c>superseded</c>, <c>not_ours</c>, <c>no_status</c>, <c>campaign_gone</c>, <c>unverified</c> (SalesRender itself says otherwise),
/// <c>cancelled</c> (an operator did).
/// </param>
/// <param name="Sequence">Place of the change in the order's history, Unix milliseconds.</param>
/// <param name="Rule">The entry of the campaign's map that the status was found by, as <c>3</c> or <c>group:APPROVED</c>; <c>operator</c> where he released one that the map lacks; absent when it was not looked up.</param>
public sealed record PostbackSkipped(
    Subject About,
    StatusEvent? Event,
    string? Label,
    string? Target,
    string Reason,
    string Text,
    string? Comment,
    long Sequence,
    DateTimeOffset At,
    string? Rule = null) : IAudited;
