using LeadRelay.Bus;
using LeadRelay.Configuration;
using LeadRelay.Health;
using LeadRelay.Persistence;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LeadRelay.CrmWriter;

/// <summary>CrmWriter, the only caller of SalesRender: what it is made of.</summary>
public static class CrmWriterService
{
    public const string Name = "CrmWriter";

    public static void AddCrmWriter(this WebApplicationBuilder builder)
    {
        builder.Listen(Name, 8084);
#if MONGODB
        if (StoreAddress.MongoDb(builder.Configuration) is { } url)
            builder.AddMongoCrmLedger(url);
        else
#endif
        builder.AddCrmLedger();
        builder.AddOperatorAccess();
        builder.Services.AddSecretsCheck("crm-tokens", "CRM tokens", config =>
            config.Connections.Values.SelectMany(connection => new[] { connection.Token, connection.CpaToken }).Concat(config.Campaigns.Values.Select(campaign => campaign.Token)).OfType<Secret>());
        builder.Services.AddSingleton<SalesRender>();
        builder.Services.AddSingleton<Politeness>();
        builder.Services.AddSingleton<Answerer>();
        builder.Services.AddSingleton<Settling>();
        builder.Services.AddSingleton<CrmPump>().AddHostedService(services => services.GetRequiredService<CrmPump>());
        builder.Services.AddHostedService<LeaseWatch>();
    }

    public static void MapCrmWriter(this WebApplication app)
    {
        var operators = app.MapService(Name).RequireOperator();
        operators.MapResolutions();
        operators.MapGet("/pauses", (Politeness politeness) => TypedResults.Ok(new PauseList(politeness.Pauses())));
    }

    public static void Consumers(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<LeadSubmittedConsumer>().Endpoint(Endpoint);
        bus.AddConsumer<StatusUpdateRequestedConsumer>().Endpoint(Endpoint);
        bus.AddConsumer<OrderVerificationRequestedConsumer>().Endpoint(Endpoint);
        bus.AddConsumer<OrderSeenConsumer>().Endpoint(Endpoint);
        bus.AddConsumer<ResolveInDoubtConsumer>().Endpoint(Endpoint);
        bus.AddConsumer<ForgetPersonConsumer>().Endpoint(Endpoint);
        // Each consumer only writes to the ledger; how many calls run at once is the pump's affair.
        bus.AddConfigureEndpointsCallback((queue, endpoint) =>
        {
            if (queue is Topology.CrmWriter)
                (endpoint.PrefetchCount, endpoint.ConcurrentMessageLimit) = (128, 128);
        });
    }

    private static void Endpoint(IEndpointRegistrationConfigurator endpoint) => endpoint.Name = Topology.CrmWriter;
}
