namespace LeadRelay.Contracts;

/// <summary>An operator had a campaign's postback sent for a try. It belongs to no order, and counts in no figure of the real ones.</summary>
/// <param name="Target">The tracker's scheme, host and port.</param>
/// <param name="Sent">What was sent, with secrets masked.</param>
/// <param name="HttpStatus">Status of the answer; absent when none came.</param>
/// <param name="Response">Body of the answer, cut at 16 KB.</param>
/// <param name="Error">What went wrong, in words, or what is odd about the answer; absent when it was a success without a doubt.</param>
/// <param name="Verdict">What the tracker made of it, as far as the body of its success says; absent where there was none.</param>
public sealed record PostbackTested(
    Subject About,
    StatusEvent Event,
    string Label,
    string Target,
    SentRequest Sent,
    int? HttpStatus,
    string? Response,
    string? Error,
    DateTimeOffset At,
    long DurationMs,
    TrackerVerdict? Verdict = null) : IAudited;
