using System.Diagnostics;
using LeadRelay.Bus;
using LeadRelay.Contracts;
using LeadRelay.Tests.EndToEnd;

namespace LeadRelay.Bench;

/// <summary>
/// How much of what trackers allow PostbackDispatcher makes of it: four hosts, each with the 16 places it has, beside a loop of
/// HttpClient calls as many at once. One PostbackDispatcher, RabbitMQ, SQLite; each change is its order's first for the tracker.
/// The changes are in its queue before it may begin, so that nobody else is at work then.
/// </summary>
internal static class PostbackPath
{
    private const int Hosts = 4;
    private const int PlacesPerHost = 16;
    private const int Rounds = 3;
    private const int Changes = 5_000;
    private const double Wanted = 0.85;

    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan BareWarmUp = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan BareLength = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private static int nextLead;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        await using var slow = await BareTracker.StartAsync(Hosts, Slow);
        await using var quick = await BareTracker.StartAsync(Hosts, TimeSpan.Zero);
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Services = ["PostbackDispatcher"], Environment = Production.Environment,
            Configure = config =>
            {
                Campaigns(config, "slow", slow);
                Campaigns(config, "quick", quick);
            },
        });
        await using var wire = await Wire.ConnectAsync(relay.BrokerUrl!);

        await DeliverAsync(relay, wire, slow, "slow");
        await DeliverAsync(relay, wire, quick, "quick");
        return
        [
            .. await CompareAsync(relay, wire, slow, "slow", $"a tracker of {Slow.TotalMilliseconds:0} ms", Wanted),
            .. await CompareAsync(relay, wire, quick, "quick", "a tracker of 0 ms", null),
            new("PostbackDispatcher's memory at most, MB", $"{Machine.PeakMemory(relay.Process("PostbackDispatcher").Id):0}"),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> CompareAsync(Relay relay, Wire wire, BareTracker tracker, string name, string what, double? wanted)
    {
        double[] ours = new double[Rounds], bare = new double[Rounds];
        var (used, usedBare) = (new IReadOnlyList<(string, double)>[Rounds], new IReadOnlyList<(string, double)>[Rounds]);
        for (var round = 0; round < Rounds; round++)
        {
            (ours[round], used[round]) = await DeliverAsync(relay, wire, tracker, name);
            await Task.Delay(Calm);
            (bare[round], usedBare[round]) = await CallAsync(tracker);
        }
        return
        [
            Figure.AtLeast($"{what}: postbacks a second", new Rounds(ours), new Rounds(bare), wanted),
            .. Processors.Rows("a postback", used, usedBare),
        ];
    }

    /// <summary>Has the changes of new orders delivered; the rate is that from a tenth of the receipts to nine tenths.</summary>
    public static async Task<(double PerSecond, IReadOnlyList<(string, double)> Used)> DeliverAsync(Relay relay, Wire wire, BareTracker tracker, string name, int count = Changes, int replicas = 1)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds());
        var stories = Enumerable.Range(0, int.MaxValue).Select(_ => Interlocked.Increment(ref nextLead)).Select(lead => LeadStory.Of(lead, at, $"{name}{lead % tracker.Addresses.Count}"))
            .Where(story => story.Any(sent => sent.Message is OrderStatusChanged)).Take(count).ToList();

        await wire.PublishToAllAsync(stories.Select(story => story.Single(sent => sent.Message is OrderCreated)));
        await relay.Eventually("all orders are known", () => relay.Node!.QueuesAsync(relay.BrokerUrl!), queues => queues[Topology.PostbackDispatcher].Messages is 0, TimeSpan.FromMinutes(2));
        await Task.Delay(Calm);
        Halt.Hold(relay, "PostbackDispatcher", replicas);
        await wire.PublishToAllAsync(stories.Select(story => story.First(sent => sent.Message is OrderStatusChanged)));
        foreach (var queue in new[] { Topology.Audit, Topology.CrmWriter })
            await wire.EmptyAsync(queue);
        await tracker.ReceiptsAsync();

        var used = new Processors([.. Enumerable.Range(1, replicas).Select(replica => Processors.Of(relay, "PostbackDispatcher", replica)), Processors.Broker, tracker.Process]);
        var (started, received) = (Stopwatch.GetTimestamp(), new List<long>());
        Halt.Release(relay, "PostbackDispatcher", replicas);
        while (received.Count < count)
        {
            await Task.Delay(Look);
            received.AddRange((await tracker.ReceiptsAsync()).Select(receipt => receipt.At));
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(3))
                throw new TimeoutException($"Of {count} postbacks the tracker received {received.Count}.\n{relay.Tails(20)}");
        }
        var per = used.Per(count);
        var middle = received.Order().Skip(count / 10).Take(count * 8 / 10).ToList();
        var rate = (middle.Count - 1) / Stopwatch.GetElapsedTime(middle[0], middle[^1]).TotalSeconds;
        Console.WriteLine($"{name}: {rate:0} a second in the middle, {count / Stopwatch.GetElapsedTime(started, received.Max()).TotalSeconds:0} from the start; ms each: {string.Join(", ", per.Select(each => $"{each.Name} {each.Milliseconds:0.00}"))}");
        return (rate, per);
    }

    /// <summary>The bare limit: as many calls at once to the same tracker, by HttpClient alone.</summary>
    private static async Task<(double PerSecond, IReadOnlyList<(string, double)> Used)> CallAsync(BareTracker tracker)
    {
        await using var caller = ServiceProcess.Start("Bare", new Dictionary<string, string>(Production.Runtime)
        {
            ["Mode"] = "call", ["AtOnce"] = $"{PlacesPerHost}", ["Urls"] = string.Join(',', tracker.Addresses.Select(address => $"{address}/postback?subid={{n}}&status=accepted&tid={{n}}&payout=12.50&currency=EUR")),
        }, "caller");
        await Task.Delay(BareWarmUp);
        await tracker.ReceiptsAsync();
        var used = new Processors([("the HttpClient loop", caller.Id), tracker.Process]);
        await Task.Delay(BareLength);
        var received = (await tracker.ReceiptsAsync()).Select(receipt => receipt.At).Order().ToList();
        var per = used.Per(received.Count);
        var rate = (received.Count - 1) / Stopwatch.GetElapsedTime(received[0], received[^1]).TotalSeconds;
        Console.WriteLine($"bare: {rate:0} a second; ms each: {string.Join(", ", per.Select(each => $"{each.Name} {each.Milliseconds:0.00}"))}");
        return (rate, per);
    }

    /// <summary>A campaign for each of a tracker's hosts.</summary>
    public static void Campaigns(string config, string name, BareTracker tracker)
    {
        var postbacks = Samples.PostbacksOf(config);
        foreach (var (host, address) in tracker.Addresses.Index())
        {
            // None for the order's creation: the change is the first that the tracker hears.
            var url = $"{address}/postback?subid={{click}}&status={{status}}&tid={{order_id}}&payout={{payout}}&currency={{currency}}";
            Samples.Campaign(config, $"{name}{host}", (postbacks, $$"""
                "postbacks": { "hold": "{{url}}", "approve": "{{url}}", "cancel": "{{url}}" }
                """));
        }
    }
}
