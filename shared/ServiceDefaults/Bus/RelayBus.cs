using LeadRelay.Logging;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace LeadRelay.Bus;

/// <summary>The one bus of a process.</summary>
public static class RelayBus
{
    /// <summary>When the bus stops, what still waits in place, for a store say, is given back to the broker after this.</summary>
    private static readonly TimeSpan ConsumersEnd = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan BusEnds = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Adds MassTransit on the broker that <c>Broker__Url</c> names, with the topology of all contracts, and publisher
    /// confirms. A host of several services passes the consumers of each: they must share one bus. It goes before what uses the
    /// bus: what is added first stops last.
    /// </summary>
    /// <param name="isWhole">Whether all services are in this process: only then can the broker be in its memory.</param>
    /// <exception cref="InvalidOperationException">There is no broker, or its address cannot be read.</exception>
    public static void AddRelayBus(this IHostApplicationBuilder builder, bool isWhole, params Action<IBusRegistrationConfigurator>[] consumers)
    {
        var broker = BrokerAddress.Of(builder.Configuration);
        if (broker.Url is null && !isWhole)
            throw new InvalidOperationException("Broker__Url is not set. A service on its own needs the RabbitMQ that the others use (amqp://…): in its own memory nobody would hear it. Standalone can do without.");
        builder.Services.AddSingleton(broker);
        SystemTextJsonMessageSerializer.Options = WireJson.Options;
        var endpoints = new List<string>();
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddPublishObserver<MessageLog>();
            foreach (var add in consumers)
                add(bus);
            bus.AddConfigureEndpointsCallback((queue, endpoint) =>
            {
                endpoints.Add(queue);
                if (queue is Topology.LeadViews)
                    endpoint.ConfigureConsumeTopology = false; // the questions are sent to it and not published
                else if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
                    rabbit.SetArguments(Topology.Work);
            });
            if (broker.Url is null)
                bus.UsingInMemory(InMemory);
            else
                bus.UsingRabbitMq((context, rabbit) => RabbitMq(broker, context, rabbit));
        });
        builder.Services.Configure<MassTransitHostOptions>(host => (host.ConsumerStopTimeout, host.StopTimeout) = (ConsumersEnd, BusEnds));
        // BrokerCheck says the same in words for people.
        builder.Services.PostConfigure<HealthCheckServiceOptions>(health => health.Registrations.Where(check => check.Tags.Contains("masstransit")).ToList().ForEach(check => health.Registrations.Remove(check)));
        builder.Services.AddHealthChecks().AddCheck<BrokerCheck>("broker");
        if (broker.Url is not null)
        {
            builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<QueueAlarm>(services, endpoints));
            builder.Services.AddSingleton<TopologyKeeper>().AddHostedService(services => services.GetRequiredService<TopologyKeeper>());
            builder.Services.AddHostedService<BusGuard>();
            builder.Services.AddHealthChecks().AddCheck<TopologyKeeper>("topology");
        }
    }

    private static void InMemory(IBusRegistrationContext context, IInMemoryBusFactoryConfigurator memory)
    {
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
        context.GetService<Answers>()?.Receive(rabbit);
        rabbit.UseSubjects(context);
        rabbit.ConfigureEndpoints(context);
    }
}
