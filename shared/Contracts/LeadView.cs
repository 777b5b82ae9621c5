namespace LeadRelay.Contracts;

/// <summary>What is known of a lead, as a partner may see it. Texts are cut to 500 characters, lists to the newest.</summary>
/// <param name="Partner">Whose lead it is; absent when nothing is known of it.</param>
/// <param name="State"><c>queued</c>, <c>created</c>, <c>duplicate</c>, <c>refused</c>, <c>in_doubt</c>.</param>
/// <param name="Label">Latest label; absent before the first mapped status.</param>
/// <param name="Payout">Payout of the latest postback, major units: 0 unless it was an approval.</param>
public sealed record LeadView(
    Guid LeadId,
    string? Partner,
    string? Campaign,
    string? OrderId,
    string? ClickId,
    string State,
    string? Reason,
    string? Label,
    StatusEvent? Event,
    string? Comment,
    decimal? Payout,
    string? Currency,
    IReadOnlyList<LeadViewStatus> History,
    IReadOnlyList<LeadViewPostback> Postbacks);

/// <summary>One status in a lead's history.</summary>
public sealed record LeadViewStatus(string? StatusId, string? StatusGroup, string? Comment, DateTimeOffset At);

/// <summary>One postback of a lead, or why there is none.</summary>
/// <param name="Outcome"><c>waiting</c>, <c>delivered</c>, <c>retrying</c>, <c>failed</c>, <c>held</c>, <c>skipped</c>.</param>
/// <param name="Url">As last sent, with secrets masked; absent when nothing was.</param>
/// <param name="Target">The tracker's scheme, host and port; absent when there is none.</param>
/// <param name="Rule">The entry of the campaign's map that decided it, as <c>3</c> or <c>group:APPROVED</c>; <c>operator</c> where he released a status that the map lacks; absent when none did.</param>
/// <param name="Verdict">What the tracker made of it, as far as the body of its answer to the last attempt says; absent where that was no success.</param>
public sealed record LeadViewPostback(
    StatusEvent? Event,
    string? Label,
    string Outcome,
    string? Reason,
    string? Url,
    int? HttpStatus,
    string? Response,
    int Attempts,
    DateTimeOffset At,
    string? Target = null,
    string? Rule = null,
    TrackerVerdict? Verdict = null);
