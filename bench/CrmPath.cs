using System.Diagnostics;
using System.Text.Json;
using LeadRelay.Bus;
using LeadRelay.Contracts;
using LeadRelay.CrmWriter;
using LeadRelay.Tests.EndToEnd;

namespace LeadRelay.Bench;

/// <summary>
/// How much of what a CRM allows at 64 calls at once CrmWriter makes of it, beside a loop of HttpClient calls that say the same.
/// One CrmWriter, RabbitMQ, SQLite, the Sandbox. The leads are in its queue before it may begin, so that nobody else is at
/// work then.
/// </summary>
internal static class CrmPath
{
    private const int AtOnce = 64;
    private const int Rounds = 3;
    private const double Wanted = 0.85;

    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BareWarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    private static int nextLead;

    /// <summary>What CrmWriter sent for an order, without the document.</summary>
    private static string input = "";

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Services = ["CrmWriter"], Environment = Production.Environment, Configure = WithRoom,
        });
        await using var wire = await Wire.ConnectAsync(relay.BrokerUrl!);

        await WriteAsync(relay, wire, 3_000);
        await relay.FaultAsync(new { target = "crm", kind = "delay", delay_ms = (int)Slow.TotalMilliseconds });
        var slow = await CompareAsync(relay, wire, 3_000, TimeSpan.FromSeconds(10), $"a CRM of {Slow.TotalMilliseconds:0} ms", Wanted);
        using var opened = await relay.Sandbox.DeleteAsync(new Uri("faults", UriKind.Relative));
        var quick = await CompareAsync(relay, wire, 5_000, TimeSpan.FromSeconds(4), "a CRM of 0 ms", null);
        return [.. slow, .. quick, new("CrmWriter's memory at most, MB", $"{Machine.PeakMemory(relay.Process("CrmWriter").Id):0}")];
    }

    private static async Task<IReadOnlyList<Figure>> CompareAsync(Relay relay, Wire wire, int leads, TimeSpan bareLength, string what, double? wanted)
    {
        double[] ours = new double[Rounds], bare = new double[Rounds];
        var (used, usedBare) = (new IReadOnlyList<(string, double)>[Rounds], new IReadOnlyList<(string, double)>[Rounds]);
        for (var round = 0; round < Rounds; round++)
        {
            (ours[round], used[round]) = await WriteAsync(relay, wire, leads);
            await Task.Delay(Calm);
            (bare[round], usedBare[round]) = await CallAsync(relay, bareLength);
        }
        return
        [
            Figure.AtLeast($"{what}: orders a second", new Rounds(ours), new Rounds(bare), wanted),
            .. Processors.Rows("an order", used, usedBare),
        ];
    }

    /// <summary>Has orders made of new leads; the rate is that from a tenth of the orders to nine tenths.</summary>
    public static async Task<(double PerSecond, IReadOnlyList<(string, double)> Used)> WriteAsync(Relay relay, Wire wire, int count, int replicas = 1)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var leads = Enumerable.Range(0, int.MaxValue).Select(_ => LeadStory.Of(++nextLead, at)[0]).Where(sent => sent.Message is LeadSubmitted).Take(count)
            .Select(sent => sent with { Message = (LeadSubmitted)sent.Message with { About = sent.Message.About with { Connection = "sandbox" } } }).ToList();
        Halt.Hold(relay, "CrmWriter", replicas);
        await wire.PublishToAllAsync(leads);
        await wire.EmptyAsync(Topology.Audit);

        var used = new Processors([.. Enumerable.Range(1, replicas).Select(replica => Processors.Of(relay, "CrmWriter", replica)), Processors.Broker, Processors.Of(relay, "Sandbox")]);
        Halt.Release(relay, "CrmWriter", replicas);
        // Each lead has one message more when it has its order; to ask the Sandbox again and again would cost it more than the orders.
        await relay.Eventually("every lead has its order", async () =>
        {
            await Task.Delay(Calm);
            return await relay.Node!.QueuesAsync(relay.BrokerUrl!);
        }, queues => queues[Topology.Audit].Messages >= count, TimeSpan.FromMinutes(3));
        var per = used.Per(count);
        var made = await OrdersAsync(relay, at);
        if (made.Count != count)
            throw new InvalidOperationException($"{count} leads have {made.Count} orders.");
        var rate = Rate(made.Skip(count / 10).Take(count * 8 / 10).ToList());
        Console.WriteLine($"ours: {rate:0} a second in the middle, {Rate(made):0} in all; ms each: {string.Join(", ", per.Select(each => $"{each.Name} {each.Milliseconds:0.00}"))}");
        return (rate, per);
    }

    /// <summary>The bare limit: as many calls at once to the same Sandbox, by HttpClient alone, each with what CrmWriter said for one of its leads.</summary>
    private static async Task<(double PerSecond, IReadOnlyList<(string, double)> Used)> CallAsync(Relay relay, TimeSpan length)
    {
        var body = Path.Combine(relay.DataFolder, "order.json");
        await File.WriteAllTextAsync(body, $$$"""{"query":{{{JsonSerializer.Serialize(Documents.AddOrder)}}},"variables":{"input":{{{input}}}}}""");
        await using var caller = ServiceProcess.Start("Bare", new Dictionary<string, string>(Production.Runtime)
        {
            ["Mode"] = "call", ["AtOnce"] = $"{AtOnce}", ["Urls"] = $"{relay.Address("Sandbox")}companies/1/CRM", ["BodyFile"] = body,
            ["Token"] = (await File.ReadAllTextAsync(Path.Combine(relay.ConfigFolder, "secrets", "sandbox-token"))).Trim(),
        }, "caller");
        await Task.Delay(BareWarmUp);
        var (used, from) = (new Processors([("the HttpClient loop", caller.Id), Processors.Of(relay, "Sandbox")]), TimeProvider.System.GetUtcNow());
        await Task.Delay(length);
        var (until, per) = (TimeProvider.System.GetUtcNow(), used.Per(1));
        caller.Kill();
        // What the Sandbox had in hand becomes orders still.
        await Task.Delay(Calm);
        var made = (await OrdersAsync(relay, from)).Where(at => at <= until).ToList();
        Console.WriteLine($"bare: {Rate(made):0} a second; ms each: {string.Join(", ", per.Select(each => $"{each.Name} {each.Milliseconds / made.Count:0.00}"))}");
        return (Rate(made), [.. per.Select(each => (each.Name, each.Milliseconds / made.Count))]);
    }

    /// <summary>When orders were made, ascending.</summary>
    private static async Task<IReadOnlyList<DateTimeOffset>> OrdersAsync(Relay relay, DateTimeOffset from)
    {
        var orders = (await Relay.GetAsync(relay.Sandbox, "orders")).EnumerateArray().Select(order => (At: order.GetProperty("created_at").GetDateTimeOffset(), Order: order)).Where(made => made.At >= from).ToList();
        input = orders[^1].Order.GetProperty("input").GetRawText();
        return [.. orders.Select(made => made.At).Order()];
    }

    private static double Rate(IReadOnlyList<DateTimeOffset> at) => (at.Count - 1) / (at[^1] - at[0]).TotalSeconds;

    private static void WithRoom(string config) => WithRoom(config, AtOnce);

    /// <summary>Lets each CrmWriter make so many calls at once.</summary>
    public static void WithRoom(string config, int atOnce) => Samples.Edit(Path.Combine(config, "connections", "sandbox.json"), text =>
        text.Replace("\"token\"", $"\"limits\": {{ \"concurrency\": {atOnce} }},\n  \"token\"", StringComparison.Ordinal));
}
