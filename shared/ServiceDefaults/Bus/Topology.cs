using MassTransit;
using RabbitMQ.Client;

namespace LeadRelay.Bus;

/// <summary>
/// Who must have which message. Every publisher declares all of it, so that a service that never ran has its queue and
/// nothing is confirmed by the broker and lost.
/// </summary>
public static class Topology
{
    public const string Audit = "audit";
    public const string CrmWriter = "crmwriter";
    public const string PostbackDispatcher = "postbackdispatcher";

    /// <summary>Questions of Intake to the audit. They expire, so nobody but the audit declares it.</summary>
    public const string LeadViews = "audit.views";

    /// <summary>Direct exchange through which answers reach the Intake instance that asked; the routing key is its name.</summary>
    public const string Answers = "intake.answers";

    private static readonly Dictionary<Type, string[]> Actors = new()
    {
        [typeof(LeadSubmitted)] = [CrmWriter],
        [typeof(StatusUpdateRequested)] = [CrmWriter],
        [typeof(OrderVerificationRequested)] = [CrmWriter],
        [typeof(ResolveInDoubt)] = [CrmWriter],
        [typeof(OrderCreated)] = [PostbackDispatcher],
        [typeof(OrderVerified)] = [PostbackDispatcher],
        [typeof(OrderStatusChanged)] = [PostbackDispatcher, CrmWriter],
        [typeof(ForgetPerson)] = [CrmWriter, PostbackDispatcher],
    };

    /// <summary>Every contract, with the queues of the services that act on it. The audit's queue has them all.</summary>
    public static readonly IReadOnlyDictionary<Type, string[]> Contracts = typeof(IAudited).Assembly.GetTypes()
        .Where(type => type.IsClass && type.IsAssignableTo(typeof(IAudited)))
        .ToDictionary(type => type, type => Actors.GetValueOrDefault(type) ?? []);

    /// <summary>The name that MassTransit gives to the exchange of a contract.</summary>
    public static string ExchangeOf(Type contract) => $"{contract.Namespace}:{contract.Name}";

    /// <summary>Makes the bus declare it all before its first publish, and on every new connection.</summary>
    public static void DeclareBeforePublishing(IRabbitMqBusFactoryConfigurator bus)
    {
        bus.DeployPublishTopology = true;
        foreach (var (contract, actors) in Contracts.Append(new(typeof(IAudited), [Audit])))
        {
            bus.Publish(contract, publish =>
            {
                foreach (var actor in actors)
                    ((IRabbitMqMessagePublishTopologyConfigurator)publish).BindQueue(ExchangeOf(contract), actor, queue => queue.SetQuorumQueue());
            });
        }
    }

    /// <summary>Declares the same over a plain channel: what somebody deleted is back before much is lost.</summary>
    public static async Task DeclareAsync(IChannel channel, CancellationToken ct)
    {
        async Task Exchange(string name) =>
            await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: ct);

        async Task Queue(string name, string exchange)
        {
            await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false,
                new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: ct);
            await channel.QueueBindAsync(name, exchange, routingKey: "", cancellationToken: ct);
        }

        var audited = ExchangeOf(typeof(IAudited));
        await Exchange(audited);
        await Queue(Audit, audited);
        foreach (var (contract, actors) in Contracts)
        {
            await Exchange(ExchangeOf(contract));
            await channel.ExchangeBindAsync(audited, ExchangeOf(contract), routingKey: "", cancellationToken: ct);
            foreach (var actor in actors)
                await Queue(actor, ExchangeOf(contract));
        }
    }
}
