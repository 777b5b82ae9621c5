using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LeadRelay.Bus;

/// <summary>Whether the bus is connected. Strangers may be told, so the log has the rest.</summary>
public sealed class BrokerCheck(IBusControl bus, IEnumerable<OutlivesBroker> spools) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(bus.CheckHealth().Status is BusHealthStatus.Healthy
            ? HealthCheckResult.Healthy()
            : spools.WithoutBroker("The broker is not connected: look at Broker__Url and at RabbitMQ; the service's log has the reason. It is tried again all the time."));
}

/// <summary>Among the services of a host that keeps taking messages while the broker is away: then that is no reason to be sent no work.</summary>
public sealed class OutlivesBroker;

internal static class OutlivesBrokerExtensions
{
    public static HealthCheckResult WithoutBroker(this IEnumerable<OutlivesBroker> spools, string text) =>
        spools.Any() ? HealthCheckResult.Degraded($"{text} Until then what comes in is kept in the spool.") : HealthCheckResult.Unhealthy(text);
}
