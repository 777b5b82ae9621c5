using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>The trackers: they write down what comes, and misbehave when they are told to.</summary>
/// <param name="failuresInARow">At most, of one order at one tracker: after three a retry would wait for two minutes, after four for ten.</param>
internal sealed class Trackers(ConcurrentDictionary<int, Lead> leads, int failuresInARow) : IAsyncDisposable
{
    /// <summary>Longer than a dispatcher waits for an answer.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(10);

    /// <summary>So that kills find calls under way.</summary>
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(15);

    private readonly OwnTracker[] trackers = new OwnTracker[Plan.Trackers];
    private readonly Spoiling?[] spoilings = new Spoiling?[Plan.Trackers];
    private int count;

    /// <summary>Postbacks so far, whatever was answered.</summary>
    public int Count => Volatile.Read(ref count);

    public string Address(int number) => trackers[number - 1].Address;

    public async Task StartAsync()
    {
        for (var i = 0; i < trackers.Length; i++)
        {
            var index = i;
            trackers[i] = await OwnTracker.StartAsync((parameters, ct) => ReceiveAsync(index, parameters, ct));
        }
    }

    /// <summary>From now on it misbehaves, at so many calls at most.</summary>
    public void Spoil(int number, string way, int strikes) => Volatile.Write(ref spoilings[number - 1], new Spoiling(way, strikes));

    public void Heal(int number) => Volatile.Write(ref spoilings[number - 1], null);

    public async ValueTask DisposeAsync()
    {
        foreach (var tracker in trackers.OfType<OwnTracker>())
            await tracker.DisposeAsync();
    }

    private async Task<int> ReceiveAsync(int tracker, IQueryCollection parameters, CancellationToken ct)
    {
        Interlocked.Increment(ref count);
        if (!leads.TryGetValue(Story.NumberOf(parameters["click"]), out var lead))
            return 404;
        var nth = Change.NthOf(DateTimeOffset.FromUnixTimeSeconds(long.Parse(parameters["when"]!, CultureInfo.InvariantCulture)));
        string? way;
        lock (lead.Receipts)
        {
            var failed = lead.Receipts.AsEnumerable().Reverse().TakeWhile(receipt => !receipt.IsAccepted).Count();
            way = failed < failuresInARow ? Volatile.Read(ref spoilings[tracker])?.Strike() : null;
            lead.Receipts.Add(new Receipt(nth, parameters["tid"], way is null));
        }
        await Task.Delay(way is "hang" ? Hang : Latency, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return way switch { null => 200, "fail" => 503, "turn_away" => 429, _ => OwnTracker.Cut };
    }

    private sealed class Spoiling(string way, int strikes)
    {
        private int left = strikes;

        /// <summary>How the next call is to be mistreated; null when there were enough.</summary>
        public string? Strike() => Interlocked.Decrement(ref left) >= 0 ? way : null;
    }
}
