using LeadRelay.Configuration;

namespace LeadRelay.PostbackDispatcher;

/// <summary>What an attempt means.</summary>
/// <param name="Delivered">The tracker took it, and did not refuse it in the same breath.</param>
/// <param name="RetryIn">When to try again; null when there is no use, or nothing left to do.</param>
/// <param name="Reason">Why it was not delivered, or what is odd about the answer.</param>
/// <param name="Says">What the body of a 2xx says; null without one.</param>
public sealed record Verdict(bool Delivered, TimeSpan? RetryIn, string? Reason, TrackerVerdict? Says = null)
{
    /// <summary>Waits between attempts; after the last one the delivery has failed.</summary>
    public static readonly IReadOnlyList<TimeSpan> Schedule =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(6), TimeSpan.FromHours(12),
    ];

    /// <summary>A tracker may not have stored the click yet; after so many attempts it never will.</summary>
    private const int NotFoundAttempts = 6;

    /// <summary>How long the schedule is, as planned: 20 h 42 min 35 s.</summary>
    public static readonly TimeSpan Whole = Planned(Schedule.Count + 1);

    /// <summary>Of a tracker's own word on a refusal, in characters; the whole of its answer is beside it.</summary>
    private const int LongestWord = 300;

    private const double Spread = 0.2;

    /// <summary>How long a delivery has waited before an attempt, as planned.</summary>
    /// <param name="attempt">1 for the first.</param>
    public static TimeSpan Planned(int attempt) => Schedule.Take(attempt - 1).Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait);

    /// <param name="rules">What the body of a 2xx means.</param>
    /// <param name="attempt">1 for the first.</param>
    /// <param name="waited">Sum of the waits that earlier attempts were given. Not what outages of the relay added, which must not cost attempts.</param>
    /// <param name="jitter">0 to 1; spreads the waits by ±20 %.</param>
    public static Verdict Of(TrackerAnswer answer, AnswerRules rules, int attempt, TimeSpan waited, double jitter)
    {
        var reading = answer.HttpStatus is >= 200 and < 300 ? Read(answer, rules) : (AnswerRules.Reading?)null;
        if (reading is { CreditedOnRetry: true } && attempt > 1)
            reading = new AnswerRules.Reading(TrackerVerdict.Credited, null, Retry: false);
        var isRefused = reading is { Verdict: TrackerVerdict.Refused };
        var reason = answer.HttpStatus switch
        {
            null => answer.Error,
            >= 200 and < 300 when isRefused => $"The tracker answered {answer.HttpStatus}, but refused it: {Word(reading?.Reason)}",
            // It took the request; sent once more, it might count it twice.
            >= 200 and < 300 => answer.Error is null ? null : $"The tracker answered {answer.HttpStatus}, but not to the end. {answer.Error}",
            >= 300 and < 400 => $"The tracker redirects ({answer.HttpStatus}); put the final URL into the postback.",
            var status => $"The tracker answered {status}.",
        };
        var wait = attempt <= Schedule.Count && !answer.Forbidden ? Wait(answer.RetryAfter, attempt, waited, jitter) : null;
        return answer.HttpStatus switch
        {
            >= 200 and < 300 when isRefused => new Verdict(false, reading is { Retry: true } && attempt < NotFoundAttempts ? wait : null, reason, TrackerVerdict.Refused),
            >= 200 and < 300 => new Verdict(true, null, reason, reading?.Verdict),
            404 when attempt >= NotFoundAttempts => new Verdict(false, null, reason),
            null or 404 or 408 or 425 or 429 or >= 500 => new Verdict(false, wait, reason),
            _ => new Verdict(false, null, reason),
        };
    }

    /// <summary>Of an answer that broke off only a refusal that it has in it counts: what it might have said is not known.</summary>
    private static AnswerRules.Reading Read(TrackerAnswer answer, AnswerRules rules)
    {
        if (answer.Error is null)
            return rules.Read(answer.Body);
        var begun = (rules with { Otherwise = TrackerVerdict.Received }).Read(answer.Body);
        return begun.Verdict is TrackerVerdict.Refused ? begun : AnswerRules.None.Read(answer.Body);
    }

    /// <summary>A refusal in the tracker's own words, as the end of a sentence.</summary>
    private static string Word(string? reason) =>
        reason is null ? "its answer says so." : reason.Length > LongestWord ? reason[..LongestWord] + "…" : reason.TrimEnd('.') + ".";

    /// <summary>Null when the schedule is over.</summary>
    private static TimeSpan? Wait(TimeSpan? asked, int attempt, TimeSpan waited, double jitter)
    {
        var planned = Schedule[attempt - 1] * (1 - Spread + 2 * Spread * jitter);
        // What the tracker asks for may use up what the schedule has left; the plan itself may be late by its jitter.
        var longest = Whole - waited;
        var wait = asked > planned && longest > planned ? (asked.Value < longest ? asked.Value : longest) : planned;
        var end = Whole * (1 + Spread) - waited;
        return end <= TimeSpan.Zero ? null : wait < end ? wait : end;
    }
}
