using System.Net;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>What each answer of SalesRender does to a lead, from the front door to the audit: the table of docs/architecture.md.</summary>
public sealed class CrmAnswers(RelayOf<CrmAnswers.Impatient> shared) : IClassFixture<RelayOf<CrmAnswers.Impatient>>
{
    private Relay Relay => shared.Relay;

    /// <param name="fault">What goes wrong with the first call.</param>
    /// <param name="first">The message that tells what was made of it.</param>
    /// <param name="text">What that says.</param>
    /// <param name="orders">How many orders there are in the end, of one lead.</param>
    [Theory]
    [InlineData("status 429", "OrderWriteDelayed", "slow down", 1)]
    [InlineData("status 503 retry-after", "OrderWriteDelayed", "unavailable", 1)]
    [InlineData("status 503", "OrderInDoubt", "503", 0)]
    [InlineData("status 500", "OrderInDoubt", "500", 0)]
    [InlineData("status 502", "OrderInDoubt", "502", 0)]
    [InlineData("status 504", "OrderInDoubt", "504", 0)]
    [InlineData("status 408", "OrderInDoubt", "408", 0)]
    [InlineData("status 302", "OrderRefused", "302", 0)]
    [InlineData("status 404", "OrderRefused", "404", 0)]
    [InlineData("errors ERR_ORDER_LOCKED", "OrderWriteDelayed", "holds the order", 1)]
    [InlineData("errors ERR_SOMETHING", "OrderRefused", "ERR_SOMETHING", 0)]
    [InlineData("errors", "OrderRefused", "crm_refused", 0)]
    [InlineData("garbage", "OrderInDoubt", "cannot be read", 1)]
    [InlineData("cut", "OrderInDoubt", "", 1)]
    [InlineData("hang_after", "OrderInDoubt", "No complete answer", 1)]
    [InlineData("delay", "OrderCreated", "", 1)]
    public async Task An_answer_yields_what_the_table_says(string fault, string first, string text, int orders)
    {
        var words = fault.Split(' ');
        await Relay.FaultAsync(new
        {
            target = "crm", kind = words[0], times = 1, delay_ms = words[0] switch { "hang_after" => 30_000, "delay" => 500, _ => 0 },
            status = words[0] is "status" ? int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture) : 500,
            retry_after = words.Length is 3 ? "1" : null, code = words[0] is "errors" ? words.ElementAtOrDefault(1) : null,
        });
        var (status, answer) = await Relay.SubmitAsync(new { phone = "+4915123456789", click_id = fault }, headers: ("Prefer", "respond-async"));
        Assert.Equal(HttpStatusCode.Accepted, status);
        var lead = answer.At("lead_id")!;

        var timeline = await Relay.Eventually($"there is {first}", () => Relay.TimelineAsync(lead), t => t.Messages(first).Count > 0);
        Assert.Contains(text, timeline.Messages(first)[0].GetRawText(), StringComparison.Ordinal);
        if (first is "OrderWriteDelayed")
            await Relay.Eventually("the order is made after all", () => Relay.TimelineAsync(lead), t => t.Messages("OrderCreated").Count is 1);
        else
            Assert.Empty(timeline.Messages("OrderWriteDelayed"));
        var made = (await Relay.LedgerAsync()).GetProperty("orders_per_lead").TryGetProperty(lead, out var count) ? count.GetInt32() : 0;
        Assert.Equal(orders, made);
    }

    [Fact]
    public async Task A_newer_status_of_an_advertiser_goes_instead_of_one_that_waits_for_a_locked_order()
    {
        var (_, lead) = await Relay.SubmitAsync(new { phone = "+4915123456789", click_id = "locked" });
        await Relay.FaultAsync(new { target = "crm", kind = "errors", code = "ERR_ORDER_LOCKED", times = 3 });

        var (held, _) = await PushAsync(lead, "HOLD");
        await Relay.Eventually("the first one waits", () => Relay.TimelineAsync(lead.At("lead_id")!), t => t.Messages("OrderWriteDelayed").Count > 0);
        var (set, answer) = await PushAsync(lead, "Accepted", "wait=20");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.OK, "accepted"), (held, set, answer.At("label")));
        var timeline = await Relay.Eventually("all is told", () => Relay.TimelineAsync(lead.At("lead_id")!), t => t.Messages("StatusUpdateRefused").Count is 1 && t.Messages("OrderStatusUpdated").Count is 1);
        Assert.Equal(("superseded", "hold"), (timeline.Messages("StatusUpdateRefused")[0].At("code"), timeline.Messages("StatusUpdateRefused")[0].At("request", "label")));
        Assert.Equal("accepted", timeline.Messages("OrderStatusUpdated")[0].At("request", "label"));
    }

    private Task<(HttpStatusCode Status, System.Text.Json.JsonElement Body)> PushAsync(System.Text.Json.JsonElement lead, string label, string prefer = "respond-async") =>
        Relay.SendAsync(Relay.Intake(), HttpMethod.Post, $"orders/{lead.At("order_id")}/status", new { campaign = "demo", status = label }, ("X-Api-Key", "demo-advertiser-key"), ("Prefer", prefer));

    /// <summary>Calls are given up after two seconds; looks come late, so that a doubt stays one while it is watched.</summary>
    public sealed class Impatient : IRelayKind
    {
        public static Task<Relay> StartAsync(RelayOptions? options = null) => Relay.StartAsync((options ?? new RelayOptions()) with { Configure = Samples.ShortTimeLimit });
    }
}
