using System.Collections.Concurrent;
using System.Net;

namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>
/// Invariant 3, step by step: of two CrmWriters one kills itself before and after everything that is durable or that
/// SalesRender sees, with leads under way in both, and is started again. Nothing is lost and nothing is doubled.
/// </summary>
public sealed class CrashSweep(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int Batch = 20;

    /// <summary>Those of <c>tests/FailpointHost</c>, in the order a lead passes them.</summary>
    private static readonly string[] Points =
    [
        "accept.before", "accept.after", "ack.before", "ack.after", "claim.before", "claim.after", "request.before", "request.after",
        "answer.before", "settle.before", "settle.after", "publish.before", "publish.after", "confirmed.before", "confirmed.after",
    ];

    private const string InDoubt = "SELECT id FROM work WHERE kind = 'Create' AND state = 'InDoubt'";

    private static void Quickly(string config) => Samples.Edit(Path.Combine(config, "connections", "sandbox.json"),
        text => text.Replace("\"token\"", "\"time_limit_seconds\": 2, \"lookup_settle_seconds\": 30,\n  \"token\"", StringComparison.Ordinal));

    /// <summary>Each point once; with <c>./test long</c> twenty times, and then not always at the first lead.</summary>
    [Fact]
    public async Task Wherever_a_CrmWriter_is_killed_no_lead_is_lost_or_has_two_orders_and_what_is_in_doubt_is_visible()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Configure = Quickly,
            Services = ["Intake", "CrmWriter", "AuditStore"],
        });
        // Long enough that calls are under way when the other steps are reached.
        await relay.FaultAsync(new { target = "crm", kind = "delay", delay_ms = 100 });
        var leads = new ConcurrentBag<string>();
        for (var round = 0; round < (TestRun.IsLong ? 20 : 1); round++)
        {
            foreach (var point in Points)
                await CrashAsync(relay, point, hit: 1 + (round % 5), leads);
        }
        // What the last one left behind falls to this one, or to the one that was never killed.
        await relay.StartServiceAsync("CrmWriter", replica: 2, program: "FailpointHost");

        await AllInAsync(relay, leads, "crm.db", "SELECT id FROM work WHERE state IN ('Done', 'InDoubt')");
        // Every order that was made though nobody heard the answer is found.
        await relay.Eventually("the looks have found what there is", async () =>
        {
            var made = (await relay.LedgerAsync()).GetProperty("orders_per_lead").EnumerateObject().Select(o => o.Name);
            return made.Intersect(Read(relay, "crm.db", InDoubt)).Take(5).ToArray();
        }, missing => missing.Length is 0, TimeSpan.FromSeconds(60));
        var orders = (await relay.LedgerAsync()).GetProperty("orders_per_lead").EnumerateObject().ToDictionary(o => o.Name, o => o.Value.GetInt32());
        Assert.All(orders, order => Assert.Equal(1, order.Value));
        var done = Read(relay, "crm.db", "SELECT id FROM work WHERE kind = 'Create' AND state = 'Done'");
        var inDoubt = Read(relay, "crm.db", InDoubt);
        output.WriteLine($"{leads.Count} leads, {done.Count} with their order, {inDoubt.Count} in doubt, {orders.Count} orders");
        Assert.All(done, lead => Assert.True(orders.ContainsKey(lead), $"{lead} is done and has no order."));
        // Everybody is told of each, though the teller may have died over it, and of no order twice.
        await AllInAsync(relay, done, "audit.db", "SELECT lead_id FROM messages WHERE kind = 'OrderCreated'");
        await AllInAsync(relay, inDoubt, "audit.db", "SELECT lead_id FROM messages WHERE kind = 'OrderInDoubt'");
        Assert.Empty(Read(relay, "audit.db", "SELECT lead_id FROM messages WHERE kind = 'OrderCreated' GROUP BY lead_id HAVING COUNT(*) > 1"));
        Assert.All(await relay.Node!.QueuesAsync(relay.BrokerUrl!), queue => Assert.False(queue.Key.EndsWith("_error", StringComparison.Ordinal) && queue.Value.Messages > 0, queue.Key));
    }

    /// <summary>Starts the replica with the failpoint, on what the one before left behind, and sends leads until it is dead.</summary>
    private static async Task CrashAsync(Relay relay, string point, int hit, ConcurrentBag<string> leads)
    {
        var replica = await relay.StartServiceAsync("CrmWriter", replica: 2, waitReady: false, program: "FailpointHost",
            environment: new Dictionary<string, string> { ["Failpoint__Name"] = point, ["Failpoint__Hit"] = $"{hit}" });
        await relay.Eventually($"the replica for {point} was ready, or dead already", async () => replica.HasExited || await IsReadyAsync(relay));
        await relay.Eventually($"the replica reached {point}", async () =>
        {
            if (!replica.HasExited)
                await Task.WhenAll(Enumerable.Range(0, Batch).Select(_ => SubmitAsync(relay, leads)));
            return await Task.WhenAny(replica.EndAsync(), Task.Delay(TimeSpan.FromSeconds(1))) is Task<int?>;
        });
        Assert.Equal(128 + 9, await replica.EndAsync());
    }

    private static async Task SubmitAsync(Relay relay, ConcurrentBag<string> leads)
    {
        var (status, answer) = await relay.SubmitAsync(new { phone = "+4915123456789" }, headers: ("Prefer", "respond-async"));
        Assert.Equal(HttpStatusCode.Accepted, status);
        leads.Add(answer.At("lead_id")!);
    }

    private static async Task<bool> IsReadyAsync(Relay relay)
    {
        using var answer = await relay.Client("CrmWriter", 2).GetAsync(new Uri("health/ready", UriKind.Relative));
        return answer.IsSuccessStatusCode;
    }

    private static HashSet<string> Read(Relay relay, string file, string query) => Stored.Read(Path.Combine(relay.DataFolder, file), query);

    private static Task<string[]> AllInAsync(Relay relay, IReadOnlyCollection<string> leads, string file, string query) =>
        relay.Eventually($"all are in {file} ({query})", () => Task.FromResult(leads.Except(Read(relay, file, query)).Take(5).ToArray()), missing => missing.Length is 0, TimeSpan.FromSeconds(60));
}
