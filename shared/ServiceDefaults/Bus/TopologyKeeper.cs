using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Bus;

/// <summary>Declares the topology at start and every minute over a connection of its own. Not ready while that fails.</summary>
public sealed partial class TopologyKeeper(BrokerAddress broker, QueueAlarm alarm, IEnumerable<OutlivesBroker> spools, TimeProvider time, ILogger<TopologyKeeper> logger) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private volatile string? fault = "The broker's queues have not been declared yet: it is being connected to.";
    private volatile bool isReached;
    private string? logged;

    /// <summary>With a broker that is there and lacks a queue, what is confirmed may be lost: then a spool is no help. Strangers may be told, so the log has the rest.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(fault is { } text ? isReached ? HealthCheckResult.Unhealthy(text) : spools.WithoutBroker(text)
            : alarm.Text is { } waiting ? HealthCheckResult.Degraded(waiting)
            : HealthCheckResult.Healthy());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var isThere = false;
            try
            {
                await using var connection = await broker.ConnectAsync("topology", stoppingToken);
                isThere = true;
                await Topology.DeclareAsync(connection, broker.Rights, stoppingToken);
                (fault, logged) = (null, null);
                await alarm.LookAsync(connection, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                var reason = BrokerAddress.Explain(e);
                if (logged != reason)
                    LogNotReady(PersonalData.MaskText(logged = reason));
                isReached = isThere;
                fault = isThere
                    ? "The broker refuses to declare a queue: one has other arguments, or the user of Broker__Url may not. The service's log has its words."
                    : "The broker could not be reached to declare its queues: look at Broker__Url and at RabbitMQ; the service's log has the reason.";
            }
            await Task.Delay(fault is null ? Interval : Retry, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "QueuesNotDeclared", Message = "This service is not ready: the broker's queues could not be declared. {Reason}")]
    private partial void LogNotReady(string reason);
}
