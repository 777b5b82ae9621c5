using System.Text.Encodings.Web;
using System.Text.Unicode;
using LeadRelay.Bus;
using LeadRelay.Persistence;
using MassTransit;
using Microsoft.Extensions.WebEncoders;

namespace LeadRelay.AuditStore;

/// <summary>AuditStore, which keeps every message and answers for them: what it is made of.</summary>
public static class AuditStoreService
{
    public const string Name = "AuditStore";

    public static void AddAuditStore(this WebApplicationBuilder builder)
    {
        builder.Listen(Name, 8082);
        builder.AddOperatorAccess();
#if MONGODB
        if (StoreAddress.MongoDb(builder.Configuration) is { } url)
            builder.AddMongoAuditLog(url);
        else
#endif
        builder.AddAuditLog();
        builder.Services.AddSingleton(new PhoneHashes(builder.Configuration));
        builder.Services.AddSingleton(RetentionTimes.Of(builder.Configuration));
        builder.Services.AddSingleton<LeadViewKeeper>();
        builder.Services.AddSingleton<Readers>();
        builder.Services.AddHostedService<Retention>();
        builder.Services.AddRazorComponents();
        // Comments in other alphabets stay readable, and a third of the size.
        builder.Services.Configure<WebEncoderOptions>(encoding => encoding.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        builder.Services.AddSessions();
        builder.Services.AddSingleton<OtherServices>();
    }

    public static void MapAuditStore(this WebApplication app)
    {
        var readers = app.MapService(Name);
        readers.MapAudit();
        readers.MapExport();
        readers.MapForget();
        app.MapConsole(readers);
    }

    public static void Consumers(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<AuditConsumer>(consumer => consumer.Options<BatchOptions>(batch =>
            batch.SetMessageLimit(500).SetTimeLimit(TimeSpan.FromMilliseconds(100)).SetConcurrencyLimit(1))).Endpoint(endpoint =>
        {
            endpoint.Name = Topology.Audit;
            endpoint.PrefetchCount = 1000;
        });
        bus.AddConsumer<LeadViewsConsumer>().Endpoint(endpoint => endpoint.Name = Topology.LeadViews);
    }
}
