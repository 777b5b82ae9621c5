using System.Text;
using LeadRelay.Relayctl;
using RabbitMQ.Client;

namespace LeadRelay.Tests.Rules.Relayctl;

/// <summary>What <c>relayctl queues</c> tells of a message, whatever it is, and what is left of its headers when it goes back.</summary>
public class QueuedMessageTests
{
    private const string Envelope = """{"messageId":"m1","messageType":["urn:message:LeadRelay.Contracts:OrderCreated","urn:message:LeadRelay.Contracts:IAudited"],"message":{"about":{"leadId":"l1"}}}""";

    [Theory]
    [InlineData("crmwriter_error", Envelope, "m1", "OrderCreated", "l1", "crmwriter", "System.Exception: call •••")]
    [InlineData("crmwriter_error", "{", "", "unreadable", "", "crmwriter", "System.Exception")]
    [InlineData("crmwriter_error", "[]", "", "unreadable", "", "crmwriter", "System.Exception")]
    [InlineData("crmwriter_error", """{"messageId":1,"messageType":["a:B"],"message":{}}""", "", "B", "", "crmwriter", "System.Exception")]
    [InlineData("audit.views_error", Envelope, "m1", "OrderCreated", "l1", "audit.views", "System.Exception")]
    [InlineData("other_error", Envelope, "m1", "OrderCreated", "l1", null, "System.Exception")]
    public void A_failed_message_tells_what_it_is_and_why_it_failed(string queue, string body, string id, string kind, string lead, string? from, string reason)
    {
        var message = QueuedMessage.Of(queue, With(("MT-Fault-ExceptionType", "System.Exception"), ("MT-Fault-Message", "call +49 151 23456789"), ("MT-Fault-Timestamp", "2026-03-04T05:06:07.0Z")), Encoding.UTF8.GetBytes(body));

        Assert.Equal((id, kind, lead, from), (message.Id, message.Kind, message.LeadId, message.From));
        Assert.StartsWith(reason.Split('•')[0], message.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("23456789", message.ToString(), StringComparison.Ordinal);
        Assert.Contains("2026-03-04T05:06:07Z", message.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("crmwriter", "crmwriter", "it was delivered too often")]
    [InlineData("somebody", null, "it was delivered too often")]
    public void A_dead_letter_tells_where_it_died(string queue, string? from, string reason)
    {
        var death = new Dictionary<string, object?> { ["queue"] = Bytes(queue), ["reason"] = Bytes("delivery_limit"), ["time"] = new AmqpTimestamp(0) };
        var properties = new BasicProperties { Headers = new Dictionary<string, object?> { ["x-death"] = new List<object> { death } } };

        var message = QueuedMessage.Of("dead-letters", properties, Encoding.UTF8.GetBytes(Envelope));

        Assert.Equal((from, DateTimeOffset.UnixEpoch), (message.From, message.At));
        Assert.StartsWith(reason, message.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_put_back_has_its_own_headers_and_none_of_its_failure()
    {
        var cleaned = QueuedMessage.Cleaned(With(("x-death", ""), ("x-first-death-queue", ""), ("MT-Fault-Message", ""), ("MT-Reason", ""), ("MT-Host-MachineName", ""), ("traceparent", "00-1"), ("answer-to", "intake.1")));

        Assert.Equal(["answer-to", "traceparent"], cleaned.Headers!.Keys.Order());
        Assert.Equal(("m", "application/json", true), (cleaned.MessageId, cleaned.ContentType, cleaned.Persistent));
    }

    [Fact]
    public void A_message_without_anything_is_shown_too() =>
        Assert.Equal("(no id)  (no time)  unreadable  lead unknown  from unknown: unknown", QueuedMessage.Of("dead-letters", new BasicProperties(), []).ToString());

    private static BasicProperties With(params (string Name, string Value)[] headers) =>
        new() { MessageId = headers.Length > 3 ? "m" : null, ContentType = "application/json", Headers = headers.ToDictionary(header => header.Name, header => (object?)Bytes(header.Value)) };

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
