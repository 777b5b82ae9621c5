namespace LeadRelay.PostbackDispatcher;

/// <summary>What an attempt means.</summary>
/// <param name="Delivered">The tracker took it.</param>
/// <param name="RetryIn">When to try again; null when there is no use, or nothing left to do.</param>
/// <param name="Reason">Why it was not delivered.</param>
public sealed record Verdict(bool Delivered, TimeSpan? RetryIn, string? Reason)
{
    /// <summary>Waits between attempts; after the last one the delivery has failed.</summary>
    public static readonly IReadOnlyList<TimeSpan> Schedule =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(6), TimeSpan.FromHours(12),
    ];

    /// <summary>A tracker may not have stored the click yet; after so many attempts it never will.</summary>
    private const int NotFoundAttempts = 6;

    /// <param name="attempt">1 for the first.</param>
    /// <param name="jitter">0 to 1; spreads the waits by ±20 %.</param>
    public static Verdict Of(TrackerAnswer answer, int attempt, double jitter)
    {
        var reason = answer.HttpStatus switch
        {
            null => answer.Error,
            >= 300 and < 400 => $"The tracker redirects ({answer.HttpStatus}); put the final URL into the postback.",
            var status => $"The tracker answered {status}.",
        };
        return answer.HttpStatus switch
        {
            >= 200 and < 300 => new Verdict(true, null, null),
            404 when attempt >= NotFoundAttempts => new Verdict(false, null, reason),
            null or 404 or 408 or 425 or 429 or >= 500 when attempt <= Schedule.Count => new Verdict(false, Wait(answer.RetryAfter, attempt, jitter), reason),
            _ => new Verdict(false, null, reason),
        };
    }

    private static TimeSpan Wait(TimeSpan? asked, int attempt, double jitter)
    {
        var planned = Schedule[attempt - 1] * (0.8 + 0.4 * jitter);
        return asked > planned ? (asked.Value < Schedule[^1] ? asked.Value : Schedule[^1]) : planned;
    }
}
