using System.Text.Json;
using LeadRelay.Bus;
using LeadRelay.Contracts;
using LeadRelay.Tests.EndToEnd;
using MassTransit.Serialization;
using RabbitMQ.Client;

namespace LeadRelay.Bench;

/// <summary>Fills the queues of those who act, with messages as the services write them, in numbers that no door is asked for.</summary>
internal sealed class Publisher : IAsyncDisposable
{
    private const int AtOnce = 1_000;

    private readonly IConnection connection;
    private readonly IChannel channel;

    private Publisher(IConnection connection, IChannel channel) => (this.connection, this.channel) = (connection, channel);

    /// <param name="broker">A virtual host in which a service has declared exchanges and queues.</param>
    public static async Task<Publisher> ConnectAsync(Uri broker)
    {
        var connection = await new BrokerAddress(broker).ConnectAsync("bench");
        return new Publisher(connection, await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)));
    }

    /// <summary>Returns when the broker has confirmed all of them.</summary>
    public async Task PublishAsync(IEnumerable<SentMessage> messages)
    {
        foreach (var some in messages.Chunk(AtOnce))
            await Task.WhenAll(some.Select(message => PublishAsync(message).AsTask()));
    }

    /// <summary>Empties a queue that nobody reads in this measurement, before it grows too long for the rounds to be alike.</summary>
    public Task EmptyAsync(string queue) => channel.QueuePurgeAsync(queue);

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }

    private ValueTask PublishAsync(SentMessage sent)
    {
        var contract = sent.Message.GetType();
        var envelope = JsonSerializer.SerializeToUtf8Bytes(new
        {
            messageId = sent.Id,
            conversationId = sent.Message.About.LeadId ?? sent.Id,
            messageType = new[] { $"urn:message:{contract.Namespace}:{contract.Name}", $"urn:message:{contract.Namespace}:{nameof(IAudited)}" },
            message = (object)sent.Message,
            sentTime = sent.Message.At,
        }, SystemTextJsonMessageSerializer.Options);
        var properties = new BasicProperties { Persistent = true, ContentType = "application/vnd.masstransit+json", MessageId = $"{sent.Id}" };
        return channel.BasicPublishAsync(Topology.ExchangeOf(contract), "", mandatory: true, properties, envelope);
    }
}
