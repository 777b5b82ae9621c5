using System.Net;

namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>The rest of invariant 3: how a doubt ends, and that it never ends in a second order.</summary>
public sealed class InDoubt
{
    private static void Quickly(string config) =>
        Samples.Edit(Path.Combine(config, "connections", "sandbox.json"), text => text.Replace("\"token\"", "\"time_limit_seconds\": 1, \"lookup_settle_seconds\": 4,\n  \"token\"", StringComparison.Ordinal));

    private static void Trustingly(string config)
    {
        Quickly(config);
        Samples.Edit(Path.Combine(config, "connections", "sandbox.json"), text => text.Replace("\"token\"", "\"lookup_trustworthy\": true,\n  \"token\"", StringComparison.Ordinal));
    }

    private static void Blindly(string config) =>
        Samples.Edit(Path.Combine(config, "campaigns", "demo.json"), text => text.Replace("\"lead_id\": \"stringFields.lead_id\",", "", StringComparison.Ordinal));

    [Theory]
    [InlineData("cut")]
    [InlineData("hang_after")]
    [InlineData("garbage")]
    public async Task An_order_that_was_made_though_its_answer_was_lost_is_found(string kind)
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Configure = Quickly });
        await relay.FaultAsync(new { target = "crm", kind, delay_ms = 3000, times = 1 });
        var (_, answer) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "found" }, headers: ("Prefer", "respond-async"));
        await Story(relay, answer.At("lead_id")!, "OrderCreated");
        var timeline = await Story(relay, answer.At("lead_id")!, "OrderLookedUp");

        Assert.Equal("look_up", timeline.Messages("OrderCreated")[0].At("evidence"));
        Assert.Contains("SalesRender has it", timeline.Messages("OrderLookedUp")[^1].At("text"), StringComparison.Ordinal);
        Assert.Equal("1", (await relay.LedgerAsync()).At("orders_per_lead", answer.At("lead_id")!));
        await relay.Eventually("its postback went out", () => relay.PostbacksAsync("found"), p => p.GetArrayLength() is 1);
        var (status, again) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "found" }, headers: ("Idempotency-Key", answer.At("lead_id")!));
        Assert.Equal((HttpStatusCode.Created, answer.At("lead_id")), (status, again.At("lead_id")));
    }

    [Fact]
    public async Task An_order_that_is_surely_absent_is_sent_again_and_one_order_comes_of_it()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Configure = Trustingly });
        await relay.FaultAsync(new { target = "crm", kind = "status", status = 500, times = 1 });
        var (_, answer) = await relay.SubmitAsync(new { phone = "+4915123456789" }, headers: ("Prefer", "respond-async"));
        await Story(relay, answer.At("lead_id")!, "OrderCreated");
        var timeline = await relay.Eventually("all looks are told of", () => relay.TimelineAsync(answer.At("lead_id")!), t => t.Messages("OrderLookedUp").Count >= 3);

        Assert.Contains("sent again", timeline.Messages("OrderWriteDelayed")[^1].At("reason"), StringComparison.Ordinal);
        Assert.Equal("1", (await relay.LedgerAsync()).At("orders_per_lead", answer.At("lead_id")!));
    }

    [Fact]
    public async Task What_is_not_found_stays_in_doubt_until_an_operator_decides()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Configure = Quickly });
        await relay.FaultAsync(new { target = "crm", kind = "status", status = 502, times = 1 });
        var (_, answer) = await relay.SubmitAsync(new { phone = "+4915123456789" }, headers: ("Prefer", "respond-async"));
        var lead = answer.At("lead_id")!;
        await relay.Eventually("the last look is over", () => relay.TimelineAsync(lead), t => t.Messages("OrderLookedUp") is [.., var last] && last.At("text")!.Contains("operator", StringComparison.Ordinal));

        var doubts = await Relay.GetAsync(relay.CrmWriter, "leads/in-doubt");
        Assert.Equal((lead, "demo"), (doubts.GetProperty("leads")[0].At("lead_id"), doubts.GetProperty("leads")[0].At("campaign")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ResolveAsync(relay, lead, new { })).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ResolveAsync(relay, lead, new { order_id = "7", send_again = true })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ResolveAsync(relay, "0190163d-8694-739b-aea5-966c26f8ad91", new { order_id = "7" })).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await ResolveAsync(relay, lead, new { send_again = true, reason = "looked" })).Status);

        var timeline = await Story(relay, lead, "OrderCreated");
        Assert.Single(timeline.Messages("ResolveInDoubt"));
        Assert.Equal("1", (await relay.LedgerAsync()).At("orders_per_lead", lead));
        Assert.Equal(HttpStatusCode.Conflict, (await ResolveAsync(relay, lead, new { send_again = true })).Status);
        using var stranger = new HttpClient { BaseAddress = relay.CrmWriter.BaseAddress };
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(new Uri("leads/in-doubt", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task Where_nobody_can_look_an_operator_names_the_order_and_its_postback_goes_out()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Configure = config => { Quickly(config); Blindly(config); } });
        var (_, other) = await relay.SubmitAsync(new { phone = "+4915123456780" }, headers: ("Prefer", "wait=30"));
        await relay.FaultAsync(new { target = "crm", kind = "cut", times = 1 });
        var (_, answer) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "named" }, headers: ("Prefer", "respond-async"));
        await Story(relay, answer.At("lead_id")!, "OrderInDoubt");
        Assert.Equal(HttpStatusCode.Conflict, (await ResolveAsync(relay, answer.At("lead_id")!, new { order_id = other.At("order_id") })).Status);

        Assert.Contains(answer.At("lead_id")!, await Relayctl.DoAsync(relay, "crm", "doubts"), StringComparison.Ordinal);
        Assert.Contains("has the order 1002", await Relayctl.DoAsync(relay, "crm", "resolve", answer.At("lead_id")!, "--order", "1002"), StringComparison.Ordinal);

        var timeline = await Story(relay, answer.At("lead_id")!, "OrderCreated");
        Assert.Equal("operator", timeline.Messages("OrderCreated")[0].At("evidence"));
        Assert.Empty(timeline.Messages("OrderLookedUp"));
        Assert.Contains("is not in doubt", (await Relayctl.RunAsync(relay, 1, "crm", "resolve", answer.At("lead_id")!, "--order", "none")).Errors, StringComparison.Ordinal);
        await relay.Eventually("its postback went out", () => relay.PostbacksAsync("named"), p => p.GetArrayLength() is 1);
    }

    [Fact]
    public async Task A_webhook_that_carries_our_id_ends_a_doubt()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Configure = config => { Quickly(config); Blindly(config); } });
        await relay.FaultAsync(new { target = "crm", kind = "cut", times = 1 });
        var (_, answer) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "seen" }, headers: ("Prefer", "respond-async"));
        var lead = answer.At("lead_id")!;
        await Story(relay, lead, "OrderInDoubt");

        await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, new { id = "1001", externalId = lead, status = new { id = "3" } });

        var timeline = await Story(relay, lead, "OrderCreated");
        Assert.Equal("webhook", timeline.Messages("OrderCreated")[0].At("evidence"));
        var postbacks = await relay.Eventually("both postbacks went out", () => relay.PostbacksAsync("seen"), p => p.GetArrayLength() is 2);
        Assert.Equal("sale", postbacks.Statuses()[^1]);
        Assert.NotEqual("2", (await relay.LedgerAsync()).At("crm_calls"));
    }

    [Fact]
    public async Task Leads_with_one_phone_get_one_order_within_the_window_and_the_next_goes_when_the_first_is_refused()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Replicas = Samples.Replicas(("CrmWriter", 2)), Services = ["Intake", "CrmWriter", "AuditStore"],
            Configure = config =>
            {
                Samples.Campaign(config, "once", ("\"country\": \"DE\",", "\"country\": \"DE\", \"duplicate_window\": { \"hours\": 24 },"));
                Samples.Campaign(config, "strict", ("\"country\": \"DE\",", "\"country\": \"DE\", \"duplicate_window\": { \"hours\": 24, \"answer\": \"refuse\" },"));
            },
        });
        await relay.FaultAsync(new { target = "crm", kind = "errors", code = "ERR_NO", times = 1 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => relay.SubmitAsync(new { phone = "0151 23456789", click_id = $"once-{i}" }, "once", headers: ("Prefer", "wait=20"))));

        Assert.True(answers.Count(a => a.Status is HttpStatusCode.UnprocessableEntity) is 1, string.Join('\n', answers.Select(a => $"{a.Status} {a.Body}")));
        var taken = answers.Where(a => a.Status is HttpStatusCode.Created).ToArray();
        Assert.Equal(9, taken.Length);
        Assert.Single(taken, a => a.Body.At("duplicate") is "false");
        Assert.Single(taken.Select(a => a.Body.At("order_id")).Distinct());
        Assert.Equal("1", (await relay.LedgerAsync()).At("orders"));

        Assert.Equal(HttpStatusCode.Created, (await relay.SubmitAsync(new { phone = "0151 23456789" }, "strict")).Status);
        var (status, refusal) = await relay.SubmitAsync(new { phone = "0151 23456789" }, "strict");
        Assert.Equal((HttpStatusCode.Conflict, "duplicate"), (status, refusal.At("code")));
        var duplicate = taken.First(a => a.Body.At("duplicate") is "true").Body;
        var view = await relay.Eventually("the duplicate shows", () => Relay.SendAsync(relay.Intake(), HttpMethod.Get, $"leads/{duplicate.At("lead_id")}", null, ("X-Api-Key", "demo-partner-key")), v => v.Body.At("state") is "duplicate");
        Assert.Equal(duplicate.At("order_id"), view.Body.At("order_id"));
    }

    /// <summary>In <c>./test long</c>, as a pause takes half a minute; the rule has tests of its own: <c>PolitenessTests</c>.</summary>
    [Fact]
    [Trait("Takes", "Long")]
    public async Task A_token_that_SalesRender_refuses_pauses_its_connection_and_nothing_is_lost()
    {
        await using var relay = await Relay.StartAsync();
        await relay.FaultAsync(new { target = "crm", kind = "status", status = 401, times = 1 });
        var (_, first) = await relay.SubmitAsync(new { phone = "+4915123456780" }, headers: ("Prefer", "respond-async"));
        await Story(relay, first.At("lead_id")!, "OrderWriteDelayed");
        for (var i = 1; i <= 5; i++)
            Assert.Equal(HttpStatusCode.Accepted, (await relay.SubmitAsync(new { phone = $"+491512345678{i}" }, headers: ("Prefer", "wait=1"))).Status);
        Assert.Equal("1", (await relay.LedgerAsync()).At("crm_calls"));

        await relay.Eventually("all have their orders", relay.LedgerAsync, ledger => ledger.At("orders") is "6", TimeSpan.FromSeconds(60));
    }

    private static Task<System.Text.Json.JsonElement> Story(Relay relay, string lead, string until) =>
        relay.Eventually($"the lead has its {until}", () => relay.TimelineAsync(lead), t => t.Messages(until).Count > 0);

    private static Task<(HttpStatusCode Status, System.Text.Json.JsonElement Body)> ResolveAsync(Relay relay, string lead, object word) =>
        Relay.SendAsync(relay.CrmWriter, HttpMethod.Post, $"leads/{lead}/resolution", word);
}
