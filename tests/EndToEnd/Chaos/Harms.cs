using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>Does to a relay what a plan says, and heals it.</summary>
/// <param name="crmTimeLimit">Of the connections; a CRM that hangs does so a little longer.</param>
internal sealed class Harms(Relay relay, RabbitNode node, Trackers trackers, TimeSpan crmTimeLimit)
{
    /// <summary>SQLITE_BUSY.</summary>
    private const int Busy = 5;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> turns = new();
    private readonly ConcurrentDictionary<Harm, bool> underWay = new();
    private readonly ConcurrentQueue<Harm> begun = new();

    /// <summary>What was begun since this was asked the last time, and what is still going on from before.</summary>
    public string News()
    {
        var (old, news) = (underWay.Keys.ToHashSet(), new List<string>());
        while (begun.TryDequeue(out var harm))
            news.Add(old.Remove(harm) ? $"{harm} (not healed yet)" : $"{harm}");
        return string.Join(", ", old.OrderBy(harm => harm.At).Select(harm => $"still {harm}").Concat(news).DefaultIfEmpty("nothing"));
    }

    /// <summary>Returns when all was done and is healed.</summary>
    public async Task DoAsync(Plan plan)
    {
        var started = Stopwatch.GetTimestamp();
        List<Task> doing = [];
        foreach (var harm in plan.Harms)
        {
            var wait = harm.At - Stopwatch.GetElapsedTime(started);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait);
            doing.Add(DoAsync(harm));
        }
        await Task.WhenAll(doing);
        var left = plan.Length - Stopwatch.GetElapsedTime(started);
        if (left > TimeSpan.Zero)
            await Task.Delay(left);
    }

    /// <summary>Two that would undo each other wait for one another.</summary>
    private async Task DoAsync(Harm harm)
    {
        var turn = turns.GetOrAdd(harm.Kind switch
        {
            HarmKind.KillBroker or HarmKind.CutConnections => "broker",
            HarmKind.SpoilCrm => "crm",
            HarmKind.SpoilTracker => $"tracker {harm.Number}",
            _ => $"{harm.Victim} {harm.Number}",
        }, _ => new SemaphoreSlim(1));
        await turn.WaitAsync();
        underWay[harm] = true;
        begun.Enqueue(harm);
        try
        {
            await (harm.Kind switch
            {
                HarmKind.KillService => KillServiceAsync(harm),
                HarmKind.KillBroker => KillBrokerAsync(harm),
                HarmKind.CutConnections => CutConnectionsAsync(),
                HarmKind.LockStore => LockStoreAsync(harm),
                HarmKind.SpoilCrm => SpoilCrmAsync(harm),
                HarmKind.SpoilTracker => SpoilTrackerAsync(harm),
                _ => throw new UnreachableException($"{harm.Kind}"),
            });
        }
        finally
        {
            underWay.TryRemove(harm, out _);
            turn.Release();
        }
    }

    private async Task KillServiceAsync(Harm harm)
    {
        if (!relay.Process(harm.Victim, harm.Number).HasExited)
            relay.Kill(harm.Victim, harm.Number);
        await Task.Delay(harm.Length);
        // One that had just ended itself is started again by the fixture.
        if (relay.Process(harm.Victim, harm.Number).HasExited)
            await relay.StartServiceAsync(harm.Victim, harm.Number, waitReady: false);
    }

    private async Task KillBrokerAsync(Harm harm)
    {
        node.Kill();
        await Task.Delay(harm.Length);
        await node.RestartAsync();
    }

    private async Task CutConnectionsAsync()
    {
        try { await node.CloseConnectionsAsync(relay.BrokerUrl!); }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or KeyNotFoundException) { } // a list that was changing, or a broker that is too busy to close them: then it was no harm
    }

    private async Task LockStoreAsync(Harm harm)
    {
        try
        {
            await using var held = await Task.Run(() => Stored.Lock(Path.Combine(relay.DataFolder, harm.Victim)));
            await Task.Delay(harm.Length);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Busy) { } // those who write did not let it have the lock in half a minute: then it was no harm
    }

    private async Task SpoilCrmAsync(Harm harm)
    {
        var late = (int)(crmTimeLimit + TimeSpan.FromSeconds(2)).TotalMilliseconds;
        await relay.FaultAsync(harm.Victim switch
        {
            "fail" => new { target = "crm", kind = "status", status = 500, probability = 0.5, times = harm.Strikes },
            "turn_away" => new { target = "crm", kind = "status", status = 429, retry_after = "2", probability = 0.5, times = harm.Strikes },
            "refuse" => new { target = "crm", kind = "errors", code = "ERR_ORDER_REFUSED", probability = 0.5, times = harm.Strikes },
            "hang" => new { target = "crm", kind = "delay", delay_ms = late, probability = 0.5, times = harm.Strikes },
            "hang_after" => new { target = "crm", kind = "hang_after", delay_ms = late, probability = 0.5, times = harm.Strikes },
            var way => new { target = "crm", kind = way, probability = 0.5, times = harm.Strikes },
        });
        await Task.Delay(harm.Length);
        using var healed = await relay.Sandbox.DeleteAsync(new Uri("faults", UriKind.Relative));
    }

    private async Task SpoilTrackerAsync(Harm harm)
    {
        trackers.Spoil(harm.Number, harm.Victim, harm.Strikes);
        await Task.Delay(harm.Length);
        trackers.Heal(harm.Number);
    }
}
