using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Bus;

/// <summary>Declares the topology at start and every minute over a connection of its own. Not ready while that fails.</summary>
public sealed partial class TopologyKeeper(BrokerAddress broker, QueueAlarm alarm, TimeProvider time, ILogger<TopologyKeeper> logger) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private string? fault = "The broker's queues have not been declared yet.";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(fault is not null ? new HealthCheckResult(context.Registration.FailureStatus, fault)
            : alarm.Text is { } text ? HealthCheckResult.Degraded(text)
            : HealthCheckResult.Healthy());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await broker.ConnectAsync("topology", stoppingToken);
                await Topology.DeclareAsync(connection, broker.Rights, stoppingToken);
                fault = null;
                await alarm.LookAsync(connection, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                var text = $"The broker's queues could not be declared: {BrokerAddress.Explain(e)}";
                if (fault != text)
                    LogNotReady(PersonalData.MaskText(text));
                fault = text;
            }
            await Task.Delay(fault is null ? Interval : Retry, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "QueuesNotDeclared", Message = "This service is not ready. {Reason}")]
    private partial void LogNotReady(string reason);
}
