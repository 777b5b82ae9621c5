namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>Invariant 10, over two replicas of everyone.</summary>
public sealed class OutagesMoveNothing
{
    private static readonly Dictionary<string, int> TwoOfEach =
        Samples.Replicas(("CrmWriter", 2), ("PostbackDispatcher", 2), ("AuditStore", 2));

    [Fact]
    public async Task A_store_outage_moves_nothing_to_an_error_queue()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Replicas = TwoOfEach });
        await SubmitAsync(relay, 0);
        var locks = new[] { "crm.db", "postbacks.db", "audit.db" }.Select(file => Stored.Lock(Path.Combine(relay.DataFolder, file))).ToArray();
        await SubmitAsync(relay, 1);
        // Longer than SQLite itself waits for a lock, so that every service has seen it fail.
        await relay.Eventually("every service has seen its store fail", () =>
            Task.FromResult(TwoOfEach.Keys.All(service => relay.Process(service).Output.Contains("is waited for", StringComparison.Ordinal))), TimeSpan.FromSeconds(40));
        foreach (var held in locks)
            await held.DisposeAsync();
        await AllDeliveredAsync(relay, 2);
    }

    /// <summary>In <c>./test long</c>; that error queues stay empty though the broker is killed, <see cref="Chaos.EverythingAtOnce"/> looks at, too.</summary>
    [Fact]
    [Trait("Takes", "Long")]
    public async Task A_broker_outage_moves_nothing_to_an_error_queue()
    {
        await using var node = new RabbitNode();
        await node.StartAsync();
        await using var relay = await Relay.StartAsync(new RelayOptions { Shape = RelayShape.Processes, Node = node, Replicas = TwoOfEach });
        await Task.Delay(RabbitNode.QueueSettles);
        await relay.FaultAsync(new { target = "crm", kind = "delay", delay_ms = 500 });
        await SubmitAsync(relay, 0);
        node.Kill();
        await node.RestartAsync();
        await relay.Eventually("the relay is ready again", async () => (await relay.Intake().GetAsync(new Uri("health/ready", UriKind.Relative))).IsSuccessStatusCode, TimeSpan.FromSeconds(90));
        await SubmitAsync(relay, 1);
        await AllDeliveredAsync(relay, 2);
    }

    private static async Task SubmitAsync(Relay relay, int round)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            relay.SubmitAsync(new { phone = $"+4915123456{i:D3}", click_id = $"outage-{round}-{i}" }, headers: ("Prefer", "respond-async"))));
        Assert.All(answers, answer => Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.Status));
    }

    private static async Task AllDeliveredAsync(Relay relay, int rounds)
    {
        await relay.Eventually("every lead's postback is delivered and on record", () => relay.AuditAsync("kind=PostbackDelivered&limit=1000"),
            found => found.Messages("PostbackDelivered").Select(m => m.At("about", "leadId")).Distinct().Count() == 20 * rounds, TimeSpan.FromSeconds(90));
        Assert.Equal(Enumerable.Repeat(1, 20 * rounds), (await relay.LedgerAsync()).GetProperty("orders_per_lead").EnumerateObject().Select(o => o.Value.GetInt32()));
        var queues = await relay.Node!.QueuesAsync(relay.BrokerUrl!);
        Assert.DoesNotContain(queues, q => (q.Key.EndsWith("_error", StringComparison.Ordinal) || q.Key.EndsWith("_skipped", StringComparison.Ordinal)) && q.Value.Messages > 0);
    }
}
