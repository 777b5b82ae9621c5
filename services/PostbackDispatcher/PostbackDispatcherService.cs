using LeadRelay.Bus;
using LeadRelay.Configuration;
using LeadRelay.Health;
using LeadRelay.Persistence;
using MassTransit;

namespace LeadRelay.PostbackDispatcher;

/// <summary>PostbackDispatcher, the only caller of trackers: what it is made of.</summary>
public static class PostbackDispatcherService
{
    public const string Name = "PostbackDispatcher";

    public static void AddPostbackDispatcher(this WebApplicationBuilder builder)
    {
        builder.Listen(Name, 8083);
#if MONGODB
        if (StoreAddress.MongoDb(builder.Configuration) is { } url)
            builder.AddMongoPostbackLedger(url);
        else
#endif
        builder.AddPostbackLedger();
        builder.AddOperatorAccess();
        builder.Services.AddSecretsCheck("postback-secrets", "postbacks' secrets", config => config.Campaigns.Values.Select(campaign => campaign.Postbacks).Concat(config.Partners.Values.Select(partner => partner.Postbacks))
            .SelectMany(postbacks => postbacks.Values).SelectMany(templates => templates).SelectMany(template => template.Secrets).Select(reference => new Secret(reference, config.Folder)));
        builder.Services.AddSingleton<AllowedNetworks>();
        builder.Services.AddSingleton(services => new GuardedConnect(services.GetRequiredService<AllowedNetworks>().Current, services.GetRequiredService<ILogger<GuardedConnect>>()));
        builder.Services.AddSingleton(services => new TrackerClient(services.GetRequiredService<GuardedConnect>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<PostbackSender>();
        builder.Services.AddSingleton<Hosts>();
        builder.Services.AddSingleton<StatusChanges>();
        builder.Services.AddSingleton<FirstAttempts>().AddHostedService(services => services.GetRequiredService<FirstAttempts>());
        builder.Services.AddSingleton<Retries>().AddHostedService(services => services.GetRequiredService<Retries>());
        builder.Services.AddSingleton<KeptMessages>().AddHostedService(services => services.GetRequiredService<KeptMessages>());
        builder.Services.AddHostedService<Findings>();
        builder.Services.AddSingleton<Jobs>().AddHostedService(services => services.GetRequiredService<Jobs>());
    }

    public static void MapPostbackDispatcher(this WebApplication app)
    {
        var operators = app.MapService(Name).RequireOperator().WithLimit();
        operators.MapPostbacks();
        operators.MapTrials();
        operators.MapJobs();
        operators.MapHeld();
        operators.MapGet("/pauses", (Hosts hosts) => TypedResults.Ok(new PauseList(hosts.Pauses())));
    }

    public static void Consumers(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<OrderCreatedConsumer>().Endpoint(Endpoint);
        bus.AddConsumer<OrderStatusChangedConsumer>().Endpoint(Endpoint);
        bus.AddConsumer<OrderVerifiedConsumer>().Endpoint(Endpoint);
        bus.AddConsumer<ForgetPersonConsumer>().Endpoint(Endpoint);
        // Each consumer only writes to the ledger; the calls are the pumps' affair.
        bus.AddConfigureEndpointsCallback((queue, endpoint) =>
        {
            if (queue is Topology.PostbackDispatcher)
                (endpoint.PrefetchCount, endpoint.ConcurrentMessageLimit) = (128, 128);
        });
    }

    private static void Endpoint(IEndpointRegistrationConfigurator endpoint) => endpoint.Name = Topology.PostbackDispatcher;
}
