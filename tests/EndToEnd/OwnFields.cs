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

        var timeline = await relay.Eventually("the audit has the order", () => relay.TimelineAsync(answer.At("lead_id")!, personal: true), t => t.Messages("OrderCreated").Count is 1);
        var created = timeline.Messages("OrderCreated")[0];
        Assert.Equal(("+4915123456789", "DE"), (created.At("submission", "lead", "fields", "phone"), created.At("submission", "lead", "fields", "country")));
        var item = created.GetProperty("exchange").GetProperty("variables").GetProperty("input").GetProperty("cart").GetProperty("items")[0];
        Assert.Equal(("5", "2", "1250"), (item.At("itemId"), item.At("quantity"), item.At("price")));
    }

    [Fact]
    public async Task A_number_or_a_name_of_a_country_is_the_country()
    {
        await using var relay = await Relay.StartAsync();
        foreach (var (given, code, phone) in new[] { ("276", "DE", "+4915123456789"), ("616", "PL", "+48151234567"), ("POL", "PL", "+48151234567"), ("de", "DE", "+4915123456789") })
        {
            var (status, preview) = await relay.SubmitAsync(new { test = true, phone = code is "DE" ? "0151 23456789" : "151 234 567", country = given });
            Assert.Equal((HttpStatusCode.OK, code, phone), (status, preview.At("fields", "country"), preview.At("fields", "phone")));
        }
    }

    [Fact]
    public async Task A_test_however_it_is_spelt_makes_no_order_and_no_record()
    {
        await using var relay = await Relay.StartAsync();
        var spellings = new object[]
        {
            new { phone = "0151 23456789", test = true }, new { phone = "0151 23456789", test = 1 }, new { phone = "0151 23456789", testmode = "on" },
            new { phone = "0151 23456789", test_mode = "yes" }, new { phone = "0151 23456789", is_test = "TRUE" }, new { phone = "0151 23456789", lp_action = "test" },
        };
        foreach (var body in spellings)
        {
            var (status, preview) = await relay.SubmitAsync(body);
            Assert.Equal((HttpStatusCode.OK, "test"), (status, preview.At("status")));
        }
        Assert.Equal((HttpStatusCode)422, (await relay.SubmitAsync(new { phone = "12", test = true })).Status);

        // The real one that follows is the only thing there is.
        var (_, real) = await relay.SubmitAsync(new { phone = "0151 23456789", test = "0" });
        await relay.Eventually("the audit has the real one", () => relay.TimelineAsync(real.At("lead_id")!), t => t.Messages("OrderCreated").Count is 1);
        Assert.Single((await relay.LedgerAsync()).GetProperty("orders_per_lead").EnumerateObject());
        Assert.Equal(["LeadSubmitted"], Stored.Read(Path.Combine(relay.DataFolder, "audit.db"), "SELECT kind FROM messages WHERE kind IN ('LeadSubmitted', 'LeadRefused')"));
    }

    [Fact]
    public async Task A_parameter_nobody_knows_reaches_the_order_the_audit_and_the_postback()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Configure = config => Samples.Campaign(config, "own",
                ("\"sub1\": \"stringFields.sub1\",", "\"sub1\": \"stringFields.sub1\", \"param.adv_id\": \"stringFields.adv\","),
                ("&status=lead&", "&status=lead&adv={param.adv_id}&")),
        });
        var (_, answer) = await relay.SubmitAsync(new { phone = "0151 23456789", click_id = "with-param", adv_id = "A&7" }, "own");
        var timeline = await relay.Eventually("the postback was delivered", () => relay.TimelineAsync(answer.At("lead_id")!, personal: true), t => t.Messages("PostbackDelivered").Count is 1);
        Assert.Equal("A&7", timeline.Messages("LeadSubmitted")[0].At("lead", "params", "adv_id"));
        Assert.Contains("A&7", timeline.Messages("OrderCreated")[0].At("exchange", "variables"), StringComparison.Ordinal);
        Assert.Contains("&adv=A%267&", timeline.Messages("PostbackDelivered")[0].GetRawText() + timeline.Messages("PostbackAttempted")[0].GetRawText(), StringComparison.Ordinal);
    }
}
