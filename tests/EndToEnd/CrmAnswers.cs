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

    /// <summary>Calls are given up after two seconds; looks come late, so that a doubt stays one while it is watched.</summary>
    public sealed class Impatient : IRelayKind
    {
        public static Task<Relay> StartAsync(RelayOptions? options = null) => Relay.StartAsync((options ?? new RelayOptions()) with { Configure = Samples.ShortTimeLimit });
    }
}
