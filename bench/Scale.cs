using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using LeadRelay.Bus;
using LeadRelay.Tests.EndToEnd;

namespace LeadRelay.Bench;

/// <summary>
/// What more replicas bring on one machine: whether what waits on others grows with them, and whether they get in each other's
/// way where they share a file and the processors. Each service's own work, with so many of that service and nobody else.
/// </summary>
internal static class Scale
{
    private const int AtOnce = 64;
    private const int CrmCallsAtOnce = 16;
    private const int Stored = 3_000;

    private static readonly int[] Replicas = [1, 2, 3];

    /// <summary>For each replica: they share the processors on which each compiles what it does most.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan CrmLatency = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan TrackerLatency = TimeSpan.FromMilliseconds(50);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync() =>
    [
        await EachAsync("leads accepted a second", AcceptAsync),
        await EachAsync($"orders a second, at a CRM of {CrmLatency.TotalMilliseconds:0} ms and {CrmCallsAtOnce} calls at once for each CrmWriter", WriteOrdersAsync),
        await EachAsync($"postbacks a second, to one host of {TrackerLatency.TotalMilliseconds:0} ms", DeliverAsync),
        await EachAsync("audit messages written a second", WriteAuditAsync),
        await EachAsync("look-ups a second, GET /leads/ID", LookUpAsync),
    ];

    private static async Task<Figure> EachAsync(string what, Func<int, Task<double>> measure)
    {
        var rates = new List<double>();
        foreach (var replicas in Replicas)
        {
            rates.Add(await measure(replicas));
            Console.WriteLine($"{what}, {replicas} of each: {rates[^1]:0}");
        }
        return new Figure(what, string.Join(" · ", rates.Select(rate => $"{rate:#,##0}")));
    }

    private static async Task<Relay> StartAsync(int replicas, Action<string> configure, params string[] services) => await Relay.StartAsync(new RelayOptions
    {
        Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Environment = Production.Environment, Configure = configure,
        Services = services, Replicas = services.ToDictionary(service => service, _ => replicas),
    });

    private static async Task<double> AcceptAsync(int replicas)
    {
        await using var relay = await StartAsync(replicas, Samples.NoRateLimit, "Intake");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        Uri[] doors = [.. Enumerable.Range(1, replicas).Select(replica => new Uri(relay.Address("Intake", replica), "leads/demo"))];
        var sent = 0;
        async Task SubmitAsync(int number)
        {
            var lead = Interlocked.Increment(ref sent);
            using var request = new HttpRequestMessage(HttpMethod.Post, doors[number % replicas])
            {
                Content = new ByteArrayContent(Encoding.UTF8.GetBytes(WholePath.Body(LeadStory.Click(lead), lead))) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            };
            request.Headers.Add("X-Api-Key", "demo-partner-key");
            request.Headers.Add("Prefer", "respond-async");
            using var answer = await http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
        }
        await Load.ClosedAsync(AtOnce, WarmUp * replicas, SubmitAsync);
        return (await Load.ClosedAsync(AtOnce, Length, SubmitAsync)).PerSecond;
    }

    private static async Task<double> WriteOrdersAsync(int replicas)
    {
        await using var relay = await StartAsync(replicas, config => CrmPath.WithRoom(config, CrmCallsAtOnce), "CrmWriter");
        await using var wire = await Wire.ConnectAsync(relay.BrokerUrl!);
        await CrmPath.WriteAsync(relay, wire, 1_500 * replicas, replicas);
        await relay.FaultAsync(new { target = "crm", kind = "delay", delay_ms = (int)CrmLatency.TotalMilliseconds });
        return (await CrmPath.WriteAsync(relay, wire, 800 * replicas, replicas)).PerSecond;
    }

    private static async Task<double> DeliverAsync(int replicas)
    {
        await using var tracker = await BareTracker.StartAsync(hosts: 1, TrackerLatency);
        await using var relay = await StartAsync(replicas, config => PostbackPath.Campaigns(config, "slow", tracker), "PostbackDispatcher");
        await using var wire = await Wire.ConnectAsync(relay.BrokerUrl!);
        await PostbackPath.DeliverAsync(relay, wire, tracker, "slow", 1_500 * replicas, replicas);
        return (await PostbackPath.DeliverAsync(relay, wire, tracker, "slow", 2_500 * replicas, replicas)).PerSecond;
    }

    private static async Task<double> WriteAuditAsync(int replicas)
    {
        await using var relay = await StartAsync(replicas, _ => { }, "AuditStore");
        await using var wire = await Wire.ConnectAsync(relay.BrokerUrl!);
        var rate = 0.0;
        var lead = 0;
        // The first is for the processes to become warm.
        foreach (var messages in new[] { 15_000, 25_000 })
        {
            Halt.Hold(relay, "AuditStore", replicas);
            await wire.PublishToAllAsync(Enumerable.Range(0, int.MaxValue).SelectMany(_ => LeadStory.Of(++lead, TimeProvider.System.GetUtcNow())).Take(messages));
            var started = Stopwatch.GetTimestamp();
            Halt.Release(relay, "AuditStore", replicas);
            await QuietAsync(relay);
            rate = messages / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        return rate;
    }

    private static async Task<double> LookUpAsync(int replicas)
    {
        await using var relay = await StartAsync(replicas, Samples.NoRateLimit, "Intake", "AuditStore");
        await using var wire = await Wire.ConnectAsync(relay.BrokerUrl!);
        await wire.PublishToAllAsync(Enumerable.Range(1, Stored).SelectMany(lead => LeadStory.Of(lead, TimeProvider.System.GetUtcNow())));
        await QuietAsync(relay);
        var leads = Enumerable.Range(1, Stored).Where(lead => lead % 20 is not 1).Select(lead => $"leads/{LeadStory.Id(lead)}").ToArray();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        async Task AskAsync(int number)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(relay.Address("Intake", 1 + number % replicas), leads[number % leads.Length]));
            request.Headers.Add("X-Api-Key", "demo-partner-key");
            using var answer = await http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
        }
        await Load.ClosedAsync(AtOnce, WarmUp * replicas, AskAsync);
        return (await Load.ClosedAsync(AtOnce, Length, AskAsync)).PerSecond;
    }

    private static async Task QuietAsync(Relay relay) =>
        await relay.Eventually("the audit has all messages", () => relay.Node!.QueuesAsync(relay.BrokerUrl!), queues => queues[Topology.Audit].Messages is 0, TimeSpan.FromMinutes(2));
}
