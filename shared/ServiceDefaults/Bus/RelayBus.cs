using LeadRelay.Logging;
using LeadRelay.Telemetry;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace LeadRelay.Bus;

/// <summary>The one bus of a process.</summary>
public static class RelayBus
{
    /// <summary>Set among the builder's properties by what keeps taking messages while the broker is away: then that is no reason to be sent no work.</summary>
    public const string OutlivesBroker = "OutlivesBroker";

    /// <summary>
    /// Adds MassTransit on the broker that <c>Broker__Url</c> names, with the topology of all contracts, and publisher
    /// confirms. A host of several services passes the consumers of each: they must share one bus.
    /// </summary>
    /// <param name="isWhole">Whether all services are in this process: only then can the broker be in its memory.</param>
    /// <exception cref="InvalidOperationException">There is no broker, or its address cannot be read.</exception>
    public static void AddRelayBus(this IHostApplicationBuilder builder, bool isWhole, params Action<IBusRegistrationConfigurator>[] consumers)
    {
        var broker = BrokerAddress.Parse(builder.Configuration["Broker:Url"]);
        if (broker.Url is null && !isWhole)
            throw new InvalidOperationException("Broker__Url is not set. A service on its own needs the RabbitMQ that the others use (amqp://…): in its own memory nobody would hear it. Standalone can do without.");
        var withoutBroker = builder.Properties.ContainsKey(OutlivesBroker) ? HealthStatus.Degraded : HealthStatus.Unhealthy;
        builder.Services.AddSingleton(broker);
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddPublishObserver<MessageLog>();
            bus.ConfigureHealthCheckOptions(health => health.MinimalFailureStatus = withoutBroker);
            foreach (var add in consumers)
                add(bus);
            bus.AddConfigureEndpointsCallback((queue, endpoint) =>
            {
                if (queue is not Topology.LeadViews && endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
                    rabbit.SetQuorumQueue();
            });
            if (broker.Url is null)
                bus.UsingInMemory(InMemory);
            else
                bus.UsingRabbitMq((context, rabbit) => RabbitMq(broker.Url, context, rabbit));
        });
        if (broker.Url is not null)
        {
            builder.Services.AddSingleton<TopologyKeeper>().AddHostedService(services => services.GetRequiredService<TopologyKeeper>());
            builder.Services.AddHostedService<BusGuard>();
            builder.Services.AddHealthChecks().AddCheck<TopologyKeeper>("topology", withoutBroker, ["ready"]);
        }
    }

    private static void InMemory(IBusRegistrationContext context, IInMemoryBusFactoryConfigurator memory)
    {
        memory.UseConsumeFilter(typeof(ConsumeSpan<>), context);
        context.GetService<Answers>()?.Receive(memory);
        memory.UseSubjects(context);
        memory.ConfigureEndpoints(context);
    }

    private static void RabbitMq(Uri broker, IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator rabbit)
    {
        rabbit.Host(broker, host => host.Heartbeat(TimeSpan.FromSeconds(10)));
        Topology.DeclareBeforePublishing(rabbit);
        // Only for our own contracts: a mandatory Fault<T>, which nobody binds, would come back and poison its consumer.
        rabbit.ConfigurePublish(publish => publish.UseExecute(send =>
        {
            if (send.SupportedMessageTypes.Contains("urn:message:LeadRelay.Contracts:IAudited") && send.TryGetPayload<RabbitMqSendContext>(out var context))
                context.Mandatory = true;
        }));
        rabbit.UseConsumeFilter(typeof(ConsumeSpan<>), context);
        context.GetService<Answers>()?.Receive(rabbit);
        rabbit.UseSubjects(context);
        rabbit.ConfigureEndpoints(context);
    }
}
