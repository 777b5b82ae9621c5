using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace LeadRelay;

/// <summary>What waits in a ledger, of one kind.</summary>
/// <param name="Kind">One of a few that the ledger has, each of which it always names.</param>
/// <param name="Oldest">How long what has waited longest has been due, or held, or in doubt; zero when nothing is.</param>
public sealed record Backlog(string Kind, long Count, TimeSpan Oldest);

/// <summary>The part of a ledger that says what waits in it.</summary>
public interface IBacklog
{
    /// <summary>Every kind once. Read from indices alone.</summary>
    Task<IReadOnlyList<Backlog>> BacklogAsync(CancellationToken ct);
}

/// <summary>
/// Looks every now and then at what waits in a ledger, for the metrics. Of several replicas each tells the same: take the
/// largest. While the store is away there is nothing to tell, and nothing is told.
/// </summary>
/// <param name="name">The ledger's, in the metrics.</param>
public sealed class BacklogWatch<TLedger>(string name, TLedger ledger, TimeProvider time, ILogger<BacklogWatch<TLedger>> logger) : Chore(BacklogWatch.Interval, logger)
    where TLedger : IBacklog
{
    protected override async Task<bool> RoundAsync(CancellationToken ct)
    {
        BacklogWatch.Seen[name] = (await ledger.BacklogAsync(ct), time.GetUtcNow() + BacklogWatch.Interval * 4, time);
        return false;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        BacklogWatch.Seen.TryRemove(name, out _);
    }
}

/// <summary>The instruments that <see cref="BacklogWatch{TLedger}"/> feeds.</summary>
internal static class BacklogWatch
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <summary>By ledger, until when it counts by which clock.</summary>
    public static readonly ConcurrentDictionary<string, (IReadOnlyList<Backlog> Backlogs, DateTimeOffset Until, TimeProvider Clock)> Seen = new();

    static BacklogWatch()
    {
        Metrics.Meter.CreateObservableGauge("leadrelay.ledger.waiting", () => Read(backlog => backlog.Count), "{row}",
            "What waits, by ledger and kind; each replica tells the same, so take the largest");
        Metrics.Meter.CreateObservableGauge("leadrelay.ledger.oldest", () => Read(backlog => Math.Round(backlog.Oldest.TotalSeconds, 3)), "s",
            "How long what waits longest has been due, held or in doubt, by ledger and kind; each replica tells the same, so take the largest");
    }

    private static Measurement<T>[] Read<T>(Func<Backlog, T> value) where T : struct =>
    [
        .. Seen.Where(seen => seen.Value.Clock.GetUtcNow() < seen.Value.Until).SelectMany(seen => seen.Value.Backlogs.Select(backlog =>
            new Measurement<T>(value(backlog), new("ledger", seen.Key), new KeyValuePair<string, object?>("kind", backlog.Kind)))),
    ];
}
