using System.Net;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>What a campaign may say of its own about fields, from the front door to the CRM.</summary>
public sealed class OwnFields
{
    [Fact]
    public async Task A_campaign_has_names_click_ids_and_goods_of_its_own()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Configure = config => Samples.Campaign(config, "own", ("\"country\": \"DE\",", """
                "country": "FR", "field_aliases": { "phone": ["handy"] }, "click_id_fields": ["sub1"],
                """)),
        });
        var (status, answer) = await relay.SubmitAsync(new
        {
            handy = "0151 23456789", country = "DEU", sub1 = "xyz", click_id = "other", cart = new[] { new { id = 5, quantity = 2, price = 12.5 } },
        }, "own");
        Assert.Equal((HttpStatusCode.Created, "xyz"), (status, answer.At("click_id")));

        var timeline = await relay.Eventually("the audit has the order", () => relay.TimelineAsync(answer.At("lead_id")!), t => t.Messages("OrderCreated").Count is 1);
        var created = timeline.Messages("OrderCreated")[0];
        Assert.Equal(("+4915123456789", "DE"), (created.At("submission", "lead", "fields", "phone"), created.At("submission", "lead", "fields", "country")));
        var item = created.GetProperty("exchange").GetProperty("variables").GetProperty("input").GetProperty("cart").GetProperty("items")[0];
        Assert.Equal(("5", "2", "1250"), (item.At("itemId"), item.At("quantity"), item.At("price")));
    }
}
