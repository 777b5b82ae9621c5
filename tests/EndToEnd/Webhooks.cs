using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>SalesRender's door: every shape of a webhook ends in a postback, and nobody else comes in.</summary>
public sealed class Webhooks(RelayOf<InMemory> shared) : IClassFixture<RelayOf<InMemory>>
{
    private Relay Relay => shared.Relay;

    [Theory]
    [InlineData("""{"id":ID,"status":{"id":3,"group":"APPROVED"},"lead":{"reward":{"amount":7.5,"currency":"USD"}}}""")]
    [InlineData("""{"data":{"id":"ID","status":{"id":"3"},"reward":{"value":"7.5","currency":"USD"}}}""")]
    [InlineData("""{"data":{"ordersFetcher":{"orders":[{"id":"ID","status":3,"payout":7.5,"currency":"USD"}]}}}""")]
    [InlineData("""{"data":{"orders":[{"id":"ID","status":"3","payout":7.5,"currency":"USD"}]}}""")]
    [InlineData("""{"orders":[{"id":"ID","status":"3","payout":7.5,"currency":"USD"}]}""")]
    [InlineData("""[{"id":ID,"status":"3","payout":7.5,"currency":"USD"}]""")]
    [InlineData("""{"id":"0","id":"ID","status":"3","payout":7.5,"currency":"USD"}""")]
    [InlineData("id=ID&status=3&reward[value]=7.5&reward[currency]=USD")]
    [InlineData("\uFEFF{\"id\":ID,\"status\":\"3\",\"payout\":7.5,\"currency\":\"USD\"}")]
    public async Task Every_envelope_ends_in_a_postback(string body)
    {
        var (order, click) = await NewOrderAsync();
        using var content = new StringContent(body.Replace("ID", order, StringComparison.Ordinal), Encoding.UTF8, body[0] is 'i' ? "application/x-www-form-urlencoded" : "application/json");
        Assert.Equal(HttpStatusCode.OK, (await Relay.SendAsync(Relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, content)).Status);

        await PaidAsync(click);
    }

