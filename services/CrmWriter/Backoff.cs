namespace LeadRelay.CrmWriter;

/// <summary>How long a call that changed nothing waits before it is made again: 1 s, doubled each time, at most 10 min, ±20 %.</summary>
public static class Backoff
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromHours(1);

    /// <param name="attempt">Calls made so far, from 1.</param>
    /// <param name="asked">What the answer asked for: makes the wait longer, up to an hour, never shorter.</param>
    public static TimeSpan Delay(int attempt, TimeSpan? asked = null)
    {
        var planned = TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Math.Pow(2, Math.Min(attempt, 20) - 1))) * (0.8 + 0.4 * Random.Shared.NextDouble());
        return asked > planned ? (asked.Value < LongestAsked ? asked.Value : LongestAsked) : planned;
    }
}
