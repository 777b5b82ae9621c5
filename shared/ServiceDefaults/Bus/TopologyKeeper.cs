using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Bus;

/// <summary>Declares the topology at start and every minute over a connection of its own. Not ready while that fails.</summary>
public sealed partial class TopologyKeeper(BrokerAddress broker, TimeProvider time, ILogger<TopologyKeeper> logger) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private string? fault = "The broker's queues have not been declared yet.";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(fault is null ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus, fault));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await broker.ConnectAsync("topology", stoppingToken);
                await using var channel = await connection.CreateChannelAsync(cancellationToken: stoppingToken);
                await Topology.DeclareAsync(channel, stoppingToken);
                fault = null;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (fault is null)
                    LogNotDeclared(PersonalData.MaskText(e.Message));
                fault = $"The broker's queues could not be declared: {e.Message}";
            }
            await Task.Delay(fault is null ? Interval : Retry, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker's queues could not be declared, so this service is not ready: {Reason}")]
    private partial void LogNotDeclared(string reason);
}
