using LeadRelay.Persistence.Postbacks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Persistence.MongoDb;

/// <summary>Adds a service's store in MongoDB, with a readiness check.</summary>
public static class MongoPersistenceExtensions
{
    /// <param name="url"><c>Store__Url</c>, as <see cref="StoreAddress.MongoDb"/> reads it.</param>
    public static void AddMongoPostbackLedger(this IHostApplicationBuilder builder, string url)
    {
        builder.Services.AddSingleton(services => new MongoStore(url, MongoPostbackLedger.Indexes, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<MongoStore>>()));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration("mongodb", services => services.GetRequiredService<MongoStore>(), HealthStatus.Unhealthy, ["ready"]));
        builder.Services.AddSingleton<IPostbackLedger, MongoPostbackLedger>();
        builder.Services.AddOutbox<IPostbackLedger>();
    }
}
