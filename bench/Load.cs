using System.Collections.Concurrent;
using System.Diagnostics;

namespace LeadRelay.Bench;

/// <summary>What a load met with.</summary>
/// <param name="Latencies">Milliseconds, ascending.</param>
internal sealed record Met(TimeSpan Length, double[] Latencies)
{
    public double PerSecond => Latencies.Length / Length.TotalSeconds;

    /// <param name="share">0.99 is the time in which 99 of 100 were answered.</param>
    public double Within(double share) => Latencies[(int)Math.Ceiling(share * Latencies.Length) - 1];
}

/// <summary>Calls something again and again.</summary>
internal static class Load
{
    /// <summary>So many at once, each as soon as the one before is answered: how many there can be.</summary>
    /// <param name="call">Gets numbers from 0. What it throws ends the measurement.</param>
    public static async Task<Met> ClosedAsync(int atOnce, TimeSpan length, Func<int, Task> call)
    {
        var (latencies, next, start) = (new ConcurrentQueue<double>(), -1, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(start) < length)
            {
                var begun = Stopwatch.GetTimestamp();
                await call(Interlocked.Increment(ref next));
                latencies.Enqueue(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }
        })));
        return new Met(Stopwatch.GetElapsedTime(start), [.. latencies.Order()]);
    }

    /// <summary>At an even pace, whether the one before is answered or not; each one's time counts from when it was due, so that no wait is overlooked.</summary>
    public static async Task<Met> OpenAsync(double perSecond, TimeSpan length, Func<int, Task> call)
    {
        var (count, start) = ((int)(perSecond * length.TotalSeconds), Stopwatch.GetTimestamp());
        var calls = new Task<double>[count];
        for (var i = 0; i < count; i++)
        {
            var due = TimeSpan.FromSeconds(i / perSecond);
            if (due - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } early)
                await Task.Delay(early);
            calls[i] = TimeAsync(i, due);
        }
        return new Met(length, [.. (await Task.WhenAll(calls)).Order()]);

        async Task<double> TimeAsync(int number, TimeSpan due)
        {
            await Task.Yield();
            await call(number);
            return (Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds;
        }
    }
}
