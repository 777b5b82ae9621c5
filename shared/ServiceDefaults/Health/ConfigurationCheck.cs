using LeadRelay.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LeadRelay.Health;

/// <summary>Whether the configuration in force is what the folder says.</summary>
public sealed class ConfigurationCheck(ConfigStore config) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(config.LastFaults.Count switch
    {
        0 => HealthCheckResult.Healthy(),
        var faults => HealthCheckResult.Degraded($"The configuration folder was changed and has {(faults is 1 ? "a fault" : $"{faults} faults")}, so the last good one stays. The service's log and ./relayctl config check say which."),
    });
}
