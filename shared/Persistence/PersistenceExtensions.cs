using LeadRelay.Bus;
using LeadRelay.Persistence.Audit;
using LeadRelay.Persistence.Crm;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.Persistence.Spool;
using LeadRelay.Persistence.Sqlite;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Persistence;

/// <summary>Adds a service's store, on what <c>Store__Url</c> names, with a readiness check.</summary>
public static class PersistenceExtensions
{
    public static void AddCrmLedger(this IHostApplicationBuilder builder)
    {
        builder.AddSqlite("crm.db", SqliteCrmLedger.Schema);
        builder.Services.AddSingleton<ICrmLedger>(services => new SqliteCrmLedger(services.GetRequiredKeyedService<SqliteStore>("crm.db")));
        builder.Services.AddOutbox<ICrmLedger>();
        builder.Services.AddBacklogWatch<ICrmLedger>("crm");
    }

    public static void AddPostbackLedger(this IHostApplicationBuilder builder)
    {
        builder.AddSqlite("postbacks.db", SqlitePostbackLedger.Schema);
        builder.Services.AddSingleton<IPostbackLedger>(services => new SqlitePostbackLedger(services.GetRequiredKeyedService<SqliteStore>("postbacks.db")));
        builder.Services.AddOutbox<IPostbackLedger>();
        builder.Services.AddBacklogWatch<IPostbackLedger>("postbacks");
    }

    public static void AddAuditLog(this IHostApplicationBuilder builder)
    {
        builder.AddSqlite("audit.db", SqliteAuditLog.Schema + SqliteLeadViews.Schema);
        builder.Services.AddSingleton<IAuditLog>(services => new SqliteAuditLog(services.GetRequiredKeyedService<SqliteStore>("audit.db")));
        builder.Services.AddSingleton<ILeadViews>(services => new SqliteLeadViews(services.GetRequiredKeyedService<SqliteStore>("audit.db")));
    }

    /// <summary>
    /// Adds the way in of a door (see <see cref="Edge"/>), by its name. <c>Spool__Path</c> is the folder of the spools, on a
    /// volume that outlives the process; without it there is none. <c>Spool__MaxBytes</c> bounds each, default 1 GiB.
    /// </summary>
    public static void AddEdge(this IHostApplicationBuilder builder, string name, bool keepsOrder)
    {
        var path = builder.Configuration["Spool:Path"] is { Length: > 0 } given ? given : null;
        var limit = builder.Configuration.GetValue("Spool:MaxBytes", 1024L * 1024 * 1024);
        if (path is not null)
            builder.Services.AddSingleton<OutlivesBroker>();
        builder.Services.AddKeyedSingleton(name, (services, _) => new Edge(name, path, limit, keepsOrder,
            services.GetRequiredService<IBus>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<Edge>>()));
        builder.Services.AddSingleton<IHostedService>(services => services.GetRequiredKeyedService<Edge>(name));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration($"spool-{name}", services => services.GetRequiredKeyedService<Edge>(name), HealthStatus.Unhealthy, tags: null));
    }

    private static void AddSqlite(this IHostApplicationBuilder builder, string file, string schema)
    {
        var path = StoreAddress.Of(builder.Configuration).File(file);
        builder.Services.AddKeyedSingleton(file, (services, _) => new SqliteStore(path, schema,
            services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<SqliteStore>>()));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(file, services => services.GetRequiredKeyedService<SqliteStore>(file), HealthStatus.Unhealthy, tags: null));
    }

    /// <summary>Has what a ledger records for the broker published.</summary>
    public static void AddOutbox<TLedger>(this IServiceCollection services) where TLedger : IOutbox
    {
        services.AddSingleton<OutboxSender<TLedger>>();
        services.AddHostedService(provider => provider.GetRequiredService<OutboxSender<TLedger>>());
    }

    /// <summary>Has what waits in a ledger counted.</summary>
    /// <param name="name">The ledger's, in the metrics.</param>
    public static void AddBacklogWatch<TLedger>(this IServiceCollection services, string name) where TLedger : IBacklog =>
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<BacklogWatch<TLedger>>(provider, name, provider.GetRequiredService<TLedger>()));
}
