using System.Net;
using System.Text;
using LeadRelay.Bus;
using RabbitMQ.Client;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>A message that is delivered again and again without being acknowledged, or that its service cannot read, is set aside and not lost: alarmed, shown, and put back.</summary>
public sealed class DeadLetters
{
    private static readonly string Secret = "+4915123456789";

    [Fact]
    public async Task What_a_service_does_not_survive_or_understand_is_set_aside_alarmed_and_put_back()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Services = ["Intake", "PostbackDispatcher", "AuditStore"],
        });
        var (status, _) = await relay.SubmitAsync(new { name = "Anna Muster", phone = Secret, external_lead_id = "dead-1" }, headers: ("Prefer", "respond-async"));
        Assert.Equal(HttpStatusCode.Accepted, status);

        for (var deaths = 0; deaths <= Topology.DeliveryLimit; deaths++)
            await TakeAndDieAsync(relay.BrokerUrl!);
        await relay.Eventually("the lead is a dead letter", async () => await CountAsync(relay, Topology.DeadLetters) is 1);
        await SendAsync(relay.BrokerUrl!, Topology.CrmWriter, $"no JSON, but {Secret}");
        await SendAsync(relay.BrokerUrl!, Topology.CrmWriter, """{"messageId":"01980000-0000-7000-8000-000000000000","messageType":["urn:message:Somebody:Else"],"message":{}}""");

        await relay.StartServiceAsync("CrmWriter");
        await relay.Eventually("the service has set aside what it cannot read", async () => await CountAsync(relay, "crmwriter_error") is 1 && await CountAsync(relay, "crmwriter_skipped") is 1);
        Assert.Contains("1 message(s) lie in the queue dead-letters and nobody works on them", relay.Process("CrmWriter").Output, StringComparison.Ordinal);
        // It is looked at once a second.
        await relay.Eventually("its health says so", () => Relay.GetAsync(relay.CrmWriter, "health/ready"), health => $"{health}".Contains("1 message(s) in dead-letters", StringComparison.Ordinal));

        var listed = await Relayctl.DoAsync(relay, "queues");
        foreach (var expected in (string[])["dead-letters: 1 message(s)", "LeadSubmitted", "from crmwriter: it was delivered too often", "crmwriter_error: 1 message(s)", "unreadable", "JsonReaderException", "crmwriter_skipped", "no consumer knows"])
            Assert.True(listed.Contains(expected, StringComparison.Ordinal), $"{expected} is missing:\n{listed}");
        Assert.DoesNotContain(Secret, listed, StringComparison.Ordinal);
        for (var looks = 0; looks < 2; looks++)
            Assert.Equal(listed, await Relayctl.DoAsync(relay, "queues"));

        Assert.Contains("1 message(s) put back.", await Relayctl.DoAsync(relay, "queues", "redrive", "dead-letters"), StringComparison.Ordinal);
        await relay.Eventually("the lead has its order", async () =>
            (await relay.SubmitAsync(new { name = "Anna Muster", phone = Secret, external_lead_id = "dead-1" }, headers: ("Prefer", "wait=5"))).Status is HttpStatusCode.Created or HttpStatusCode.OK);
        Assert.Equal(1, (await relay.LedgerAsync()).GetProperty("orders").GetInt32());

        var file = Path.Combine(relay.DataFolder, "dropped.json");
        await Relayctl.RunAsync(relay, 1, "queues", "drop", "crmwriter_skipped", "--message", "another", "--file", file);
        await Relayctl.DoAsync(relay, "queues", "drop", "crmwriter_skipped", "--message", "01980000-0000-7000-8000-000000000000", "--file", file);
        Assert.Contains("urn:message:Somebody:Else", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        await relay.Eventually("one is left", async () => await CountAsync(relay, "crmwriter_skipped") is 0 && await CountAsync(relay, Topology.DeadLetters) is 0);

        // As the relay makes its queues, and no other way: a service that declared one differently would be refused.
        await using var connection = await new BrokerAddress(relay.BrokerUrl).ConnectAsync("judge");
        await using var channel = await connection.CreateChannelAsync();
        foreach (var queue in (string[])[.. Topology.Bindings.Select(queue => queue.Key), "crmwriter_error", "crmwriter_skipped"])
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, (Topology.ForPeople.Contains(queue) ? Topology.Kept : Topology.Work).ToDictionary());
    }

    private static async Task<long?> CountAsync(Relay relay, string queue) => (await relay.Node!.QueuesAsync(relay.BrokerUrl!)).GetValueOrDefault(queue)?.Messages;

    /// <summary>What a service does that is killed with the message in hand.</summary>
    private static async Task TakeAndDieAsync(Uri broker)
    {
        await using var connection = await new BrokerAddress(broker).ConnectAsync("taker");
        await using var channel = await connection.CreateChannelAsync();
        for (var tries = 0; await channel.BasicGetAsync(Topology.CrmWriter, autoAck: false) is null && tries < 10; tries++)
            await Task.Delay(20);
    }

    private static async Task SendAsync(Uri broker, string queue, string body)
    {
        await using var connection = await new BrokerAddress(broker).ConnectAsync("sender");
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Persistent = true, ContentType = "application/vnd.masstransit+json" }, Encoding.UTF8.GetBytes(body));
    }
}
