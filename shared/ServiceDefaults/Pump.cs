using LeadRelay.Logging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeadRelay;

/// <summary>
/// Works off a ledger: takes rows that are due, as many as there are free slots, and runs them side by side. What it does
/// is in the ledger and not here, so any number of replicas may do the same and a killed one leaves nothing behind.
/// </summary>
/// <param name="slots">How many rows may be worked on at once.</param>
public abstract partial class Pump<T>(int slots, IHostApplicationLifetime lifetime, ILogger logger) : Chore(TimeSpan.FromMilliseconds(500), logger)
{
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running = 1; // itself

    /// <summary>Leases up to so many rows that are due. Waits out an outage of the store.</summary>
    protected abstract Task<IReadOnlyList<T>> TakeAsync(int atMost, CancellationToken ct);

    /// <summary>Works on one row, to the end: the lease is given back by writing the outcome.</summary>
    protected abstract Task WorkAsync(T row);

    /// <summary>What a row is about: all that is logged while it is worked on names it.</summary>
    protected abstract Subject About(T row);

    protected override async Task<bool> RoundAsync(CancellationToken ct)
    {
        var free = slots - Volatile.Read(ref running) + 1;
        // From the signal on nothing new: by the time the service has stopped, what was begun must have ended.
        if (free is 0 || lifetime.ApplicationStopping.IsCancellationRequested)
            return false;
        var rows = await TakeAsync(free, ct);
        foreach (var row in rows)
        {
            Interlocked.Increment(ref running);
            _ = Task.Run(() => RunAsync(row), CancellationToken.None);
        }
        return rows.Count > 0;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await base.ExecuteAsync(stoppingToken);
        // What was begun is finished: its lease is longer than a call may take.
        Finish();
        await finished.Task;
    }

    private async Task RunAsync(T row)
    {
        using var scope = Logger.BeginSubject(About(row));
        try { await WorkAsync(row); }
        catch (Exception e) { LogRowFailed(Logger, e); }
        finally { Finish(); }
    }

    private void Finish()
    {
        if (Interlocked.Decrement(ref running) is 0)
            finished.TrySetResult();
        else
            Wake();
    }

    [LoggerMessage(Level = LogLevel.Error, EventName = "RowFailed", Message = "Working on a row of the ledger failed; its lease decides what follows.")]
    private static partial void LogRowFailed(ILogger logger, Exception e);
}
