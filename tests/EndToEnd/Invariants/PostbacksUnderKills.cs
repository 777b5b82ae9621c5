using System.Collections.Concurrent;
using System.Globalization;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;
using Microsoft.AspNetCore.Http;
using Xunit.Abstractions;

namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>
/// Invariants 1, 5 and 10 with everything at once: two PostbackDispatchers, two trackers that each get every status and
/// fail one time in ten, webhooks in any order, and kills of a dispatcher and of the broker meanwhile.
/// </summary>
public sealed class PostbacksUnderKills(ITestOutputHelper output)
{
    private const string Dispatcher = "PostbackDispatcher";
    private const string Broker = "broker";

    private static readonly int Orders = TestRun.IsLong ? 2_000 : 40;
    private static readonly int ChangesEach = TestRun.IsLong ? 10 : 4;

    /// <summary>At most, of one order at one tracker: after the third, a retry would wait for two minutes.</summary>
    private static readonly int FailuresInARow = TestRun.IsLong ? 2 : 1;

    private static readonly string[] Kills = TestRun.IsLong
        ? [Dispatcher, Broker, Dispatcher, Dispatcher, Broker, Dispatcher, Broker, Dispatcher]
        : [Dispatcher, Broker];

    private static readonly string[] Words = ["", "lead", "sale", "rejected", "rebill", "trash"];

    private const string Map = """
        "status_map": { "1": { "label": "lead", "event": "wait" }, "2": { "label": "sale", "event": "approve" },
          "3": { "label": "rejected", "event": "cancel" }, "4": { "label": "rebill", "event": "approve" }, "5": { "label": "trash", "event": "trash" } }
        """;

    /// <summary>A change of a test order's status.</summary>
    /// <param name="Nth">From 1; 0 is the order's creation.</param>
    private sealed record Change(string Click, string OrderId, int Nth, int Status)
    {
        /// <summary>Before any order here was created.</summary>
        private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(50);

        public DateTimeOffset At => Start.AddMinutes(Nth);

        /// <summary>Which change of its order a postback tells of, by the time in it.</summary>
        public static int NthOf(long when) => DateTimeOffset.FromUnixTimeSeconds(when) - Start is { TotalDays: < 1 } since ? (int)since.TotalMinutes : 0;
    }

    /// <param name="Accepted">The tracker answered 200, or would have if the caller had lived.</param>
    private sealed record Receipt(string? OrderId, int Nth, string? Status, bool Accepted);

    private readonly ConcurrentDictionary<(string Click, string Tracker), ConcurrentQueue<Receipt>> received = new();
    private int count;