    [Fact]
    public async Task A_query_string_ends_in_a_postback()
    {
        var (order, click) = await NewOrderAsync();
        var (status, _) = await Relay.SendAsync(Relay.WebhookReceiver, HttpMethod.Get,
            $"{Relay.WebhookPath}?order_id={order}&click_id={{{{data.string_1}}}}&status=3&payout=7.5&currency=USD&status_group={{{{statusGroup}}}}");
        Assert.Equal(HttpStatusCode.OK, status);

        await PaidAsync(click);
        var found = await Relay.Eventually("it is on record", () => Relay.AuditAsync("kind=OrderStatusChanged"), f => Of(f, order).Length is 1);
        Assert.Contains(Of(found, order)[0].GetProperty("findings").EnumerateArray(), finding => finding.GetString()!.Contains("check Field visibility for webmaster", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_orders_of_one_webhook_each_get_their_postback()
    {
        var orders = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => NewOrderAsync()));
        var (status, _) = await Relay.SendAsync(Relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath,
            orders.Select(order => new { id = order.Order, status = new { id = 3 }, payout = 7.5m, currency = "USD" }).ToArray());
        Assert.Equal(HttpStatusCode.OK, status);

        foreach (var (_, click) in orders)
            await PaidAsync(click);
    }

    [Fact]
    public async Task A_secret_is_changed_without_a_gap_and_strangers_are_kept_out()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Configure = config =>
            {
                File.WriteAllText(Path.Combine(config, "secrets", "next"), "the-next-secret");
                Samples.Edit(Connection(config), text => text.Replace("[\"file:secrets/demo-webhook-secret\"]", "[\"file:secrets/demo-webhook-secret\", \"file:secrets/next\"]", StringComparison.Ordinal));
                Samples.Edit(Path.Combine(config, "connections", "elsewhere.json"), _ => File.ReadAllText(Connection(config)).Replace("\"reward_unit\"", "\"networks\": [\"203.0.113.0/24\"], \"reward_unit\"", StringComparison.Ordinal));
            },
        });
        async Task<(HttpStatusCode Status, string? Code, string? Detail)> Call(string path)
        {
            var (status, body) = await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, path, new { id = "1", status = "3" });
            return (status, body.At("code"), body.At("detail"));
        }
        Assert.Equal(HttpStatusCode.OK, (await Call(Relay.WebhookPath)).Status);
        Assert.Equal(HttpStatusCode.OK, (await Call("webhooks/sandbox/the-next-secret")).Status);

        // Connection unknown, secret unknown, network unknown: nobody is told which it was.
        var refusals = await Task.WhenAll(Call("webhooks/nobody/the-next-secret"), Call("webhooks/sandbox/guessed"), Call("webhooks/sandbox/***"), Call("webhooks/elsewhere/the-next-secret"));
        Assert.Equal((HttpStatusCode.NotFound, "unknown_webhook", refusals[0].Detail), Assert.Single(refusals.Distinct()));
        var refused = await relay.Eventually("who knew the secret is on record", () => relay.AuditAsync("kind=WebhookRefused"), found => found.Messages("WebhookRefused").Count is 1);
        Assert.Equal("network_not_allowed", refused.Messages("WebhookRefused")[0].At("code"));

        await relay.Eventually("guessing has an end", () => Call("webhooks/sandbox/guessed"), answer => answer.Status is HttpStatusCode.TooManyRequests);
        Assert.Equal(HttpStatusCode.OK, (await Call("webhooks/sandbox/the-next-secret")).Status);

        Samples.Edit(Connection(relay.ConfigFolder), text => text.Replace("\"file:secrets/demo-webhook-secret\", ", "", StringComparison.Ordinal));
        await relay.Eventually("the old secret is worth nothing", () => Call(Relay.WebhookPath), answer => answer.Status is not HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await Call("webhooks/sandbox/the-next-secret")).Status);
    }

    [Fact]
    public async Task The_path_is_in_no_log_whatever_the_level()
    {
        const string Secret = "demo-webhook-secret", Guess = "a-strangers-guess";
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Environment = new Dictionary<string, IReadOnlyDictionary<string, string>>
            {
                ["WebhookReceiver"] = new Dictionary<string, string>
                {
                    ["Logging__LogLevel__Default"] = "Debug",
                    ["Logging__LogLevel__Microsoft.AspNetCore"] = "Trace",
                    ["Logging__Console__LogLevel__Default"] = "Debug",
                    ["Logging__Console__LogLevel__Microsoft.AspNetCore"] = "Debug",
                    ["Logging__Console__FormatterOptions__IncludeScopes"] = "true",
                },
            },
        });
        Assert.Equal(HttpStatusCode.OK, (await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, new { id = "1", status = "3" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, $"webhooks/sandbox/{Guess}", new { id = "1" })).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Delete, Relay.WebhookPath)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, $"{Relay.WebhookPath}/more", new { id = "1" })).Status);
        Assert.Equal("HTTP/1.1 400", await RawAsync(relay, $"GET /webhooks/sandbox/{Secret} \u0001 HTTP/1.1\r\nHost: x\r\n\r\n"));

        // A call after them whose line is there: then theirs are, too.
        await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Get, "the-last-call");
        await relay.Eventually("the log has the paths of other calls", () => Task.FromResult(relay.Process("WebhookReceiver").Output), log => log.Contains("the-last-call", StringComparison.Ordinal));
        var output = relay.Process("WebhookReceiver").Output;
        Assert.Contains("/webhooks/sandbox/***", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, output, StringComparison.Ordinal);
        Assert.DoesNotContain(Guess, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_approval_is_posted_only_if_SalesRender_itself_says_so()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Configure = config => Samples.Edit(Connection(config), text => text.Replace("\"reward_unit\"", "\"verify\": true, \"reward_unit\"", StringComparison.Ordinal)),
        });
        var (_, honest) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "honest" });
        await Relay.SendAsync(relay.Sandbox, HttpMethod.Post, $"orders/{honest.At("order_id")}/status", new { status_id = "3", webhook = false, reward = new { amount = 8.25m, currency = "USD" } });
        var (_, forged) = await relay.SubmitAsync(new { phone = "+4915123456780", click_id = "forged" });
        foreach (var order in new[] { honest.At("order_id"), forged.At("order_id") })
            Assert.Equal(HttpStatusCode.OK, (await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, new { id = order, status = "3", payout = 999 })).Status);

        var postbacks = await relay.Eventually("the honest one is paid", () => relay.PostbacksAsync("honest"), p => p.Statuses().Contains("sale"));
        Assert.Equal("8.25", postbacks.EnumerateArray().Single(p => p.At("status") is "sale").At("payout"));

        var timeline = await relay.Eventually("the forged one is skipped", () => relay.TimelineAsync(forged.At("lead_id")!),
            t => t.Messages("PostbackSkipped").Any(skipped => skipped.At("reason") is "unverified"));
        Assert.Contains("SalesRender itself has 1", timeline.Messages("PostbackSkipped").Single().At("text"), StringComparison.Ordinal);
        Assert.Contains("ordersFetcher", timeline.Messages("OrderVerified").Single().At("exchange", "document"), StringComparison.Ordinal);
        Assert.Single(timeline.Messages("OrderVerificationRequested"));
        Assert.DoesNotContain("sale", (await relay.PostbacksAsync("forged")).Statuses());

        // What an operator released is asked about as well, and his word comes back with the answer. A word on a group is none on an id that is in it.
        var (_, shipped) = await relay.SubmitAsync(new { phone = "+4915123456781", click_id = "shipped" });
        var (_, other) = await relay.SubmitAsync(new { phone = "+4915123456782", click_id = "other" });
        await relay.SetStatusAsync(other.At("order_id")!, "6");
        await Relay.SendAsync(relay.Sandbox, HttpMethod.Post, $"orders/{shipped.At("order_id")}/status", new { status_id = "6", webhook = false });
        await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, new { id = shipped.At("order_id"), statusGroup = "SHIPPED" });
        Task<JsonElement> HeldAsync(int count) => relay.Eventually($"{count} are held", () => Relay.GetAsync(relay.PostbackDispatcher, "held"), found => found.GetProperty("held").GetArrayLength() == count);
        await HeldAsync(2);
        Assert.Equal(shipped.At("order_id"), Assert.Single((await Relay.GetAsync(relay.PostbackDispatcher, "held?status=group:shipped")).GetProperty("held").EnumerateArray()).At("order_id"));
        await Relay.SendAsync(relay.PostbackDispatcher, HttpMethod.Post, "campaigns/demo/release", new { status_group = "shipped", label = "sent", @event = "approve" });
        await relay.Eventually("it is paid", () => relay.PostbacksAsync("shipped"), p => p.Statuses().Contains("sale"));
        Assert.Equal("sent", (await relay.Eventually("it is on record", () => relay.TimelineAsync(shipped.At("lead_id")!), t => t.Messages("OrderVerified").Count is 1)).Messages("OrderVerified")[0].At("request", "label"));
        await relay.Eventually("the release is done", () => Relay.GetAsync(relay.PostbackDispatcher, "jobs"), found => found.GetProperty("jobs")[0] is var job && job.At("state") is "done" && job.At("looked") is "1");
        Assert.Equal((other.At("order_id"), "6", "SHIPPED"), (await HeldAsync(1)).GetProperty("held")[0] is var held ? (held.At("order_id"), held.At("status_id"), held.At("status_group")) : default);
    }

    [Fact]
    public async Task A_change_whose_status_left_the_map_while_SalesRender_was_asked_is_released_when_the_map_has_it_again()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Configure = config => Samples.Edit(Connection(config), text => text.Replace("\"reward_unit\"", "\"verify\": true, \"reward_unit\"", StringComparison.Ordinal)),
        });
        void Rename(string from, string to) => Samples.Edit(Path.Combine(relay.ConfigFolder, "campaigns", "demo.json"), text => text.Replace(from, to, StringComparison.Ordinal));
        var (_, lead) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "gone" });
        await Relay.SendAsync(relay.Sandbox, HttpMethod.Post, $"orders/{lead.At("order_id")}/status", new { status_id = "3", webhook = false });
        await relay.FaultAsync(new { target = "crm", kind = "delay", delay_ms = 6_000, times = 1 });
        await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, new { id = lead.At("order_id"), status = "3" });
        await relay.Eventually("SalesRender is asked", () => relay.TimelineAsync(lead.At("lead_id")!), t => t.Messages("OrderVerificationRequested").Count is 1);
        Rename("\"3\": \"accepted\"", "\"33\": \"accepted\"");
        await relay.Eventually("it is held", () => relay.TimelineAsync(lead.At("lead_id")!), t => t.Messages("PostbackHeld").Count is 1);

        Rename("\"33\": \"accepted\"", "\"3\": \"accepted\"");

        await relay.Eventually("it is released", () => relay.PostbacksAsync("gone"), p => p.Statuses().Contains("sale"));
    }

    private static string Connection(string config) => Path.Combine(config, "connections", "sandbox.json");

    private static JsonElement[] Of(JsonElement found, string order) => [.. found.Messages("OrderStatusChanged").Where(m => m.At("about", "orderId") == order)];

    /// <summary>The first twelve characters of the answer to something that no HTTP client would send.</summary>
    private static async Task<string> RawAsync(Relay relay, string request)
    {
        var address = relay.Address("WebhookReceiver");
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));
        var answer = new byte[12];
        await client.GetStream().ReadExactlyAsync(answer);
        return Encoding.Latin1.GetString(answer);
    }

    private async Task<(string Order, string Click)> NewOrderAsync()
    {
        var click = $"click-{Guid.CreateVersion7():N}";
        var (status, answer) = await Relay.SubmitAsync(new { phone = "+4915123456789", click_id = click });
        Assert.Equal(HttpStatusCode.Created, status);
        return (answer.At("order_id")!, click);
    }

    private async Task PaidAsync(string click)
    {
        var postbacks = await Relay.Eventually("the postback came", () => Relay.PostbacksAsync(click), p => p.Statuses().Contains("sale"));
        var sale = postbacks.EnumerateArray().Single(p => p.At("status") is "sale");
        Assert.Equal(("7.5", "USD"), (sale.At("payout"), sale.At("currency")));
    }
}
