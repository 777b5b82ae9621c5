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
        var broker = BrokerAddress.Of(builder.Configuration);
        if (broker.Url is null && !isWhole)
            throw new InvalidOperationException("Broker__Url is not set. A service on its own needs the RabbitMQ that the others use (amqp://…): in its own memory nobody would hear it. Standalone can do without.");
        var withoutBroker = builder.Properties.ContainsKey(OutlivesBroker) ? HealthStatus.Degraded : HealthStatus.Unhealthy;
        builder.Services.AddSingleton(broker);
        var endpoints = new List<string>();
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddPublishObserver<MessageLog>();
            bus.ConfigureHealthCheckOptions(health => health.MinimalFailureStatus = withoutBroker);
            foreach (var add in consumers)
                add(bus);
            bus.AddConfigureEndpointsCallback((queue, endpoint) =>
            {
                endpoints.Add(queue);
                if (queue is not Topology.LeadViews && endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
                    rabbit.SetArguments(Topology.Work);
            });
            if (broker.Url is null)
                bus.UsingInMemory(InMemory);
            else
                bus.UsingRabbitMq((context, rabbit) => RabbitMq(broker, context, rabbit));
        });
        if (broker.Url is not null)
        {
            builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<QueueAlarm>(services, endpoints));
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

    private static void RabbitMq(BrokerAddress broker, IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator rabbit)
    {
        rabbit.Host(broker.Url, host =>
        {
            host.Heartbeat(TimeSpan.FromSeconds(10));
            host.OnRefreshConnectionFactory = broker.Secure;
        });
        Topology.DeclareBeforePublishing(rabbit, broker.Rights);
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
