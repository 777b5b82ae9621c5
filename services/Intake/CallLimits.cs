using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using LeadRelay.Configuration;

namespace LeadRelay.Intake;

/// <summary>How often somebody may call: those with a key as their partner's file says, strangers 60 times a minute.</summary>
public sealed class CallLimits : IDisposable
{
    private const int StrangersPerMinute = 60;

    private readonly PartitionedRateLimiter<KeyLimit> keys = PartitionedRateLimiter.Create<KeyLimit, KeyLimit>(key =>
        RateLimitPartition.GetTokenBucketLimiter(key, of => Bucket(of.Limit.PerMinute, of.Limit.Burst)));

    private readonly PartitionedRateLimiter<IPAddress> strangers = PartitionedRateLimiter.Create<IPAddress, IPAddress>(address =>
        RateLimitPartition.GetTokenBucketLimiter(Neighbourhood(address), _ => Bucket(StrangersPerMinute, StrangersPerMinute)));

    private readonly PartitionedRateLimiter<string> records = PartitionedRateLimiter.Create<string, string>(what =>
        RateLimitPartition.GetTokenBucketLimiter(what, _ => Bucket(1, 1)));

    /// <summary>Null when a call with this key is within its limit, else how long to wait.</summary>
    public TimeSpan? Exceeds(KeyLimit key) => Exceeds(keys, key);

    /// <summary>The same for a call without a valid key.</summary>
    public TimeSpan? StrangerExceeds(IPAddress? address) => Exceeds(strangers, address ?? IPAddress.None);

    /// <summary>Once a minute for the same thing: refusals for calling too often must not become a flood themselves.</summary>
    public bool IsWorthTelling(string what) => Exceeds(records, what) is null;

    public void Dispose()
    {
        keys.Dispose();
        strangers.Dispose();
        records.Dispose();
    }

    private static TimeSpan? Exceeds<T>(PartitionedRateLimiter<T> limiter, T who)
    {
        using var lease = limiter.AttemptAcquire(who);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
    }

    private static TokenBucketRateLimiterOptions Bucket(int perMinute, int burst) =>
        new() { TokenLimit = burst, TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute, QueueLimit = 0 };

    /// <summary>Of IPv6 the first 64 bits: whoever has one of those addresses has them all.</summary>
    private static IPAddress Neighbourhood(IPAddress address) =>
        address.AddressFamily is AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6
            ? new IPAddress([.. address.GetAddressBytes().AsSpan(0, 8), .. new byte[8]])
            : address;
}

/// <summary>Whose calls are counted together, and how many there may be: a changed limit starts a new count.</summary>
/// <param name="KeyHash">In hex.</param>
public sealed record KeyLimit(string Partner, string KeyHash, RateLimit Limit);
