namespace LeadRelay.Contracts;

/// <summary>A tracker was called, or was tried to be.</summary>
/// <param name="Cause">The webhook that is passed on; absent for an order's creation.</param>
/// <param name="Attempt">1 for the first.</param>
/// <param name="Url">As sent, with secrets masked; as in <paramref name="Sent"/>.</param>
/// <param name="HttpStatus">Status of the answer; absent when none came.</param>
/// <param name="Response">Body of the answer, cut at 16 KB.</param>
/// <param name="Error">What went wrong, in words, or what is odd about the answer; absent when it was a success without a doubt.</param>
/// <param name="NextAttemptAt">When it is tried again; absent when it is not.</param>
/// <param name="At">When the attempt began.</param>
/// <param name="Sent">The whole request; absent when it could not be rendered.</param>
/// <param name="Verdict">What the tracker made of it, as far as the body of its success says; absent where there was none.</param>
public sealed record PostbackAttempted(
    Subject About,
    Postback Postback,
    OrderStatusChanged? Cause,
    int Attempt,
    string Url,
    int? HttpStatus,
    string? Response,
    string? Error,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset At,
    long DurationMs,
    SentRequest? Sent = null,
    TrackerVerdict? Verdict = null) : IAudited;
