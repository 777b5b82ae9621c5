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
public sealed partial class Politeness(ConfigStore config, TimeProvider time, ILogger<Politeness> logger) : IDisposable
{
    /// <summary>How long a refused token or a SalesRender that is down is left alone before one call tries again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Line> lines = [];
    private readonly ConcurrentDictionary<Secret, RefusedToken> refusedTokens = new();

    /// <summary>What may be claimed at this moment.</summary>
    public ClaimLimits Limits()
    {
        var (current, now) = (config.Current, time.GetUtcNow());
        return new ClaimLimits(
            current.Connections.Values.ToDictionary(c => c.Name, c => Of(c).Free(now)),
            [.. current.Campaigns.Values.Where(c => IsRefused(current.Connections[c.Connection].CreateToken(c), now)).Select(c => c.Alias)],
            [.. current.Connections.Values.Where(c => IsRefused(c.Token, now)).Select(c => c.Name)]);
    }

    /// <summary>The connections whose SalesRender is left alone, or tried just now, and those with a token that it refused.</summary>
    public IReadOnlyList<Pause> Pauses()
    {
        var now = time.GetUtcNow();
        lock (lines)
        {
            return
            [
                .. lines.Select(line => PauseOf(line.Key, line.Value, now)).Concat(refusedTokens.Select(token => PauseOf(token.Key, token.Value, now)))
                    .OfType<Pause>().OrderBy(pause => pause.Name, StringComparer.Ordinal).ThenBy(pause => pause.Text, StringComparer.Ordinal),
            ];
        }
    }

    /// <summary>Takes a claimed row's place; it is given back by disposing of it.</summary>
    public IDisposable Enter(string? connection) =>
        connection is not null && config.Current.Connections.TryGetValue(connection, out var known) ? Of(known).Enter() : NoPlace;

    /// <summary>Makes a call and learns from what came of it.</summary>
    /// <param name="token">What it is made with.</param>
    public async Task<CrmOutcome> CallAsync(Connection connection, Secret token, Func<Task<CrmOutcome>> call)
    {
        CrmOutcome outcome;
        try { outcome = await Of(connection).Breaker.ExecuteAsync(async _ => await call()); }
        catch (BrokenCircuitException)
        {
            return new CrmOutcome.NothingSent("SalesRender failed several times in a row and is left alone for a while.", Pause);
        }
        if (outcome is CrmOutcome.NothingSent { BadCredentials: true })
        {
            refusedTokens[token] = new RefusedToken(connection.Name, time.GetUtcNow() + Pause);
            LogTokenRefused(logger, $"{token}", connection.Name, Pause.TotalSeconds);
        }
        else if (outcome is not (CrmOutcome.NothingSent or CrmOutcome.InDoubt) && refusedTokens.TryRemove(token, out _))
        {
            LogTokenTaken(logger, $"{token}", connection.Name);
        }
        return outcome;
    }

    private bool IsRefused(Secret? token, DateTimeOffset now) => token is not null && refusedTokens.TryGetValue(token, out var refused) && refused.Until > now;

    private static Pause? PauseOf(string connection, Line line, DateTimeOffset now) => line.DownUntil is not { } until || (until <= now && line.IsIdle) ? null
        : new Pause(connection, until,
            $"SalesRender is down for the connection {connection}. Its calls wait and are tried again every {Pause.TotalSeconds:0} s: look whether SalesRender is up, and base_url still right.");

    private static Pause? PauseOf(Secret token, RefusedToken refused, DateTimeOffset now) => refused.Until <= now ? null
        : new Pause(refused.Connection, refused.Until,
            $"SalesRender refuses the token {token} of the connection {refused.Connection}. What needs it waits and is tried again every {Pause.TotalSeconds:0} s: check the token.");

    /// <summary>Changed limits make a new line; the few calls under way on the old one are not counted on it.</summary>
    private Line Of(Connection connection)
    {
        // The limits in force, not those that a piece of work began with: else two of them would take turns.
        var limits = config.Current.Connections.GetValueOrDefault(connection.Name)?.Limits ?? connection.Limits;
        lock (lines)
        {
            return lines.TryGetValue(connection.Name, out var line) && line.Limits == limits
                ? line : lines[connection.Name] = new Line(connection.Name, limits, time, logger);
        }
    }

    public void Dispose()
    {
        foreach (var line in lines.Values)
            line.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Critical, EventName = "TokenRefused", Message = "SalesRender refuses the token {Token} of the connection {Connection}. What needs it waits and is tried again every {Seconds} s: check the token.")]
    private static partial void LogTokenRefused(ILogger logger, string token, string connection, double seconds);

    [LoggerMessage(Level = LogLevel.Information, EventName = "TokenTaken", Message = "SalesRender takes the token {Token} of the connection {Connection} again.")]
    private static partial void LogTokenTaken(ILogger logger, string token, string connection);

    [LoggerMessage(Level = LogLevel.Critical, EventName = "SalesRenderDown", Message = "SalesRender is down for the connection {Connection}. Its calls wait and are tried again every {Seconds} s.")]
    private static partial void LogDown(ILogger logger, string connection, double seconds);

    [LoggerMessage(Level = LogLevel.Information, EventName = "SalesRenderBack", Message = "SalesRender is back for the connection {Connection}.")]
    private static partial void LogBack(ILogger logger, string connection);

    private static readonly Place NoPlace = new(() => { });

    private sealed record RefusedToken(string Connection, DateTimeOffset Until);

    private sealed class Place(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }

    private sealed class Line : IDisposable
    {
        private readonly TokenBucketRateLimiter? rate;
        private readonly Place leave;
        private int running;

        public Line(string connection, CrmLimits limits, TimeProvider time, ILogger logger)
        {
            Limits = limits;
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
                        DownUntil = time.GetUtcNow() + arguments.BreakDuration;
                        LogDown(logger, connection, Pause.TotalSeconds);
                        return default;
                    },
                    OnClosed = _ =>
                    {
                        DownUntil = null;
                        LogBack(logger, connection);
                        return default;
                    },
                })
                .Build();
        }

        public CrmLimits Limits { get; }

        public ResiliencePipeline<CrmOutcome> Breaker { get; }

        /// <summary>Until when SalesRender is left alone; past while one call tries it, null when it is not down.</summary>
        public DateTimeOffset? DownUntil { get; private set; }

        public bool IsIdle => Volatile.Read(ref running) is 0;

        public int Free(DateTimeOffset now)
        {
            var atOnce = DownUntil is not { } until ? Limits.Concurrency : until > now ? 0 : 1;
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
