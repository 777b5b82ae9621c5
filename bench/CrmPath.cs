using System.Net;
using LeadRelay.Tests.EndToEnd;

namespace LeadRelay.Bench;

/// <summary>
/// How much of what a CRM with 200 ms of latency allows at 64 calls at once CrmWriter makes of it: real processes, real
/// RabbitMQ, SQLite, one CrmWriter, all leads in its ledger and due when it starts. Trackers are not called.
/// </summary>
internal static class CrmPath
{
    private const int Slots = 64;
    private const double Wanted = 0.85;

    /// <summary>Orders made before the clock runs: a process that was just started has its code to compile.</summary>
    private const int WarmUp = 400;

    /// <summary>For so long the CRM turns everything away at first, so that the ledger fills.</summary>
    private static readonly TimeSpan Closed = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Sampling = TimeSpan.FromMilliseconds(500);

    private const int Leads = 2_000;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Configure = WithRoom, Services = ["Intake", "AuditStore"],
        });
        await FillAsync(relay, WarmUp + Leads);
        await relay.FaultAsync(new { target = "crm", kind = "delay", delay_ms = (int)Latency.TotalMilliseconds });

        var crmWriter = await relay.StartServiceAsync("CrmWriter");
        await relay.Eventually("every lead has its order", async () =>
        {
            await Task.Delay(Sampling);
            return (await relay.LedgerAsync()).GetProperty("orders").GetInt32() == WarmUp + Leads;
        }, TimeSpan.FromMinutes(10));

        var made = (await Relay.GetAsync(relay.Sandbox, "orders")).EnumerateArray()
            .Select(order => order.GetProperty("created_at").GetDateTimeOffset()).Order().Skip(WarmUp).ToList();
        var rate = (made.Count - 1) / (made[^1] - made[0]).TotalSeconds;
        var possible = Slots / Latency.TotalSeconds;
        return
        [
            new($"orders a second, of {possible:0} that {Slots} calls at once of {Latency.TotalMilliseconds:0} ms allow", $"{rate:0}", Share: $"{rate / possible:0.00}", Wanted: $"≥ {Wanted:0.00}", Reached: rate / possible >= Wanted),
            new("CrmWriter's memory at most, MB", $"{Machine.PeakMemory(crmWriter.Id):0}"),
        ];
    }

    /// <summary>Returns when CrmWriter's ledger has them all, every one of them is due, and nobody is at work.</summary>
    private static async Task FillAsync(Relay relay, int leads)
    {
        await relay.FaultAsync(new { target = "crm", kind = "status", status = 429, retry_after = $"{Closed.TotalSeconds:0}" });
        await relay.StartServiceAsync("CrmWriter");
        await Parallel.ForEachAsync(Enumerable.Range(0, leads), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            var (status, answer) = await relay.SubmitAsync(new { phone = $"+4915{i:D9}", click_id = $"c{i}" }, headers: ("Prefer", "respond-async"));
            if (status is not HttpStatusCode.Accepted)
                throw new InvalidOperationException($"A lead was not taken: {status} {answer}");
        });
        await relay.Eventually("all were turned away", relay.LedgerAsync, ledger => ledger.GetProperty("crm_calls").GetInt32() >= leads, TimeSpan.FromMinutes(5));
        await relay.StopAsync("CrmWriter");
        await Task.Delay(Closed);
        await relay.Eventually("the audit has caught up", () => relay.Node!.QueuesAsync(relay.BrokerUrl!), queues => queues["audit"].Messages is 0, TimeSpan.FromMinutes(5));
        using var opened = await relay.Sandbox.DeleteAsync(new Uri("faults", UriKind.Relative));
    }

    private static void WithRoom(string config)
    {
        var connection = Path.Combine(config, "connections", "sandbox.json");
        File.WriteAllText(connection, File.ReadAllText(connection).Replace("\"token\"", $"\"limits\": {{ \"concurrency\": {Slots} }},\n  \"token\"", StringComparison.Ordinal));
        Samples.NoRateLimit(config);
    }
}
