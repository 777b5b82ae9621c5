using System.Text;
using RabbitMQ.Client;

namespace LeadRelay.Bare;

/// <summary>Takes what is posted, publishes it in a message of a given size to an exchange with some quorum queues, and answers when the broker has confirmed it.</summary>
internal static class Accept
{
    private const string Exchange = "accepted";

    /// <param name="bytes">Of a message.</param>
    public static async Task RunAsync(int port, Uri broker, int queues, int bytes, int status)
    {
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null));
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Fanout, durable: true);
        foreach (var queue in Enumerable.Range(1, queues).Select(number => $"queue{number}"))
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
            await channel.QueueBindAsync(queue, Exchange, "");
        }

        var (properties, answer) = (new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes("""{"status":"queued"}"""));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(async http =>
        {
            if (HttpMethods.IsPost(http.Request.Method))
            {
                var message = new byte[bytes];
                await http.Request.Body.ReadExactlyAsync(message, 0, (int)http.Request.ContentLength!);
                await channel.BasicPublishAsync(Exchange, "", mandatory: true, properties, message);
                http.Response.StatusCode = status;
            }
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = answer.Length;
            await http.Response.Body.WriteAsync(answer);
        });
        await app.RunAsync($"http://127.0.0.1:{port}");
    }
}
