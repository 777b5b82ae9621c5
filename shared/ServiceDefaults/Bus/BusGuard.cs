using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace LeadRelay.Bus;

/// <summary>
/// Ends the process when the bus does not find its way back to a broker that takes messages. The client can hang for
/// ever when its connection dies at the wrong moment (rabbitmq-dotnet-client #1930 is one way); a service that runs and
/// takes no messages is worse than one that is started again, with which nothing is lost.
/// </summary>
public sealed partial class BusGuard(IBusControl bus, BrokerAddress broker, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<BusGuard> logger) : BackgroundService
{
    /// <summary>Of its connection, exchange and queue.</summary>
    public const string Name = "guard";

    /// <summary>EX_TEMPFAIL of sysexits.h: start it again.</summary>
    public const int ExitCode = 75;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    /// <summary>45 seconds: the bus itself pauses for up to 30 between two attempts.</summary>
    private const int Patience = 15;

    private long published;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? fault = null;
        for (var faults = 0; faults < Patience; faults = fault is not null && await BrokerTakesMessagesAsync() ? faults + 1 : 0)
        {
            await Task.Delay(Interval, time, stoppingToken);
            fault = Fault();
        }
        LogLost(Patience * Interval.TotalSeconds, fault, ExitCode);
        Environment.ExitCode = ExitCode;
        // What hangs may hang the stop, too: Drain ends it then.
        lifetime.StopApplication();
    }

    private string? Fault()
    {
        var (ended, isUnderWay) = Publishing.Progress;
        var isStuck = isUnderWay && ended == published;
        published = ended;
        var health = bus.CheckHealth();
        return health.Status is not BusHealthStatus.Healthy ? health.Description
            : isStuck ? "publishes are under way and none ends"
            : null;
    }

    /// <summary>
    /// Over a connection of its own, into a queue of the kind that ours are. A broker that has lost its majority, or that
    /// blocks publishers because it is short of memory or disk, confirms nothing here either.
    /// </summary>
    private async Task<bool> BrokerTakesMessagesAsync()
    {
        try
        {
            await TryBrokerAsync().WaitAsync(Interval, time);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private async Task TryBrokerAsync()
    {
        await using var connection = await broker.ConnectAsync(Name);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        // Not through the default exchange: who may write to that may write to every queue.
        await channel.ExchangeDeclareAsync(Name, ExchangeType.Fanout, durable: true, autoDelete: false);
        await channel.QueueDeclareAsync(Name, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-max-length"] = 1 });
        await channel.QueueBindAsync(Name, Name, routingKey: "");
        await channel.BasicPublishAsync(Name, "", mandatory: true, ReadOnlyMemory<byte>.Empty);
    }

    [LoggerMessage(Level = LogLevel.Critical, EventName = "BrokerLost", Message = "The broker takes messages, but for {Seconds} s this service has not found its way back to it: {Fault}. It ends with exit code {ExitCode}, to be started again.")]
    private partial void LogLost(double seconds, string? fault, int exitCode);
}
