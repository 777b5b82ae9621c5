using System.Net;
using LeadRelay.Bus;
using RabbitMQ.Client;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>A message that is delivered again and again without being acknowledged is set aside, not lost: alarmed, shown, and put back.</summary>
public sealed class DeadLetters
{
    [Fact]
    public async Task A_lead_that_its_service_did_not_survive_is_set_aside_alarmed_and_put_back()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Services = ["Intake", "PostbackDispatcher", "AuditStore"],
        });
        var (status, queued) = await relay.SubmitAsync(new { name = "Anna Muster", phone = "+4915123456789", click_id = "dead-1" }, headers: ("Prefer", "respond-async"));
        Assert.Equal(HttpStatusCode.Accepted, status);

        for (var deaths = 0; deaths <= Topology.DeliveryLimit; deaths++)
            await TakeAndDieAsync(relay.BrokerUrl!);
        await relay.Eventually("the lead is a dead letter", async () => (await relay.Node!.QueuesAsync(relay.BrokerUrl!)).GetValueOrDefault(Topology.DeadLetters)?.Messages is 1);
        Console.WriteLine(string.Join('\n', await relay.Node!.QueuesAsync(relay.BrokerUrl!)));

        await relay.StartServiceAsync("CrmWriter");
        await relay.Eventually("x", async () => relay.Process("CrmWriter").Output.Contains("dead-letters", StringComparison.Ordinal));
    }

    /// <summary>What a service does that is killed with the message in hand.</summary>
    private static async Task TakeAndDieAsync(Uri broker)
    {
        await using var connection = await new BrokerAddress(broker).ConnectAsync("taker");
        await using var channel = await connection.CreateChannelAsync();
        for (var tries = 0; await channel.BasicGetAsync(Topology.CrmWriter, autoAck: false) is null && tries < 20; tries++)
            await Task.Delay(20);
    }
}
