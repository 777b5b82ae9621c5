using LeadRelay.WebhookReceiver;

namespace LeadRelay.Tests.Rules.WebhookReceiver;

/// <summary>Every shape in which SalesRender's webhooks are known to come says the same.</summary>
public class EnvelopeTests
{
    private const string Order = """{"id":"1001","status":{"id":"3","name":"Accepted","group":"APPROVED"},"data":{"string_1":"click-1"}}""";

    public static TheoryData<string, string, string> Envelopes => new()
    {
        { "the order at the root", Order, "" },
        { "in data", """{"data":""" + Order + "}", "" },
        { "a fetcher's answer", """{"data":{"ordersFetcher":{"orders":[""" + Order + "]}}}", "" },
        { "a list in data", """{"data":{"orders":[""" + Order + "]}}", "" },
        { "a list", """{"orders":[""" + Order + "]}", "" },
        { "an array", $"[{Order}]", "" },
        { "ids as numbers", """{"id":1001,"status":{"id":3,"group":"APPROVED"},"data":{"string_1":"click-1"}}""", "" },
        { "status as an id", """{"id":"1001","status":"3","statusGroup":"APPROVED","data":{"string_1":"click-1"}}""", "" },
        { "status as a number", """{"id":1001,"status":3,"status_group":"APPROVED","click_id":"click-1"}""", "" },
        { "String fields", """{"id":"1001","status":{"id":"3","group":"APPROVED"},"data":{"stringFields":[{"field":{"id":"7","name":"other"},"value":"x"},{"field":{"id":"8","name":"click_id"},"value":"click-1"}]}}""", "" },
        { "a form", "id=1001&status=3&statusGroup=APPROVED&data[string_1]=click-1", "" },
        { "a form with names encoded", "id=1001&status%5Bid%5D=3&status%5Bgroup%5D=APPROVED&data%5Bstring_1%5D=click%2D1", "" },
        { "a query", "", "?click_id=click-1&order_id=1001&status=3&statusGroup=APPROVED" },
        { "JSON and a query", """{"status":{"id":"3","group":"APPROVED"}}""", "?click_id=click-1&order_id=1001&status=4" },
        { "space around it", " \r\n\t" + Order + "\n", "" },
        { "a mark before it", "\uFEFF" + Order, "" },
    };

    [Theory]
    [MemberData(nameof(Envelopes))]
    public void Every_envelope_says_the_same(string name, string body, string query)
    {
        Assert.NotEqual("", name);
        var message = Webhook.ReadOne(body, query);

        Assert.Equal(("main", "1001", "click-1", "3", "APPROVED"), (message.About.Connection, message.About.OrderId, message.About.ClickId, message.StatusId, message.StatusGroup));
        Assert.Equal(Builders.Now, message.At);
        Assert.Empty(message.Findings);
    }

    [Theory]
    [InlineData("""[{"id":1},{"id":2},{"id":3}]""")]
    [InlineData("""{"orders":[{"id":1},{"id":2},{"id":3}]}""")]
    [InlineData("""{"data":{"orders":[{"id":1},{"id":2},{"id":3}]}}""")]
    [InlineData("""{"data":{"ordersFetcher":{"orders":[{"id":1},{"id":2},{"id":3}],"pageInfo":{}}}}""")]
    public void Many_orders_are_many_messages(string body)
    {
        var (messages, fault) = Webhook.Read(body);

        Assert.Null(fault);
        Assert.Equal(["1", "2", "3"], messages.Select(m => m.About.OrderId));
    }

    [Fact]
    public void An_entry_that_names_no_order_is_a_fault_and_does_not_harm_the_others()
    {
        var (messages, fault) = Webhook.Read("""[{"id":1},{"status":"3"},{"id":2}]""");

        Assert.Equal(["1", "2"], messages.Select(m => m.About.OrderId));
        Assert.Equal("no_order", fault?.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("5")]
    [InlineData("hello")]
    [InlineData("""{"orders":[]}""")]
    [InlineData("""{"orders":[1,null,"x",[]]}""")]
    [InlineData("""{"data":{"orders":"x"}}""")]
    [InlineData("""{"data":{"ordersFetcher":[]}}""")]
    [InlineData("""{"data":{"ordersFetcher":"x"}}""")]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"data":5}""")]
    [InlineData("""{"status":{"id":"3"}}""")]
    [InlineData("""{"id":{"x":1}}""")]
    [InlineData("""{"id":""}""")]
    [InlineData("""{"id":"  "}""")]
    [InlineData("""{"id":null}""")]
    [InlineData("id={{id}}&click_id={{data.string_1}}")]
    public void What_names_no_order_is_refused(string body)
    {
        var (messages, fault) = Webhook.Read(body);

        Assert.Empty(messages);
        Assert.Equal((400, "no_order"), (fault?.Status, fault?.Code));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"id\":1")]
    [InlineData("{\"id\":1}x")]
    [InlineData("[1,]")]
    [InlineData("{'id':1}")]
    public void What_is_no_JSON_is_refused(string body)
    {
        var (messages, fault) = Webhook.Read(body);

        Assert.Empty(messages);
        Assert.Equal((400, "invalid_json"), (fault?.Status, fault?.Code));
    }

    [Fact]
    public void What_is_too_deep_is_refused() =>
        Assert.Equal("invalid_json", Webhook.Read(string.Concat(Enumerable.Repeat("[", 100)) + string.Concat(Enumerable.Repeat("]", 100))).Fault?.Code);

    [Fact]
    public void What_is_too_large_is_refused_and_its_beginning_kept()
    {
        var (_, raw, fault) = Payload.Read("POST", "application/json", new byte[Webhook.Limit + 1], "", Webhook.Limit);

        Assert.Equal((413, "body_too_large"), (fault?.Status, fault?.Code));
        Assert.Equal(1024, raw.Body.Length);
        Assert.Null(Payload.Read("POST", "application/json", "{}"u8.ToArray(), "", 2).Fault);
    }

    [Fact]
    public void The_payload_is_kept_as_it_came()
    {
        Assert.Equal(("GET", "", "a=1&b=%20", false), Kept("GET", "", [], "?a=1&b=%20"));
        Assert.Equal(("POST", "text/x", " {\"id\": \"ü\"} ", false), Kept("POST", "text/x", " {\"id\": \"ü\"} "u8.ToArray(), "?a=1"));
        Assert.Equal(("POST", "", "/w==", true), Kept("POST", "", [0xFF], ""));

        static (string, string, string, bool) Kept(string method, string type, byte[] body, string query)
        {
            var raw = Payload.Read(method, type, body, query, Webhook.Limit).Raw;
            return (raw.Method, raw.ContentType, raw.Body, raw.Base64);
        }
    }
}
