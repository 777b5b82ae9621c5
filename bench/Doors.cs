using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LeadRelay.Bus;
using LeadRelay.Contracts;
using LeadRelay.Tests.EndToEnd;
using RabbitMQ.Client;

namespace LeadRelay.Bench;

/// <summary>
/// How many the two doors take, and how long whoever knocks waits, beside a bare Kestrel that publishes one message of the same
/// size to as many quorum queues and answers when the broker has confirmed it. Nobody consumes; the queues are emptied between rounds.
/// </summary>
internal static class Doors
{
    private const int Rounds = 4;
    private const int AtOnce = 64;
    private const int PerSecond = 300;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(8);

    /// <summary>Where a body and its key have the number that makes each one another.</summary>
    private static readonly byte[] Place = "0000000000000000"u8.ToArray();

    private static long last;

    private sealed record Kind(string Service, string Path, Type Contract, HttpStatusCode Answer, byte[] Body, IReadOnlyDictionary<string, string> Headers, bool IsJudged);

    private sealed record Side(string Name, ServiceProcess Process, Uri Url, Uri Broker)
    {
        public List<double> PerSecond { get; } = [];
        public List<double> P99 { get; } = [];
        public List<double> PacedP50 { get; } = [];
        public List<double> PacedP99 { get; } = [];
        public List<double> Cpu { get; } = [];
        public List<double> BrokerCpu { get; } = [];
    }

    /// <summary>Leads, at Intake, whose senders do not wait for the order.</summary>
    public static Task<IReadOnlyList<Figure>> LeadsAsync() => MeasureAsync(new Kind("Intake", "leads/demo", typeof(LeadSubmitted), HttpStatusCode.Accepted, """
        {"first_name":"Anna","last_name":"Muster","phone":"015123456789","email":"anna.muster@example.com","click_id":"0000000000000000","sub1":"fb","sub2":"adset-17","utm_source":"facebook","utm_campaign":"summer-7","ip":"203.0.113.7",
        "user_agent":"Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36","landing":"https://landing.example/summer/7?utm_medium=cpc&utm_content=carousel-3&fbclid=IwAR2mX9qKz81LpVtYc0dWnE5bHs7gRu","referrer":"https://m.facebook.com/","comment":"Please call in the evening, the door bell is broken"}
        """u8.ToArray(), new Dictionary<string, string> { ["X-Api-Key"] = "demo-partner-key", ["Prefer"] = "respond-async" }, IsJudged: true));

