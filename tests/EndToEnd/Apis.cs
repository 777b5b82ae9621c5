using System.Net;
using System.Text.Json;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>Orders made through the webmasters' APIs, from the front door to the tracker.</summary>
public sealed class Apis
{
    private static readonly object Lead = new
    {
        name = "Anna Schmidt", phone = "0151 23456789", email = "anna@mail.example", click_id = "c-1", sub1 = "fb", flow = "7", comment = "Call late", address = "Weg 1", city = "Berlin",
    };

    [Fact]
    public async Task With_cpa_a_lead_goes_into_the_slots_and_its_status_is_set_through_the_company()
    {
        await using var relay = await StartAsync("cpa");
        var (order, lead, input) = await SubmitAsync(relay, "/CPA");
        Assert.Equal(("1", lead, "leadrelay"), (input.At("offerId"), input.At("externalId"), input.At("externalTag")));
        var data = input.GetProperty("data");
        Assert.Equal(("c-1", "fb", "7"), (data.At("string_1"), data.At("string_2"), data.At("string_10")));
        Assert.Equal(("+4915123456789", "anna@mail.example", "Call late"), (data.At("phone_1"), data.At("email_1"), data.At("comment")));
        Assert.Equal(("Anna", "Schmidt", "Weg 1", "Berlin"), (data.At("humanName_1", "firstName"), data.At("humanName_1", "lastName"), data.At("address_1", "address_1"), data.At("address_1", "city")));
        Assert.Equal("affiliate", input.At("source", "utm_medium"));
        Assert.Equal("4990", input.GetProperty("cart").GetProperty("items")[0].At("price"));

        var (status, _) = await PushAsync(relay, order);
        Assert.Equal(HttpStatusCode.OK, status);
        var postbacks = await relay.Eventually("both postbacks came", () => relay.PostbacksAsync("c-1"), p => p.GetArrayLength() >= 2);
        Assert.Equal(["wait", "approve"], postbacks.Statuses());
        Assert.Equal("12.50", postbacks[1].At("payout"));
    }

    [Fact]
    public async Task With_cpa_rest_and_no_CRM_token_orders_are_made_and_a_status_push_is_refused()
    {
        await using var relay = await StartAsync("cpa_rest");
        var (order, lead, input) = await SubmitAsync(relay, "/CPA/lead/add");
        Assert.Equal(("1", lead, "c-1"), (input.At("offerId"), input.At("externalId"), input.At("data", "string_1")));
        Assert.Equal(("UTC+03:00", "fb"), (input.At("timezoneOffset"), input.At("source", "subid_1")));

        var (status, answer) = await PushAsync(relay, order);
        Assert.Equal(((HttpStatusCode)422, "status_refused"), (status, answer.At("code")));
        Assert.Contains("no_crm_token", answer.GetRawText(), StringComparison.Ordinal);
        await relay.Eventually("the audit has the refusal", () => relay.AuditAsync("kind=StatusUpdateRefused"), f => f.Messages("StatusUpdateRefused").Any(m => m.At("code") is "no_crm_token"));

        await relay.SetStatusAsync(order, "3");
        var postbacks = await relay.Eventually("both postbacks came", () => relay.PostbacksAsync("c-1"), p => p.GetArrayLength() >= 2);
        // The first is that of the status which the campaign says its offer begins with.
        Assert.Equal(["hold", "approve"], postbacks.Statuses());
    }

    private static Task<Relay> StartAsync(string api) => Relay.StartAsync(new RelayOptions { Configure = config => Samples.Api(config, api) });

    /// <summary>Submits the lead, and returns what the Sandbox made an order of.</summary>
    private static async Task<(string Order, string Lead, JsonElement Input)> SubmitAsync(Relay relay, string path)
    {
        var (status, answer) = await relay.SubmitAsync(Lead);
        Assert.Equal((HttpStatusCode.Created, "c-1"), (status, answer.At("click_id")));
        var lead = answer.At("lead_id")!;
        var order = Assert.Single((await Relay.GetAsync(relay.Sandbox, $"orders?lead_id={lead}")).EnumerateArray().ToArray());
        Assert.Equal(answer.At("order_id"), order.At("id"));
        var timeline = await relay.Eventually("the audit has the order", () => relay.TimelineAsync(lead), t => t.Messages("OrderCreated").Count is 1);
        Assert.EndsWith(path, timeline.Messages("OrderCreated")[0].At("exchange", "endpoint"), StringComparison.Ordinal);
        return (order.At("id")!, lead, order.GetProperty("input"));
    }

    private static Task<(HttpStatusCode Status, JsonElement Body)> PushAsync(Relay relay, string order) =>
        Relay.SendAsync(relay.Intake(), HttpMethod.Post, $"orders/{order}/status", new { campaign = "demo", status = "accepted" }, ("X-Api-Key", "demo-advertiser-key"));
}
