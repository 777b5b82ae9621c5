using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LeadRelay.Bus;
using LeadRelay.Contracts;
using LeadRelay.Tests.EndToEnd;

namespace LeadRelay.Bench;

/// <summary>
/// How soon a tracker knows what SalesRender says: from the moment a webhook is due to the postback's receipt, at an even
/// pace of webhooks that waits for nobody. All five services, RabbitMQ, SQLite; every change is its order's first.
/// </summary>
internal static class Reaction
{
    private const int PerSecond = 200;
    private const int Rounds = 3;
    private const string Approved = "3";

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);

    private static int nextLead;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        await using var tracker = await BareTracker.StartAsync(hosts: 1, TimeSpan.Zero);
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            // Only the approval has a postback: it is the first that an order's tracker hears.
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Environment = Production.Environment,
            Configure = config => Samples.Campaign(config, "approval", (Samples.PostbacksOf(config),
                $"\"postbacks\": {{ \"approve\": \"{tracker.Addresses[0]}/postback?subid={{click}}&status={{status}}&tid={{order_id}}&payout={{payout}}&currency={{currency}}\" }}")),
        });
        await using var wire = await Wire.ConnectAsync(relay.BrokerUrl!);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = relay.Address("WebhookReceiver") };

        await TellAsync(relay, wire, http, tracker, WarmUp);
        var rounds = new List<Round>();
        for (var round = 0; round < Rounds; round++)
            rounds.Add(await TellAsync(relay, wire, http, tracker, Length));
        Figure Row(string what, Func<Round, Met> times, double share, double? limit = null) =>
            Figure.Of(what, new Rounds([.. rounds.Select(round => times(round).Within(share))]), limit is null ? "" : $"< {limit}", limit is null ? null : figure => figure < limit);
        return
        [
            Row("from when a webhook is due to the postback's receipt, ms, p50", round => round.ToReceipt, 0.5, 10),
            Row("the same, p99", round => round.ToReceipt, 0.99, 100),
            Row("from when a webhook is due to its 200, ms, p50", round => round.ToAnswer, 0.5),
            Row("the same, p99", round => round.ToAnswer, 0.99),
            Row("from the 200 to the postback's receipt, ms, p50", round => round.Between, 0.5),
            Row("the same, p99", round => round.Between, 0.99),
            .. Processors.Rows("a change", [.. rounds.Select(round => round.Used)]),
        ];
    }

    private sealed record Round(Met ToReceipt, Met ToAnswer, Met Between, IReadOnlyList<(string, double)> Used);

    /// <summary>Has the orders made, then tells of their approvals.</summary>
    private static async Task<Round> TellAsync(Relay relay, Wire wire, HttpClient http, BareTracker tracker, TimeSpan length)
    {
        var orders = await OrdersAsync(relay, wire, (int)(PerSecond * length.TotalSeconds));
        var bodies = orders.Select(order => Body(order.Id, order.ClickId)).ToArray();
        var answered = new long[orders.Count];
        await tracker.ReceiptsAsync();

        var used = new Processors([.. RelayOptions.AllServices.Select(service => Processors.Of(relay, service)), Processors.Broker, tracker.Process, Processors.Load]);
        var start = Stopwatch.GetTimestamp();
        var toAnswer = await Load.OpenAsync(PerSecond, length, async number =>
        {
            using var body = new ByteArrayContent(bodies[number]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var answer = await http.PostAsync(new Uri(Relay.WebhookPath, UriKind.Relative), body);
            if (answer.StatusCode is not HttpStatusCode.OK)
                throw new InvalidOperationException($"A webhook was not taken: {(int)answer.StatusCode}");
            answered[number] = Stopwatch.GetTimestamp();
        });
        var received = new Dictionary<string, long>();
        await relay.Eventually("every postback was received", async () =>
        {
            foreach (var (clickId, _, at) in await tracker.ReceiptsAsync())
                received.TryAdd(clickId, at);
            return received.Count;
        }, count => count == orders.Count, TimeSpan.FromMinutes(1));
        var per = used.Per(orders.Count);

        var toReceipt = orders.Select((order, i) => (Stopwatch.GetElapsedTime(start, received[order.ClickId]) - TimeSpan.FromSeconds((double)i / PerSecond)).TotalMilliseconds);
        var between = orders.Select((order, i) => Stopwatch.GetElapsedTime(answered[i], received[order.ClickId]).TotalMilliseconds);
        var round = new Round(new Met(length, [.. toReceipt.Order()]), toAnswer, new Met(length, [.. between.Order()]), per);
        Console.WriteLine($"{orders.Count} changes: to the receipt p50 {round.ToReceipt.Within(0.5):0.0}, p99 {round.ToReceipt.Within(0.99):0.0}, most {round.ToReceipt.Latencies[^1]:0}; to the 200 p50 {toAnswer.Within(0.5):0.0}, p99 {toAnswer.Within(0.99):0.0}; "
            + $"between them p50 {round.Between.Within(0.5):0.0}, p99 {round.Between.Within(0.99):0.0}; ms each: {string.Join(", ", per.Select(each => $"{each.Name} {each.Milliseconds:0.00}"))}");
        return round;
    }

    /// <summary>Leads as Intake publishes them, and their orders when all that they bring about has come to rest.</summary>
    private static async Task<IReadOnlyList<(string Id, string ClickId)>> OrdersAsync(Relay relay, Wire wire, int count)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        await wire.PublishToAllAsync(Enumerable.Range(0, int.MaxValue).Select(_ => LeadStory.Of(++nextLead, at, "approval")[0]).Where(sent => sent.Message is LeadSubmitted).Take(count)
            .Select(sent => sent with { Message = (LeadSubmitted)sent.Message with { About = sent.Message.About with { Connection = "sandbox" } } }));
        List<(string, string)> orders = [];
        await relay.Eventually("every lead has its order", async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            orders = [.. (await Relay.GetAsync(relay.Sandbox, "orders")).EnumerateArray().Where(order => order.GetProperty("created_at").GetDateTimeOffset() >= at)
                .Select(order => (order.GetProperty("id").GetString()!, order.GetProperty("click_id").GetString()!))];
            return orders.Count;
        }, made => made == count, TimeSpan.FromMinutes(2));
        await relay.Eventually("nothing is under way", () => relay.Node!.QueuesAsync(relay.BrokerUrl!),
            queues => new[] { Topology.Audit, Topology.CrmWriter, Topology.PostbackDispatcher }.Sum(queue => queues[queue].Messages) is 0, TimeSpan.FromMinutes(2));
        await Task.Delay(TimeSpan.FromSeconds(2));
        return orders;
    }

    /// <summary>As SalesRender's own webhook says it.</summary>
    private static byte[] Body(string order, string clickId) => Encoding.UTF8.GetBytes($$$"""
        {"id":"{{{order}}}","status":{"id":"{{{Approved}}}","name":"Accepted","group":"APPROVED"},"statusChangedAt":"{{{TimeProvider.System.GetUtcNow():O}}}","comment":"Wants the standard package, delivery on Friday",
        "reward":{"amount":12.50,"currency":"EUR"},"project":{"id":"1","name":"Summer"},"offer":{"id":"1"},"webmaster":{"id":"1"},
        "cart":{"items":[{"sku":{"item":{"id":"5","name":"Standard package"},"variation":{"number":1}},"quantity":1,"pricing":{"unitPrice":4990}}],"total":4990},
        "data":{"humanNameFields":[{"field":{"name":"name"},"value":{"firstName":"Anna","lastName":"Muster"}}],"stringFields":[{"field":{"name":"click_id"},"value":"{{{clickId}}}"}]} }
        """);
}
