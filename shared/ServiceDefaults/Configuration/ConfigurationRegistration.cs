using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Configuration;

/// <summary>Registers the campaign configuration.</summary>
public static class ConfigurationRegistration
{
    /// <summary>
    /// Adds <see cref="ConfigStore"/>, read from <c>Config:Path</c> (default <c>config</c>) under <c>Profile</c> (default
    /// <c>production</c>). The host does not start with a configuration that has faults. May be called by several services
    /// of one process: they share one store.
    /// </summary>
    public static IHostApplicationBuilder AddRelayConfiguration(this IHostApplicationBuilder builder)
    {
        if (builder.Services.Any(s => s.ServiceType == typeof(ConfigStore)))
            return builder;
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new ConfigStore(
            () => (Setting("Config:Path", "config"), Setting("Profile", "production")),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<ConfigStore>>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<ConfigStore>());
        return builder;

        string Setting(string name, string otherwise) => builder.Configuration[name] is { Length: > 0 } set ? set : otherwise;
    }
}
