using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>Invariants 5, 6 and 7. Required-first events, breakers and the model check of the engine complete them.</summary>
public sealed class StatusesInOrder
{
    private const string Labels = """
        "status_map": { "1": { "label": "lead", "event": "wait" }, "2": { "label": "sale", "event": "approve" },
          "3": { "label": "rejected", "event": "cancel" }, "4": { "label": "rebill", "event": "approve" }, "5": { "label": "trash", "event": "trash" } }
        """;

    [Fact]
    public async Task Statuses_arrive_in_order_and_once_over_two_replicas()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Replicas = Samples.Replicas(("PostbackDispatcher", 2)),
            Configure = config => Samples.Campaign(config, "ordered", (Samples.StatusMapOf(config), Labels), (Samples.PostbacksOf(config),
                "\"postbacks\": \"http://127.0.0.1:8090/postback?subid={click}&status={status}&tid={order_id}&when={timestamp}\"".Replace("127.0.0.1:8090", Samples.SandboxIn(config), StringComparison.Ordinal))),
        });
        await relay.FaultAsync(new { target = "tracker", kind = "delay", delay_ms = 20 });
        await relay.FaultAsync(new { target = "tracker", kind = "status", status = 503, probability = 0.1 });
        var start = DateTimeOffset.UnixEpoch.AddYears(56);
        var leads = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => relay.SubmitAsync(new { phone = $"+49151234567{i:D2}", click_id = $"order-{i}" }, "ordered", headers: ("Prefer", "wait=20"))));
        Assert.All(leads, lead => Assert.Equal(HttpStatusCode.Created, lead.Status));

        var random = new Random(17);
        var changes = leads.SelectMany((lead, i) => Enumerable.Range(1, 8).Select(n => (Order: lead.Body.At("order_id"), Click: $"order-{i}", Status: 1 + random.Next(5), At: start.AddMinutes(n)))).ToArray();
        var shuffled = changes.ToArray();
        random.Shuffle(shuffled);
        await Parallel.ForEachAsync(shuffled, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (change, _) =>
        {
            var (status, _) = await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath,
                new { id = change.Order, status = new { id = change.Status }, statusChangedAt = change.At });
            Assert.Equal(HttpStatusCode.OK, status);
        });

        string[] words = ["", "lead", "sale", "rejected", "rebill", "trash"];
        foreach (var order in changes.GroupBy(c => c.Click))
        {
            var last = order.MaxBy(c => c.At);
            var postbacks = await relay.Eventually($"{order.Key} ends with {words[last.Status]}", () => relay.PostbacksAsync(order.Key),
                p => p.EnumerateArray().LastOrDefault(each => each.At("accepted") is "true") is { ValueKind: System.Text.Json.JsonValueKind.Object } end && end.At("status") == words[last.Status], TimeSpan.FromSeconds(60));
            var times = postbacks.EnumerateArray().Where(p => p.At("accepted") is "true").Select(p => long.Parse(p.At("parameters", "when")!, CultureInfo.InvariantCulture)).Skip(1).ToArray();
            Assert.Equal(times.Order().Distinct(), times); // each change once, none after a newer one
        }
    }

    [Fact]
    public async Task A_status_absent_from_the_map_is_never_guessed_but_held_and_released_when_the_map_has_it()
    {
        await using var relay = await Relay.StartAsync();
        var (_, lead) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "held" });
        await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, new { id = lead.At("order_id"), status = "77", comment = "paid twice" });
        var timeline = await relay.Eventually("the status is held", () => relay.TimelineAsync(lead.At("lead_id")!), t => t.Messages("PostbackHeld").Count is 1);
        Assert.Contains("77", timeline.Messages("PostbackHeld")[0].At("reason"), StringComparison.Ordinal);
        Assert.DoesNotContain("sale", (await relay.PostbacksAsync("held")).Statuses());

        Samples.Edit(Path.Combine(relay.ConfigFolder, "campaigns", "demo.json"), text => text.Replace("\"3\": \"accepted\"", "\"3\": \"accepted\", \"77\": \"approved\"", StringComparison.Ordinal));
        await relay.Eventually("it is released", () => relay.PostbacksAsync("held"), p => p.Statuses().Contains("sale"));
    }

    [Fact]
    public async Task A_webhook_that_is_ahead_of_its_order_waits_for_it()
    {
        await using var relay = await Relay.StartAsync();
        var (status, _) = await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, new { id = "1001", status = "3" });
        Assert.Equal(HttpStatusCode.OK, status);
        await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "ahead" });
        var postbacks = await relay.Eventually("both came", () => relay.PostbacksAsync("ahead"), p => p.Statuses().Contains("sale"));
        Assert.Equal("sale", postbacks.Statuses()[^1]);
    }

    [Fact]
    public async Task One_dead_tracker_harms_no_one_else()
    {
        using var blackHole = new TcpListener(IPAddress.Loopback, 0);
        blackHole.Start();
        var port = ((IPEndPoint)blackHole.LocalEndpoint).Port;
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Configure = config => Samples.Campaign(config, "dead", (Samples.PostbacksOf(config), $"\"postbacks\": \"http://127.0.0.1:{port}/postback?subid={{click}}\"")),
        });
        // It accepts connections and says nothing; 40 leads fill every slot that one target may have.
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => relay.SubmitAsync(new { phone = $"+49151234567{i:D2}", click_id = $"dead-{i}" }, "dead")));
        await relay.Eventually("the dead tracker is called", () => Task.FromResult(blackHole.Pending()));

        var (_, lead) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "alive" });
        await relay.SetStatusAsync(lead.At("order_id")!, "3");
        await relay.Eventually("the other tracker has both", () => relay.PostbacksAsync("alive"), p => p.GetArrayLength() is 2);
        Assert.Empty((await relay.AuditAsync("campaign=dead&kind=PostbackDelivered")).Messages("PostbackDelivered"));
        using var held = await blackHole.AcceptTcpClientAsync();
        var line = new byte[64];
        var read = await held.GetStream().ReadAsync(line);
        Assert.StartsWith("GET /postback?subid=dead-", Encoding.ASCII.GetString(line, 0, read), StringComparison.Ordinal);
    }
}
