using System.Text;
using System.Text.Json.Nodes;
using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.WebhookReceiver;

namespace LeadRelay.Tests.Rules.WebhookReceiver.Door;

/// <summary>Every shape that a webhook is known to come in, and what is read of it.</summary>
public sealed class EnvelopeTests
{
    private const string Order = """{"id":"7","status":{"id":"3","name":"Accepted","group":"APPROVED"},"data":{"string_1":"c-1"}}""";
    private const string Numbers = """{"id":7,"status":3,"data":{"string_1":"c-1"}}""";

    public static IEnumerable<object[]> Envelopes => new[] { Order, Numbers }.SelectMany(order => new[]
    {
        order,
        """{"data":""" + order + "}",
        """{"data":{"ordersFetcher":{"orders":[""" + order + """],"pageInfo":{"itemsCount":1}}}}""",
        """{"data":{"orders":[""" + order + "]}}",
        """{"orders":[""" + order + "]}",
        $"[{order}]",
        $"\uFEFF \r\n{order}\n",
    }).Select(body => new object[] { body });

    [Theory]
    [MemberData(nameof(Envelopes))]
    public void An_order_is_found_in_every_envelope(string body)
    {
        var message = Only(body);

        Assert.Equal(("7", "c-1", "3"), (message.About.OrderId, message.About.ClickId, message.StatusId));
        Assert.Equal("main", message.About.Connection);
        Assert.Empty(message.Findings);
    }

    [Theory]
    [InlineData("id=7&click_id=c-1&status=3&reward[value]=12.5&reward[currency]=EUR&comment=a+b%26c")]
    [InlineData("order_id=7&data[string_1]=c-1&status[id]=3&payout=12.50&currency=EUR&reason=a%20b%26c")]
    [InlineData("externalId=&orderId=7&clickid=c-1&statusId=3&reward.amount=1.25e1&reward.currency=EUR&comment=a b%26c")]
    public void A_form_and_a_query_string_say_the_same(string pairs)
    {
        foreach (var message in new[] { Only(pairs, contentType: "application/x-www-form-urlencoded"), Only(pairs), Only("", query: pairs), Only("", query: "?" + pairs) })
        {
            Assert.Equal(("7", "c-1", "3", "a b&c"), (message.About.OrderId, message.About.ClickId, message.StatusId, message.Comment));
            Assert.Equal(new Reward(12.5m, "EUR"), message.Reward);
        }
    }

    [Theory]
    [InlineData("""{"id":"6","status":"2","id":"7","status":"3","data":{"string_1":"x","string_1":"c-1"}}""")]
    [InlineData("""{"id":"7","\ud800":"half a character","status":"3","data":{"string_1":"c-1"}}""")]
    [InlineData("""{"id":"7","status":{"id":"3","name":"\ud800"},"data":{"string_1":"c-1"}}""")]
    public void A_webhook_is_not_lost_for_odd_JSON(string body)
    {
        var message = Only(body);

        Assert.Equal(("7", "3", "c-1"), (message.About.OrderId, message.StatusId, message.About.ClickId));
    }

    [Theory]
    [InlineData("status.id", """{"id":1,"status":{"id":5}}""", "5")]
    [InlineData("data.stringFields[operator.note].value", """{"id":1,"data":{"stringFields":[{"field":"x","value":"1"},{"field":{"id":"operator.note"},"value":"n"}]}}""", "n")]
    [InlineData("data.stringFields[c].value", """{"id":1,"data":{"stringFields":["x",null,{"field":{"name":"c"},"value":true}]}}""", "true")]
    [InlineData("query.why", """{"id":1,"why":"body"}""", "url")]
    [InlineData("why", """{"id":1,"why":"body"}""", "body")]
    [InlineData("why", """{"id":1,"why":" "}""", "url")]
    [InlineData("why", """{"id":1,"why":"{{comment}}"}""", "url")]
    [InlineData("why", """{"id":1,"why":["body"]}""", "url")]
    [InlineData("why.not", """{"id":1,"why":"body"}""", null)]
    public void A_path_leads_into_the_order_or_into_the_query(string path, string body, string? comment) =>
        Assert.Equal(comment, Only(body, query: "?why=url", settings: Door.Settings((WebhookField.Comment, [path]))).Comment);

    [Fact]
    public void The_query_completes_a_body_but_never_contradicts_it()
    {
        var message = Only("""{"data":{"id":7,"status":"3"}}""", query: "id=8&status=4&click_id=c-1&payout=5");

        Assert.Equal(("7", "3", "c-1", 5m), (message.About.OrderId, message.StatusId, message.About.ClickId, message.Reward?.Amount));
        Assert.Equal("id=8&status=4&click_id=c-1&payout=5", message.Raw.Query);
    }

    [Fact]
    public void Each_order_of_a_list_is_a_message_and_the_query_is_of_none_of_them()
    {
        var (orders, fault, raw) = Door.Read("""[{"id":1,"status":"3"},{"status":"4"},null,"x",{"id":2,"status":"5"}]""", query: "id=9&click_id=c-1");

        Assert.Equal(["1", "2"], orders.Select(order => order.Values[WebhookField.OrderId]));
        Assert.All(orders, order => Assert.DoesNotContain(WebhookField.ClickId, order.Values));
        Assert.Equal("no_order", fault?.Code);
        Assert.StartsWith("3 of 5", fault?.Text, StringComparison.Ordinal);
        Assert.Equal(raw.Body, orders[0].ToMessage("main", raw, Builders.Now).Raw.Body);
        Assert.Equal("""{"id":2,"status":"5"}""", orders[1].ToMessage("main", raw, Builders.Now).Raw.Body);
    }

