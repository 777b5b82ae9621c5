namespace LeadRelay.Logging;

/// <summary>What came of a call, in the words of logs and metrics.</summary>
internal static class Outcomes
{
    public const string Delivered = "delivered";

    /// <summary><c>delivered</c>, <c>retried</c> (it will be) or <c>failed</c>.</summary>
    public static string Of(PostbackAttempted attempt) =>
        IsDelivered(attempt.HttpStatus, attempt.Verdict) ? Delivered : attempt.NextAttemptAt is null ? "failed" : "retried";

    /// <summary><c>delivered</c> or <c>failed</c>.</summary>
    public static string Of(PostbackTested test) => IsDelivered(test.HttpStatus, test.Verdict) ? Delivered : "failed";

    /// <summary><c>credited</c>, <c>received</c>, <c>refused</c>, or <c>none</c> where there was no 2xx.</summary>
    public static string Of(TrackerVerdict? verdict) => verdict?.ToString().ToLowerInvariant() ?? "none";

    /// <summary>Trackers answer 200 to what they throw away, too.</summary>
    private static bool IsDelivered(int? status, TrackerVerdict? verdict) => status is >= 200 and < 300 && verdict is not TrackerVerdict.Refused;
}
