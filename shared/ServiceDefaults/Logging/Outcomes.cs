namespace LeadRelay.Logging;

/// <summary>What came of a call, in the words of logs and metrics.</summary>
internal static class Outcomes
{
    public const string Delivered = "delivered";

    /// <summary><c>delivered</c>, <c>retried</c> (it will be) or <c>failed</c>.</summary>
    public static string Of(PostbackAttempted attempt) =>
        attempt.HttpStatus is >= 200 and < 300 ? Delivered : attempt.NextAttemptAt is null ? "failed" : "retried";

    /// <summary><c>delivered</c> or <c>failed</c>.</summary>
    public static string Of(PostbackTested test) => test.HttpStatus is >= 200 and < 300 ? Delivered : "failed";
}