    /// <summary>SalesRender's webhooks, at WebhookReceiver.</summary>
    public static Task<IReadOnlyList<Figure>> WebhooksAsync() => MeasureAsync(new Kind("WebhookReceiver", Relay.WebhookPath.TrimStart('/'), typeof(OrderStatusChanged), HttpStatusCode.OK, """
        {"id":"0000000000000000","status":{"id":"3","name":"Accepted","group":"APPROVED"},"statusChangedAt":"2026-05-04T12:00:00Z","comment":"Wants the standard package, delivery on Friday","reward":{"amount":12.50,"currency":"EUR"},
        "project":{"id":"1","name":"Summer"},"offer":{"id":"1"},"webmaster":{"id":"1"},"cart":{"items":[{"sku":{"item":{"id":"5","name":"Standard package"},"variation":{"number":1}},"quantity":1,"pricing":{"unitPrice":4990}}],"total":4990},
        "data":{"humanNameFields":[{"field":{"name":"name"},"value":{"firstName":"Anna","lastName":"Muster"}}],"stringFields":[{"field":{"name":"click_id"},"value":"5f2c8a91d03b7e64"}]}}
        """u8.ToArray(), new Dictionary<string, string>(), IsJudged: false));

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(Kind kind)
    {
        var node = await RabbitNode.SharedAsync();
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = node, Services = [kind.Service], Configure = Samples.NoRateLimit, Environment = Production.Environment,
        });
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false, ActivityHeadersPropagator = null });
        var ours = new Side("LeadRelay", relay.Process(kind.Service), new Uri(relay.Address(kind.Service), kind.Path), relay.BrokerUrl!);
        await CallAsync(client, kind, ours.Url);
        var size = await SizeAsync(ours.Broker);
        var queues = Topology.Contracts[kind.Contract].Length + 1;

        var broker = await node.NewVirtualHostAsync();
        var port = TestRun.FreePort();
        await using var process = ServiceProcess.Start("Bare", new Dictionary<string, string>(Production.Runtime)
        {
            ["Mode"] = "accept", ["Port"] = $"{port}", ["Broker"] = broker.AbsoluteUri, ["Queues"] = $"{queues}", ["Bytes"] = $"{size}", ["Status"] = $"{(int)kind.Answer}",
        });
        var bare = new Side("bare", process, new Uri($"http://127.0.0.1:{port}/"), broker);
        await process.WaitReadyAsync(bare.Url);
        Console.WriteLine($"a body has {kind.Body.Length} bytes, its message {size}, for {queues} queues");

        Side[] sides = [ours, bare];
        foreach (var side in sides)
        {
            await Load.ClosedAsync(AtOnce, WarmUp, _ => CallAsync(client, kind, side.Url));
            await EmptyAsync(node, side.Broker);
        }
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var side in sides)
                await MeasureAsync(node, kind, side, client);
        }
        await node.DropVirtualHostAsync(broker);

        static Rounds Of(List<double> values) => new([.. values]);
        return
        [
            Figure.AtLeast($"a second, {AtOnce} at once", Of(ours.PerSecond), Of(bare.PerSecond), kind.IsJudged ? 0.6 : null),
            Figure.AtMost("p99, ms", Of(ours.P99), Of(bare.P99), kind.IsJudged ? 2 : null),
            Figure.AtMost("processor ms each, the door", Of(ours.Cpu), Of(bare.Cpu), null),
            Figure.AtMost("processor ms each, the broker", Of(ours.BrokerCpu), Of(bare.BrokerCpu), null),
            Figure.AtMost($"p50, ms, {PerSecond} a second", Of(ours.PacedP50), Of(bare.PacedP50), null),
            Figure.AtMost($"p99, ms, {PerSecond} a second", Of(ours.PacedP99), Of(bare.PacedP99), null),
        ];
    }

    private static async Task MeasureAsync(RabbitNode node, Kind kind, Side side, HttpClient client)
    {
        var (door, broker, own) = (Machine.Used(side.Process.Id), Machine.Used(Processors.Broker.Id), Machine.Used(Environment.ProcessId));
        var met = await Load.ClosedAsync(AtOnce, Phase, _ => CallAsync(client, kind, side.Url));
        side.PerSecond.Add(met.PerSecond);
        side.P99.Add(met.Within(0.99));
        side.Cpu.Add((Machine.Used(side.Process.Id) - door).TotalMilliseconds / met.Latencies.Length);
        side.BrokerCpu.Add((Machine.Used(Processors.Broker.Id) - broker).TotalMilliseconds / met.Latencies.Length);
        own = Machine.Used(Environment.ProcessId) - own;
        await EmptyAsync(node, side.Broker);

        var paced = await Load.OpenAsync(PerSecond, Phase, _ => CallAsync(client, kind, side.Url));
        side.PacedP50.Add(paced.Within(0.5));
        side.PacedP99.Add(paced.Within(0.99));
        await EmptyAsync(node, side.Broker);
        Console.WriteLine($"{side.Name}: {met.PerSecond:0} a second, p50 {met.Within(0.5):0.0}, p99 {met.Within(0.99):0.0}; processor ms each: door {side.Cpu[^1]:0.00}, broker {side.BrokerCpu[^1]:0.00}, load {own.TotalMilliseconds / met.Latencies.Length:0.00}; "
            + $"at {PerSecond} a second p50 {paced.Within(0.5):0.00}, p99 {paced.Within(0.99):0.00}");
    }

    private static async Task CallAsync(HttpClient client, Kind kind, Uri url)
    {
        var number = Interlocked.Increment(ref last).ToString("x16", CultureInfo.InvariantCulture);
        var body = kind.Body.AsSpan().ToArray();
        Encoding.ASCII.GetBytes(number, body.AsSpan(body.AsSpan().IndexOf(Place)));
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", number);
        foreach (var (name, value) in kind.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await client.SendAsync(request);
        if (answer.StatusCode != kind.Answer)
            throw new InvalidOperationException($"{url}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>Bytes of the one message that is there, as the audit gets it.</summary>
    private static async Task<int> SizeAsync(Uri broker)
    {
        await using var connection = await new BrokerAddress(broker).ConnectAsync("bench");
        await using var channel = await connection.CreateChannelAsync();
        var message = await channel.BasicGetAsync(Topology.Audit, autoAck: true) ?? throw new InvalidOperationException("The audit's queue has nothing.");
        return message.Body.Length;
    }

    private static async Task EmptyAsync(RabbitNode node, Uri broker)
    {
        await using var connection = await new BrokerAddress(broker).ConnectAsync("bench");
        await using var channel = await connection.CreateChannelAsync();
        foreach (var (queue, info) in await node.QueuesAsync(broker))
        {
            if (info.Consumers is 0)
                await channel.QueuePurgeAsync(queue);
        }
        // The broker has some clearing up to do.
        await Task.Delay(TimeSpan.FromSeconds(1));
    }
}
