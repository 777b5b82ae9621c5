using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeadRelay;

/// <summary>
/// Works off a ledger: takes rows that are due, as many as there are free slots, and runs them side by side. What it does
/// is in the ledger and not here, so any number of replicas may do the same and a killed one leaves nothing behind.
/// </summary>
/// <param name="slots">How many rows may be worked on at once.</param>
public abstract class Pump<T>(int slots, TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim wake = new(0, 1);
    private int running;

    protected TimeProvider Time { get; } = time;

    protected ILogger Logger { get; } = logger;

    /// <summary>Says that there may be a row that is due.</summary>
    public void Wake()
    {
        try { wake.Release(); }
        catch (SemaphoreFullException) { } // it is awake already
    }

    /// <summary>Leases up to so many rows that are due. Waits out an outage of the store.</summary>
    protected abstract Task<IReadOnlyList<T>> TakeAsync(int atMost, CancellationToken ct);

    /// <summary>Works on one row, to the end: the lease is given back by writing the outcome.</summary>
    protected abstract Task WorkAsync(T row, CancellationToken ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var taken = 0;
            try
            {
                var free = slots - Volatile.Read(ref running);
                foreach (var row in free > 0 ? await TakeAsync(free, stoppingToken) : [])
                {
                    taken++;
                    Interlocked.Increment(ref running);
                    _ = Task.Run(() => RunAsync(row, stoppingToken), CancellationToken.None);
                }
                if (taken is 0)
                    await wake.WaitAsync(Poll, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { break; }
            catch (Exception e)
            {
                Logger.LogError(e, "Taking work from the ledger failed; trying again.");
                await Task.Delay(Poll, Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        // What was begun is finished: its lease is longer than a call may take.
        while (Volatile.Read(ref running) > 0)
            await wake.WaitAsync(Poll, CancellationToken.None);
    }

    private async Task RunAsync(T row, CancellationToken stopping)
    {
        try { await WorkAsync(row, stopping); }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested) { } // the ledger knows how far it came
        catch (Exception e) { Logger.LogError(e, "Working on a row of the ledger failed; its lease decides what follows."); }
        finally
        {
            Interlocked.Decrement(ref running);
            Wake();
        }
    }
}
