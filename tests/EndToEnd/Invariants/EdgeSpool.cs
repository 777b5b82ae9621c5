using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>The rest of invariant 1: with the broker away the doors keep what they promise on their own disk.</summary>
public sealed class EdgeSpool(Xunit.Abstractions.ITestOutputHelper output)
{
    [Fact]
    public async Task With_the_broker_away_leads_and_webhooks_are_taken_and_follow_when_it_is_back_though_the_doors_were_killed()
    {
        await using var node = new RabbitNode();
        await node.StartAsync();
        await using var relay = await Relay.StartAsync(new RelayOptions { Shape = RelayShape.Processes, Node = node });
        var first = await relay.OrderAsync("demo", "before");
        await Task.Delay(RabbitNode.QueueSettles);
        node.Kill();

        var (status, lead) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "spooled" });
        Assert.Equal(HttpStatusCode.Accepted, status);
        for (var i = 2; i <= 4; i++)
            Assert.Equal(HttpStatusCode.OK, (await WebhookAsync(relay, first, i)).Status);
        Assert.Equal(HttpStatusCode.OK, (await relay.Intake().GetAsync(new Uri("health/ready", UriKind.Relative))).StatusCode);
        foreach (var door in new[] { "Intake", "WebhookReceiver" })
        {
            relay.Kill(door);
            await relay.StartServiceAsync(door);
        }
        await node.RestartAsync();

        await relay.Eventually("the spooled lead became an order", () => relay.TimelineAsync(lead.At("lead_id")!), t => t.Messages("OrderCreated").Count is 1, TimeSpan.FromSeconds(90));
        Assert.Equal("1", (await relay.LedgerAsync()).At("orders_per_lead", lead.At("lead_id")!));
        // In order: hold, accepted, rejected. What was superseded on the way may be missing, the end may not.
        var postbacks = await relay.Eventually("the webhooks arrived", () => relay.PostbacksAsync("before"), p => p.Statuses() is [.., "rejected"]);
        Assert.Equal("lead", postbacks.Statuses()[0]);
        await relay.Eventually("the spools of the killed are gone", () => Task.FromResult(Directory.GetDirectories(relay.SpoolFolder("Intake"), "intake-*").Length), count => count is 1);
    }

    [Fact]
    public async Task A_full_spool_refuses_and_says_so()
    {
        await using var node = new RabbitNode();
        await node.StartAsync();
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = node, Services = ["Intake"],
            Environment = new Dictionary<string, IReadOnlyDictionary<string, string>> { ["Intake"] = new Dictionary<string, string> { ["Spool__MaxBytes"] = "2500" } },
        });
        node.Kill();
        var answers = new List<(HttpStatusCode Status, JsonElement Body)>();
        for (var i = 0; i < 6; i++)
            answers.Add(await relay.SubmitAsync(new { phone = $"+4915123456{i:D3}" }));
        Assert.Equal(HttpStatusCode.Accepted, answers[0].Status);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "outcome_unknown"), (answers[^1].Status, answers[^1].Body.At("code")));
    }

    /// <summary>It takes a minute of waiting, so it is part of <c>./test long</c>.</summary>
    [Fact]
    [Trait("Takes", "Long")]
    public async Task A_service_that_does_not_find_its_way_back_to_a_broker_that_takes_messages_ends_to_be_started_again()
    {
        var node = await RabbitNode.SharedAsync();
        await using var proxy = new BrokerProxy(await node.NewVirtualHostAsync());
        await using var relay = await Relay.StartAsync(new RelayOptions { Shape = RelayShape.Processes, BrokerUrl = proxy.Address, Services = ["PostbackDispatcher"] });
        var first = relay.Process("PostbackDispatcher");

        proxy.LetThrough(null);
        await relay.Eventually("it has found its way back", () => relay.PostbackDispatcher.GetAsync(new Uri("health/ready", UriKind.Relative)), answer => answer.IsSuccessStatusCode);
        Assert.False(first.HasExited);

        proxy.LetThrough("guard");
        await relay.Eventually("it was started again", () => Task.FromResult(relay.Process("PostbackDispatcher").Id), id => id != first.Id, TimeSpan.FromMinutes(2));
        Assert.Contains("has not found its way back", first.Output, StringComparison.Ordinal);
    }

    /// <summary>In <c>./test long</c>; its short form is the first test here.</summary>
    [Fact]
    [Trait("Takes", "Long")]
    public async Task Under_load_with_the_broker_and_both_doors_killed_again_and_again_every_2xx_is_kept()
    {
        const int rounds = 10;
        await using var node = new RabbitNode();
        await node.StartAsync();
        await using var relay = await Relay.StartAsync(new RelayOptions { Shape = RelayShape.Processes, Node = node });
        await Task.Delay(RabbitNode.QueueSettles);

        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var (asked, stop) = (0, new CancellationTokenSource());
        var (leads, webhooks) = (new ConcurrentBag<string>(), new ConcurrentBag<string>());
        var load = new[]
        {
            EveryTenMillisecondsAsync(async i =>
            {
                Interlocked.Increment(ref asked);
                var (status, answer) = await relay.SubmitAsync(new { phone = $"+4915{i:D9}", click_id = $"load-{i}" }, headers: ("Prefer", "respond-async"));
                if ((int)status is >= 200 and < 300)
                    leads.Add(answer.At("lead_id")!);
            }, stop.Token),
            EveryTenMillisecondsAsync(async i =>
            {
                Interlocked.Increment(ref asked);
                if ((await WebhookAsync(relay, $"w-{i}", 3)).Status is HttpStatusCode.OK)
                    webhooks.Add($"w-{i}");
            }, stop.Token),
        };
        for (var round = 0; round < rounds; round++)
        {
            node.Kill();
            await node.RestartAsync();
            foreach (var door in new[] { "Intake", "WebhookReceiver" })
            {
                relay.Kill(door);
                await relay.StartServiceAsync(door);
            }
        }
        await stop.CancelAsync();
        await Task.WhenAll(load);
        stop.Dispose();
        var seconds = System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds;
        output.WriteLine($"{asked / seconds:0} requests/s for {seconds:0} s, {rounds} kills of each; 2xx: {leads.Count} leads, {webhooks.Count} webhooks");
        Assert.True(leads.Count > 50 * rounds && webhooks.Count > 50 * rounds, $"{leads.Count} leads, {webhooks.Count} webhooks");

        await AllInAsync(relay, leads, "crm.db", "SELECT id FROM work WHERE state = 'Done'");
        await AllInAsync(relay, webhooks, "postbacks.db", "SELECT order_id FROM messages");
        await AllInAsync(relay, leads, "audit.db", "SELECT lead_id FROM messages WHERE kind = 'LeadSubmitted'");
        await AllInAsync(relay, webhooks, "audit.db", "SELECT order_id FROM messages WHERE kind = 'OrderStatusChanged'");
        var orders = (await relay.LedgerAsync()).GetProperty("orders_per_lead").EnumerateObject().ToDictionary(o => o.Name, o => o.Value.GetInt32());
        Assert.All(leads, lead => Assert.Equal(1, orders[lead]));
    }

    private static Task<(HttpStatusCode Status, JsonElement Body)> WebhookAsync(Relay relay, string order, int status) =>
        Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, new { id = order, status = new { id = status.ToString(System.Globalization.CultureInfo.InvariantCulture) } });

    /// <summary>An open load: a slow answer holds nothing up. A door that is dead promises nothing.</summary>
    private static async Task EveryTenMillisecondsAsync(Func<int, Task> send, CancellationToken stop)
    {
        var underway = new List<Task>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            underway.Add(TryAsync(() => send(i)));
        }
        await Task.WhenAll(underway);
    }

    private static async Task TryAsync(Func<Task> send)
    {
        try { await send(); }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException) { }
    }

    // Long enough for a service whose client hung when the broker died: its guard waits 45 s, and it is started again.
    private static Task<string[]> AllInAsync(Relay relay, IReadOnlyCollection<string> ids, string file, string query) =>
        relay.Eventually($"all are in {file} ({query})", () => Task.FromResult(ids.Except(Stored.Read(Path.Combine(relay.DataFolder, file), query)).Take(5).ToArray()), missing => missing.Length is 0, TimeSpan.FromMinutes(3));
}
