using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using LeadRelay.Tests.EndToEnd;

namespace LeadRelay.Bench;

/// <summary>
/// What a tracker's host that takes connections and never answers does to the others: from the webhook's 200 to the
/// postback's receipt, without it and with 40 % of the traffic for it, in turns; and, to tell what the traffic costs from
/// what the hanging does, with as much for it while it answers. Real processes, real RabbitMQ, SQLite, one of each
/// service; every change is its order's first.
/// </summary>
internal static class HostIsolation
{
    private const int HealthyHosts = 6;
    private const int PerSecond = 60;
    private const int PerSecondToHung = 40;
    private const int Rounds = 3;
    private const string Hung = "hung";

    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    private static readonly ConcurrentDictionary<string, long> Answered = new();
    private static readonly ConcurrentDictionary<string, long> Received = new();
    private static volatile TaskCompletionSource hanging = new();

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        var trackers = new Dictionary<string, OwnTracker> { [Hung] = await TrackerAsync(async ct => await hanging.Task.WaitAsync(ct)) };
        foreach (var name in Enumerable.Range(1, HealthyHosts).Select(n => $"host{n}"))
            trackers[name] = await TrackerAsync(_ => Task.CompletedTask);
        try
        {
            await using var relay = await Relay.StartAsync(new RelayOptions
            {
                Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Configure = config => Configure(config, trackers),
            });
            return await MeasureAsync(relay);
        }
        finally
        {
            foreach (var tracker in trackers.Values)
                await tracker.DisposeAsync();
        }
    }

    private static Task<OwnTracker> TrackerAsync(Func<CancellationToken, Task> work) => OwnTracker.StartAsync(async (parameters, ct) =>
    {
        var at = Stopwatch.GetTimestamp();
        await work(ct);
        Received.TryAdd(parameters["token"]!, at);
        return 200;
    });

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(Relay relay)
    {
        await PhaseAsync(relay, "warm", WarmUp, withHung: false, hangs: false);
        double[] without = new double[Rounds], answering = new double[Rounds], with = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            without[round] = await PhaseAsync(relay, $"without{round}", Phase, withHung: false, hangs: false);
            with[round] = await PhaseAsync(relay, $"with{round}", Phase, withHung: true, hangs: true);
            answering[round] = await PhaseAsync(relay, $"answering{round}", Phase, withHung: true, hangs: false);
        }
        var (alone, beside) = (new Rounds(without), new Rounds(with));
        var limit = Math.Max(1.2 * alone.Median, alone.Median + 20);
        return
        [
            new("p99 of the healthy hosts, ms, without the one that hangs", $"{alone}"),
            new("the same beside it", $"{beside}", Wanted: $"≤ {limit:0}", Reached: beside.Median <= limit),
            new("the same beside it while it answers", $"{new Rounds(answering)}"),
        ];
    }

    /// <summary>Makes the orders, then tells of their changes at an even pace, and returns the healthy hosts' p99 in milliseconds.</summary>
    private static async Task<double> PhaseAsync(Relay relay, string name, TimeSpan length, bool withHung, bool hangs)
    {
        hanging = new TaskCompletionSource();
        if (!hangs)
            hanging.SetResult();
        var healthy = Enumerable.Range(0, (int)(PerSecond * length.TotalSeconds))
            .Select(i => (Token: $"{name}-{i}", Campaign: $"host{1 + i % HealthyHosts}", Due: TimeSpan.FromSeconds((double)i / PerSecond)));
        var hung = Enumerable.Range(0, withHung ? (int)(PerSecondToHung * length.TotalSeconds) : 0)
            .Select(i => (Token: $"{name}-{Hung}-{i}", Campaign: Hung, Due: TimeSpan.FromSeconds((double)i / PerSecondToHung)));
        var changes = healthy.Concat(hung).OrderBy(change => change.Due).ToArray();

        var orders = new ConcurrentDictionary<string, string>();
        await Parallel.ForEachAsync(changes, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (change, _) =>
            orders[change.Token] = await relay.OrderAsync(change.Campaign, change.Token));
        await relay.Eventually("nothing is under way", () => relay.Node!.QueuesAsync(relay.BrokerUrl!), queues => queues["audit"].Messages + queues["postbackdispatcher"].Messages is 0, TimeSpan.FromMinutes(2));

        var start = Stopwatch.GetTimestamp();
        var telling = new List<Task>();
        foreach (var change in changes)
        {
            if (change.Due - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } early)
                await Task.Delay(early);
            telling.Add(TellAsync(relay, change.Token, orders[change.Token]));
        }
        await Task.WhenAll(telling);
        await ReceivedAsync(relay, healthy.Select(change => change.Token));
        hanging.TrySetResult();
        await ReceivedAsync(relay, hung.Select(change => change.Token));

        var latencies = healthy.Select(change => Stopwatch.GetElapsedTime(Answered[change.Token], Received[change.Token]).TotalMilliseconds).Order().ToArray();
        Console.WriteLine($"{name}: {latencies.Length} postbacks to healthy hosts, ms: median {Share(latencies, 0.5):0}, p90 {Share(latencies, 0.9):0}, p99 {Share(latencies, 0.99):0}, max {latencies[^1]:0}");
        return Share(latencies, 0.99);
    }

    private static async Task TellAsync(Relay relay, string token, string order)
    {
        var (status, answer) = await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, new { id = order, status = new { id = "3" } });
        Answered[token] = Stopwatch.GetTimestamp();
        if (status is not HttpStatusCode.OK)
            throw new InvalidOperationException($"A webhook was not taken: {(int)status} {answer}");
    }

    private static async Task ReceivedAsync(Relay relay, IEnumerable<string> tokens) =>
        await relay.Eventually("every postback was received", () => Task.FromResult(tokens.Count(token => !Received.ContainsKey(token))), missing => missing is 0, TimeSpan.FromMinutes(3));

    private static double Share(double[] ordered, double share) => ordered[(int)Math.Ceiling(share * ordered.Length) - 1];


    private static void Configure(string config, IReadOnlyDictionary<string, OwnTracker> trackers)
    {
        Samples.NoRateLimit(config);
        // Only the approval has a postback: it is the first that an order's tracker hears.
        foreach (var (name, tracker) in trackers)
            Samples.Campaign(config, name, (Samples.PostbacksOf(config), $"\"postbacks\": {{ \"approve\": \"{tracker.Address}/?token={{click}}\" }}"));
    }
}
