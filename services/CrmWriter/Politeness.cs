using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Crm;
using Polly;
using Polly.CircuitBreaker;

namespace LeadRelay.CrmWriter;

/// <summary>
/// How hard SalesRender may be worked now, connection by connection: so many calls at once, so many a minute, none while
/// it is down, none with a token that it refused. What may not be called is not claimed, so it waits in the ledger.
/// </summary>
public sealed class Politeness(ConfigStore config, TimeProvider time, ILogger<Politeness> logger) : IDisposable
{
    /// <summary>How long a refused token or a SalesRender that is down is left alone before one call tries again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Line> lines = [];
    private readonly ConcurrentDictionary<string, DateTimeOffset> refusedTokens = new();

    /// <summary>What may be claimed at this moment.</summary>
    public ClaimLimits Limits() => new(
        config.Current.Connections.Values.ToDictionary(c => c.Name, Free),
        [.. config.Current.Campaigns.Values.Where(c => c.Token is not null && IsRefused(TokenOf(c.Alias))).Select(c => c.Alias)]);

    /// <summary>Takes a claimed row's place; it is given back by disposing of it.</summary>
    public IDisposable Enter(string? connection) =>
        connection is not null && config.Current.Connections.TryGetValue(connection, out var known) ? Of(known).Enter() : NoPlace;

    /// <summary>Makes a call and learns from what came of it.</summary>
    /// <param name="campaign">Whose token it is made with; null for the connection's own.</param>
    public async Task<CrmOutcome> CallAsync(Connection connection, string? campaign, Func<Task<CrmOutcome>> call)
    {
        CrmOutcome outcome;
        try { outcome = await Of(connection).Breaker.ExecuteAsync(async _ => await call()); }
        catch (BrokenCircuitException)
        {
            return new CrmOutcome.NothingSent("SalesRender failed several times in a row and is left alone for a while.", Pause);
        }
        var token = campaign is null ? connection.Name : TokenOf(campaign);
        if (outcome is CrmOutcome.NothingSent { BadCredentials: true })
        {
            refusedTokens[token] = time.GetUtcNow() + Pause;
            logger.LogCritical("SalesRender refuses the token of {Owner}. Its calls wait and are tried again every {Seconds} s: check the token.",
                campaign is null ? $"the connection {connection.Name}" : $"the campaign {campaign}", Pause.TotalSeconds);
        }
        else if (outcome is not CrmOutcome.NothingSent && refusedTokens.TryRemove(token, out _))
        {
            logger.LogInformation("SalesRender takes the token of {Connection} {Campaign} again.", connection.Name, campaign);
        }
        return outcome;
    }

    /// <summary>With a token that was refused, one call at a time, and not before the pause is over.</summary>
    private int Free(Connection connection)
    {
        var free = Of(connection).Free(time.GetUtcNow());
        return IsRefused(connection.Name) ? 0 : refusedTokens.ContainsKey(connection.Name) ? Math.Min(1, free) : free;
    }

    private static string TokenOf(string campaign) => "campaign " + campaign;

    private bool IsRefused(string token) => refusedTokens.TryGetValue(token, out var until) && until > time.GetUtcNow();

    /// <summary>Changed limits make a new line; the few calls under way on the old one are not counted on it.</summary>
    private Line Of(Connection connection)
    {
        lock (lines)
        {
            if (lines.TryGetValue(connection.Name, out var line) && line.Limits == connection.Limits)
                return line;
            line?.Dispose();
            return lines[connection.Name] = new Line(connection, time, logger);
        }
    }

    public void Dispose()
    {
        foreach (var line in lines.Values)
            line.Dispose();
    }

    private static readonly Place NoPlace = new(() => { });

    private sealed class Place(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }

    private sealed class Line : IDisposable
    {
        private readonly TokenBucketRateLimiter? rate;
        private readonly Place leave;
        private DateTimeOffset? openUntil;
        private int running;

        public Line(Connection connection, TimeProvider time, ILogger logger)
        {
            Limits = connection.Limits;
            leave = new Place(() => Interlocked.Decrement(ref running));
            if (Limits.PerMinute is { } perMinute)
            {
                rate = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
                {
                    TokenLimit = Math.Max(1, perMinute / 60), TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute, AutoReplenishment = false, QueueLimit = 0,
                });
            }
            Breaker = new ResiliencePipelineBuilder<CrmOutcome> { TimeProvider = time }
                .AddCircuitBreaker(new CircuitBreakerStrategyOptions<CrmOutcome>
                {
                    FailureRatio = 0.8, MinimumThroughput = 10, SamplingDuration = TimeSpan.FromSeconds(30), BreakDuration = Pause,
                    ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result is CrmOutcome.InDoubt or CrmOutcome.NothingSent { IsDown: true }),
                    OnOpened = arguments =>
                    {
                        openUntil = time.GetUtcNow() + arguments.BreakDuration;
                        logger.LogCritical("SalesRender is down for the connection {Connection}. Its calls wait and are tried again every {Seconds} s.", connection.Name, Pause.TotalSeconds);
                        return default;
                    },
                    OnClosed = _ =>
                    {
                        openUntil = null;
                        logger.LogInformation("SalesRender is back for the connection {Connection}.", connection.Name);
                        return default;
                    },
                })
                .Build();
        }

        public CrmLimits Limits { get; }

        public ResiliencePipeline<CrmOutcome> Breaker { get; }

        public int Free(DateTimeOffset now)
        {
            var atOnce = openUntil is not { } until ? Limits.Concurrency : until > now ? 0 : 1;
            var free = Math.Max(0, atOnce - Volatile.Read(ref running));
            if (rate is null)
                return free;
            rate.TryReplenish();
            return (int)Math.Min(free, rate.GetStatistics()!.CurrentAvailablePermits);
        }

        public Place Enter()
        {
            Interlocked.Increment(ref running);
            rate?.AttemptAcquire().Dispose();
            return leave;
        }

        public void Dispose()
        {
            rate?.Dispose();
        }
    }
}