    /// <summary>In <c>./test long</c>; <see cref="Chaos.EverythingAtOnce"/> does the same and more to a few orders.</summary>
    [Fact]
    [Trait("Takes", "Long")]
    public async Task Every_order_ends_in_its_latest_status_at_every_tracker_though_dispatchers_and_the_broker_are_killed()
    {
        await using var node = new RabbitNode();
        await node.StartAsync();
        await using var one = await OwnTracker.StartAsync((parameters, ct) => ReceiveAsync("one", parameters, ct));
        await using var other = await OwnTracker.StartAsync((parameters, ct) => ReceiveAsync("other", parameters, ct));
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = node, Replicas = Samples.Replicas((Dispatcher, 2)), Configure = config => Configure(config, one.Address, other.Address),
        });
        var changes = await ChangesAsync(relay);

        var parts = changes.Chunk((changes.Count + Kills.Length) / (Kills.Length + 1));
        foreach (var (part, victim) in parts.Zip([.. Kills, null]))
        {
            var sending = Parallel.ForEachAsync(part, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (change, _) => await TellAsync(relay, change));
            if (victim is not null)
                await KillAsync(relay, node, victim);
            await sending;
        }

        var latest = changes.GroupBy(change => change.Click).ToDictionary(order => order.Key, order => Words[order.MaxBy(change => change.Nth)!.Status]);
        await relay.Eventually("every order ends in its latest status at both trackers", () => Task.FromResult(
            latest.SelectMany(order => new[] { (Click: order.Key, Tracker: "one", Status: order.Value), (Click: order.Key, Tracker: "other", Status: order.Value) })
                .Where(end => received.GetValueOrDefault((end.Click, end.Tracker))?.LastOrDefault(receipt => receipt.Accepted)?.Status != end.Status).Take(5).ToArray()),
            unfinished => unfinished.Length is 0, TimeSpan.FromMinutes(TestRun.IsLong ? 10 : 3));
        await AllSettledAsync(relay);

        var inversions = received.Values.Sum(receipts => receipts.Zip(receipts.Skip(1)).Count(pair => pair.Second.Nth < pair.First.Nth));
        var accepted = received.Values.SelectMany(receipts => receipts.Where(receipt => receipt.Accepted).GroupBy(receipt => receipt.Nth)).ToArray();
        var repeats = accepted.Sum(same => same.Count() - 1);
        var killed = Kills.Count(victim => victim is Dispatcher);
        var slots = Hosts.PlacesPerLane * Enum.GetValues<Lane>().Length * 2;
        output.WriteLine($"{changes.Count} changes of {Orders} orders; {count} postbacks, {accepted.Length} deliveries accepted, {repeats} of them repeated (at most {killed} kills × {slots} slots), {inversions} inversions.");
        Assert.Equal(0, inversions);
        Assert.InRange(repeats, 0, killed * slots);
        Assert.All(changes.DistinctBy(change => change.Click), order => Assert.All([.. received[(order.Click, "one")], .. received[(order.Click, "other")]], receipt => Assert.Equal(order.OrderId, receipt.OrderId)));
        Assert.All(await node.QueuesAsync(relay.BrokerUrl!), queue => Assert.False(queue.Key.EndsWith("_error", StringComparison.Ordinal) && queue.Value.Messages > 0, queue.Key));
    }

    private static void Configure(string config, params string[] trackers)
    {
        Samples.NoRateLimit(config);
        var postbacks = trackers.Select(address => $"\"{address}/?click={{click}}&tid={{order_id}}&status={{status}}&when={{timestamp}}\"");
        Samples.Campaign(config, "killed", (Samples.StatusMapOf(config), Map), (Samples.PostbacksOf(config), $"\"postbacks\": [{string.Join(", ", postbacks)}]"));
    }

    private async Task<int> ReceiveAsync(string tracker, IQueryCollection parameters, CancellationToken ct)
    {
        var before = received.GetOrAdd((parameters["click"]!, tracker), _ => []);
        var isAccepted = Random.Shared.NextDouble() >= 0.1 || before.TakeLast(FailuresInARow).Count(receipt => !receipt.Accepted) == FailuresInARow;
        before.Enqueue(new Receipt(parameters["tid"], Change.NthOf(long.Parse(parameters["when"]!, CultureInfo.InvariantCulture)), parameters["status"], isAccepted));
        Interlocked.Increment(ref count);
        // So that kills find calls under way.
        await Task.Delay(20, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return isAccepted ? 200 : 503;
    }

    /// <summary>Creates the orders; returns what is going to become of them, in an order that has nothing to do with time.</summary>
    private static async Task<IReadOnlyList<Change>> ChangesAsync(Relay relay)
    {
        var orders = new ConcurrentDictionary<string, string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, Orders), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
            orders[$"click-{i}"] = await relay.OrderAsync("killed", $"click-{i}"));
        var random = new Random(17);
        var changes = orders.OrderBy(order => order.Key, StringComparer.Ordinal)
            .SelectMany(order => Enumerable.Range(1, ChangesEach).Select(n => new Change(order.Key, order.Value, n, 1 + random.Next(5)))).ToArray();
        random.Shuffle(changes);
        return changes;
    }

    /// <summary>As SalesRender does: what is not answered with success is told again.</summary>
    private static async Task TellAsync(Relay relay, Change change)
    {
        while (true)
        {
            try
            {
                var (status, _) = await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath,
                    new { id = change.OrderId, status = new { id = change.Status }, statusChangedAt = change.At });
                if ((int)status is >= 200 and < 300)
                    return;
            }
            catch (HttpRequestException) { } // it had just ended itself to be started again
            await Task.Delay(100);
        }
    }

    /// <summary>Kills somebody who is at work, and starts it again.</summary>
    private async Task KillAsync(Relay relay, RabbitNode node, string victim)
    {
        var before = Volatile.Read(ref count);
        await relay.Eventually($"postbacks are sent before the {victim} is killed", async () =>
            Volatile.Read(ref count) > before + 20 && (await relay.Client(Dispatcher, 2).GetAsync(new Uri("health/ready", UriKind.Relative))).IsSuccessStatusCode, TimeSpan.FromMinutes(2));
        if (victim is Broker)
        {
            node.Kill();
            await node.RestartAsync();
        }
        else
        {
            relay.Kill(victim, 2);
            await relay.StartServiceAsync(victim, 2);
        }
    }

    /// <summary>Nothing is left to be done, and all that was done is on record.</summary>
    private static async Task AllSettledAsync(Relay relay)
    {
        var (ledger, audit) = (Path.Combine(relay.DataFolder, "postbacks.db"), Path.Combine(relay.DataFolder, "audit.db"));
        var limit = TimeSpan.FromMinutes(2);
        await relay.Eventually("no delivery is open", () => Task.FromResult(Stored.Read(ledger, "SELECT id FROM deliveries WHERE state IN ('Waiting', 'Behind', 'Claimed') LIMIT 5")),
            open => open.Count is 0, limit);
        var delivered = Stored.Read(ledger, "SELECT id FROM deliveries WHERE state = 'Delivered'");
        await relay.Eventually("every delivery is in the audit", () => Task.FromResult(delivered.Except(Stored.Read(audit,
            "SELECT json_extract(message, '$.postback.deliveryId') FROM messages WHERE kind = 'PostbackDelivered'")).Take(5).ToArray()), missing => missing.Length is 0, limit);
    }
}