    [Theory]
    [InlineData(1000, 1000, null)]
    [InlineData(1001, 0, "too_many_orders")]
    public void There_is_an_end_to_how_many_orders_come_at_once(int given, int read, string? code)
    {
        var (orders, fault, _) = Door.Read($"[{string.Join(',', Enumerable.Range(1, given).Select(id => $$"""{"id":{{id}}}"""))}]");

        Assert.Equal((read, code), (orders.Count, fault?.Code));
    }

    [Theory]
    [InlineData("", "no_order")]
    [InlineData("[]", "no_order")]
    [InlineData("{}", "no_order")]
    [InlineData("hello", "no_order")]
    [InlineData("""{"data":{"ordersFetcher":"none","orders":7}}""", "no_order")]
    [InlineData("""{"id":{{id}}}""", "invalid_json")]
    [InlineData("""{"id":"7" """, "invalid_json")]
    public void What_names_no_order_is_refused_with_a_reason(string body, string code)
    {
        var (orders, fault, _) = Door.Read(body);

        Assert.Empty(orders);
        Assert.Equal((400, code), (fault?.Status, fault?.Code));
    }

    [Fact]
    public void Deep_nesting_is_refused() => Assert.Equal("invalid_json", Door.Read($"{new string('[', 100)}{new string(']', 100)}").Fault?.Code);

    [Theory]
    [InlineData("")]
    [InlineData("{{data.string_1}}")]
    [InlineData("%7B%7Bdata.string_1%7D%7D")]
    public void A_click_id_that_is_empty_or_its_own_macro_is_a_finding(string click)
    {
        var message = Only("", query: $"id=7&status=3&click_id={click}");

        Assert.Null(message.About.ClickId);
        Assert.All(message.Findings, finding => Assert.Contains("check Field visibility for webmaster", finding, StringComparison.Ordinal));
        Assert.NotEmpty(message.Findings);
    }

    [Theory]
    [InlineData("12,50", null)]
    [InlineData("1e99", null)]
    [InlineData("free", null)]
    [InlineData("12.50", 12.50)]
    [InlineData("-1", -1.0)]
    public void Money_that_cannot_be_read_is_a_finding_and_no_guess(string reward, double? amount)
    {
        var message = Only("", query: $"id=7&click_id=c&payout={reward}");

        Assert.Equal((decimal?)amount, message.Reward?.Amount);
        Assert.Equal(amount is null, message.Findings.Any(finding => finding.Contains(reward, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("2026-03-04T05:06:07Z", true)]
    [InlineData("2026-03-04T06:06:07+01:00", true)]
    [InlineData("2026-03-04 05:06:07", true)]
    [InlineData("1772600767", true)]
    [InlineData("1772600767000", true)]
    [InlineData("yesterday", false)]
    public void A_time_is_read_or_is_a_finding(string time, bool isRead)
    {
        var message = Only(new JsonObject { ["id"] = 7, ["click_id"] = "c", ["statusChangedAt"] = time }.ToJsonString());

        Assert.Equal(isRead ? Builders.Now : null, message.StatusChangedAt);
        Assert.Equal(isRead ? 0 : 1, message.Findings.Count);
    }

    [Fact]
    public void Minor_units_are_divided() =>
        Assert.Equal(new Reward(12.5m, "EUR"), Only("""{"id":7,"lead":{"reward":{"amount":1250,"currency":"EUR"}}}""", settings: Door.Settings() with { RewardUnit = RewardUnit.Minor }).Reward);

    [Fact]
    public void The_body_is_kept_byte_for_byte()
    {
        byte[][] bodies =
        [
            "{\"id\":\"7\",\r\n \"comment\":\"\\u00e9é😀\0\"}"u8.ToArray(),
            [0xEF, 0xBB, 0xBF, .. "{\"id\":7}"u8],
            [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("{\"id\":7}")],
            [.. "id=7&comment="u8, 0xE9, 0xFF],
            [0xED, 0xA0, 0x80],
        ];
        foreach (var body in bodies)
        {
            var raw = Payload.Read("POST", "", body, "", 1024 * 1024).Raw;
            Assert.Equal(body, raw.Base64 ? Convert.FromBase64String(raw.Body) : Encoding.UTF8.GetBytes(raw.Body));
        }
        Assert.Equal(["7", "7", "7"], bodies[1..4].Select(body => Door.Read(body).Orders.Single().Values[WebhookField.OrderId]));
    }

    [Fact]
    public void Of_a_body_that_is_too_large_the_beginning_is_kept()
    {
        var (_, raw, fault) = Payload.Read("POST", "", Encoding.UTF8.GetBytes(new string('é', 2000)), "", 3000);

        Assert.Equal((413, "body_too_large"), (fault?.Status, fault?.Code));
        Assert.Equal(new string('é', 512), raw.Body);
    }

    private static OrderStatusChanged Only(string body, string query = "", string contentType = "application/json", WebhookSettings? settings = null)
    {
        var (orders, fault, raw) = Door.Read(Encoding.UTF8.GetBytes(body), query, contentType, settings);
        Assert.Null(fault);
        return Assert.Single(orders).ToMessage("main", raw, Builders.Now);
    }
}
