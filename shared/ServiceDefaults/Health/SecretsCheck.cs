using LeadRelay.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Health;

/// <summary>Whether the secrets that the configuration names can be read: those that this service needs. Which one cannot is for the log alone.</summary>
/// <param name="what">What they are, for people: <c>CRM tokens</c>.</param>
public sealed partial class SecretsCheck(string what, Func<RelayConfig, IEnumerable<Secret>> secrets, ConfigStore config, ILogger<SecretsCheck> logger) : IHealthCheck
{
    private IReadOnlyList<string> told = [];

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        string[] faults = [.. secrets(config.Current).Distinct().Select(secret => secret.TryReveal(out _, out var fault) ? null : fault).OfType<string>()];
        foreach (var fault in faults.Except(told))
            LogMissing(fault);
        told = faults;
        return Task.FromResult(faults.Length is 0 ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"Of the {what} that the configuration names, {faults.Length} cannot be read, and what needs them fails. The service's log says which."));
    }

    [LoggerMessage(Level = LogLevel.Error, EventName = "SecretUnreadable", Message = "A secret that the configuration names cannot be read: {Fault}")]
    private partial void LogMissing(string fault);
}

/// <summary>Adds <see cref="SecretsCheck"/>.</summary>
public static class SecretsCheckExtensions
{
    /// <param name="name">The check's.</param>
    /// <param name="secrets">Those that the service needs.</param>
    public static void AddSecretsCheck(this IServiceCollection services, string name, string what, Func<RelayConfig, IEnumerable<Secret>> secrets)
    {
        services.AddKeyedSingleton(name, (provider, _) => new SecretsCheck(what, secrets, provider.GetRequiredService<ConfigStore>(), provider.GetRequiredService<ILogger<SecretsCheck>>()));
        services.AddHealthChecks().Add(new HealthCheckRegistration(name, provider => provider.GetRequiredKeyedService<SecretsCheck>(name), HealthStatus.Degraded, tags: null));
    }
}
