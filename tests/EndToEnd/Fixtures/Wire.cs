using System.Text.Json;
using LeadRelay.Bus;
using LeadRelay.Contracts;
using MassTransit.Serialization;
using RabbitMQ.Client;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>Puts messages on the broker as the services do, in numbers that no door is asked for, and for the audit alone: nobody acts on them.</summary>
public sealed class Wire : IAsyncDisposable
{
    private const int AtOnce = 500;

    private readonly IConnection connection;
    private readonly IChannel channel;

    private Wire(IConnection connection, IChannel channel) => (this.connection, this.channel) = (connection, channel);

    /// <param name="broker">A virtual host in which a service has declared the exchanges.</param>
    public static async Task<Wire> ConnectAsync(Uri broker)
    {
        var connection = await new BrokerAddress(broker).ConnectAsync("wire");
        return new Wire(connection, await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)));
    }

    /// <summary>Returns when the broker has confirmed all of them.</summary>
    public async Task PublishAsync(IEnumerable<SentMessage> messages)
    {
        foreach (var some in messages.Chunk(AtOnce))
            await Task.WhenAll(some.Select(message => PublishAsync(message).AsTask()));
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }

    /// <summary>A message alone, as it is within its envelope.</summary>
    public static string Text(IAudited message) => JsonSerializer.Serialize(message, message.GetType(), SystemTextJsonMessageSerializer.Options);

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
        return channel.BasicPublishAsync(Topology.ExchangeOf(typeof(IAudited)), "", mandatory: true, properties, envelope);
    }
}
