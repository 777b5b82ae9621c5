using System.Text.Json;
using LeadRelay.Bus;
using LeadRelay.Contracts;
using RabbitMQ.Client;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>Puts messages on the broker as the services do, in numbers that no door is asked for.</summary>
public sealed class Wire : IAsyncDisposable
{
    private const int AtOnce = 500;

    private readonly IConnection connection;
    private readonly IChannel channel;

    private Wire(IConnection connection, IChannel channel) => (this.connection, this.channel) = (connection, channel);

    /// <param name="broker">A virtual host in which a service has declared exchanges and queues.</param>
    public static async Task<Wire> ConnectAsync(Uri broker)
    {
        var connection = await new BrokerAddress(broker).ConnectAsync("wire");
        return new Wire(connection, await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)));
    }

    /// <summary>For the audit alone: nobody acts on them. Returns when the broker has confirmed all of them.</summary>
    public Task PublishAsync(IEnumerable<SentMessage> messages) => PublishAsync(messages, _ => Topology.ExchangeOf(typeof(IAudited)));

    /// <summary>For everybody whom they concern. Returns when the broker has confirmed all of them.</summary>
    public Task PublishToAllAsync(IEnumerable<SentMessage> messages) => PublishAsync(messages, sent => Topology.ExchangeOf(sent.Message.GetType()));

    /// <summary>Empties a queue.</summary>
    public Task EmptyAsync(string queue) => channel.QueuePurgeAsync(queue);

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }

    /// <summary>A message alone, as it is within its envelope.</summary>
    public static string Text(IAudited message) => JsonSerializer.Serialize(message, message.GetType(), WireJson.Options);

    private async Task PublishAsync(IEnumerable<SentMessage> messages, Func<SentMessage, string> exchange)
    {
        foreach (var some in messages.Chunk(AtOnce))
            await Task.WhenAll(some.Select(message => PublishAsync(message, exchange(message)).AsTask()));
    }

    private ValueTask PublishAsync(SentMessage sent, string exchange)
    {
        var contract = sent.Message.GetType();
        var envelope = JsonSerializer.SerializeToUtf8Bytes(new
        {
            messageId = sent.Id,
            conversationId = sent.Message.About.LeadId ?? sent.Id,
            messageType = new[] { $"urn:message:{contract.Namespace}:{contract.Name}", $"urn:message:{contract.Namespace}:{nameof(IAudited)}" },
            message = (object)sent.Message,
            sentTime = sent.Message.At,
        }, WireJson.Options);
        var properties = new BasicProperties { Persistent = true, ContentType = "application/vnd.masstransit+json", MessageId = $"{sent.Id}" };
        return channel.BasicPublishAsync(exchange, "", mandatory: true, properties, envelope);
    }
}
