namespace LeadRelay.PostbackDispatcher;

/// <summary>
/// Numbers from 0 to 1 that are spread evenly however many are taken: steps of the golden ratio, from a random start. Plain
/// random ones form clusters, and what failed together would return in them.
/// </summary>
public static class Jitter
{
    // 2^64 divided by the golden ratio; as the sum wraps around, its leading bits are the fraction.
    private const long Step = unchecked((long)0x9E3779B97F4A7C15);

    private static long sum = Random.Shared.NextInt64(long.MinValue, long.MaxValue);

    /// <summary>The next one: at least 0, less than 1.</summary>
    public static double Next() => ((ulong)Interlocked.Add(ref sum, Step) >> 11) * (1.0 / (1UL << 53));
}
