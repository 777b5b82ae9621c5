using LeadRelay.Configuration;
using LeadRelay.PostbackDispatcher;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>The whole schedule, walked on a clock that only counts.</summary>
public class ScheduleTests
{
    private const int Deliveries = 10_000;

    private static readonly int[] Waits = [5, 30, 2 * 60, 10 * 60, 30 * 60, 2 * 3600, 6 * 3600, 12 * 3600];
    private static readonly TrackerAnswer Down = new(503, "", null, null, 5);

    [Fact]
    public void What_always_fails_is_tried_nine_times_at_the_times_that_are_documented()
    {
        var (waited, waits) = (TimeSpan.Zero, new List<double>());
        while (Verdict.Of(Down, AnswerRules.None, waits.Count + 1, waited, Jitter.Next()) is { RetryIn: { } wait })
        {
            waits.Add(wait.TotalSeconds);
            waited += wait;
        }

        Assert.Equal(Waits.Length, waits.Count);
        Assert.All(waits.Zip(Waits), step => Assert.InRange(step.First, step.Second * 0.8, step.Second * 1.2));
    }

    [Fact]
    public void What_failed_together_comes_back_evenly_spread()
    {
        for (var attempt = 1; attempt <= Waits.Length; attempt++)
        {
            var window = Waits[attempt - 1] * 0.4;
            var seconds = new int[Waits[attempt - 1] * 2];
            for (var i = 0; i < Deliveries; i++)
            {
                var failedAt = (double)i / Deliveries;
                seconds[(int)(failedAt + Verdict.Of(Down, AnswerRules.None, attempt, Verdict.Planned(attempt), Jitter.Next()).RetryIn!.Value.TotalSeconds)]++;
            }

            // Where there are about as many seconds as deliveries, two cannot be kept out of all of them.
            Assert.InRange(seconds.Max(), 1, Math.Max(2, 1.5 * Deliveries / window));
        }
    }

    [Fact]
    public void Jitter_is_spread_over_the_whole_range_however_many_take_it_at_once()
    {
        var parts = new int[100];
        Parallel.For(0, Deliveries, _ => Interlocked.Increment(ref parts[(int)(Jitter.Next() * parts.Length)]));

        Assert.All(parts, part => Assert.InRange(part, 95, 105));
    }
}
