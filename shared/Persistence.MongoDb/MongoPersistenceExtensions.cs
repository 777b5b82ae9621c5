using LeadRelay.Persistence.Audit;
using LeadRelay.Persistence.Crm;
using LeadRelay.Persistence.Postbacks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Persistence.MongoDb;

/// <summary>Adds a service's store in MongoDB, with a readiness check. What is in one process shares one <see cref="MongoStore"/>.</summary>
public static class MongoPersistenceExtensions
{
    /// <param name="url"><c>Store__Url</c>, as <see cref="StoreAddress.MongoDb"/> reads it.</param>
    public static void AddMongoCrmLedger(this IHostApplicationBuilder builder, string url)
    {
        builder.AddMongoStore(url, MongoCrmLedger.Collections);
        builder.Services.AddSingleton<ICrmLedger, MongoCrmLedger>();
        builder.Services.AddOutbox<ICrmLedger>();
        builder.Services.AddBacklogWatch<ICrmLedger>("crm");
    }

    /// <param name="url">As <see cref="AddMongoCrmLedger"/>.</param>
    public static void AddMongoPostbackLedger(this IHostApplicationBuilder builder, string url)
    {
        builder.AddMongoStore(url, MongoPostbackLedger.Collections);
        builder.Services.AddSingleton<IPostbackLedger, MongoPostbackLedger>();
        builder.Services.AddOutbox<IPostbackLedger>();
        builder.Services.AddBacklogWatch<IPostbackLedger>("postbacks");
    }

    /// <param name="url">As <see cref="AddMongoCrmLedger"/>.</param>
    public static void AddMongoAuditLog(this IHostApplicationBuilder builder, string url)
    {
        builder.AddMongoStore(url, MongoAuditLog.Collections);
        builder.Services.AddSingleton<IAuditLog, MongoAuditLog>();
        builder.Services.AddSingleton<ILeadViews, MongoLeadViews>();
    }

    private static void AddMongoStore(this IHostApplicationBuilder builder, string url, IReadOnlyList<MongoCollection> collections)
    {
        foreach (var collection in collections)
            builder.Services.AddSingleton(collection);
        if (builder.Services.Any(service => service.ServiceType == typeof(MongoStore)))
            return;
        builder.Services.AddSingleton(services => new MongoStore(url, services.GetServices<MongoCollection>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<MongoStore>>()));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration("mongodb", services => services.GetRequiredService<MongoStore>(), HealthStatus.Unhealthy, tags: null));
    }
}
