using MassTransit;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LeadRelay.Bus;

/// <summary>
/// Who must have which message. Every publisher declares all of it that its user may, so that a service that never ran has
/// its queue and nothing is confirmed by the broker and lost.
/// </summary>
public static class Topology
{
    public const string Audit = "audit";
    public const string CrmWriter = "crmwriter";
    public const string PostbackDispatcher = "postbackdispatcher";

    /// <summary>Exchange and queue of what was delivered too often without being acknowledged: docs/decisions/dead-letters.md.</summary>
    public const string DeadLetters = "dead-letters";

    /// <summary>Questions of Intake to the audit. They expire, so nobody but the audit declares it.</summary>
    public const string LeadViews = "audit.views";

    /// <summary>Direct exchange through which answers reach the Intake instance that asked; the routing key is its name.</summary>
    public const string Answers = "intake.answers";

    /// <summary>How often a message may be delivered and not acknowledged: each time a service that has it in hand is killed or loses its connection counts.</summary>
    public const int DeliveryLimit = 20;

    /// <summary>Of the queues of services that act. Over the limit a message leaves for <see cref="DeadLetters"/> only when it has arrived there, which RabbitMQ offers together with reject-publish alone.</summary>
    public static readonly IReadOnlyDictionary<string, object?> Work = new Dictionary<string, object?>
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = DeliveryLimit,
        ["x-dead-letter-exchange"] = DeadLetters,
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    };

    /// <summary>
    /// Of the queues where messages wait for a person, each look at which is a delivery: for these there is no limit, and as
    /// there is no word for that which all of RabbitMQ's versions know, a very high one.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, object?> Kept = new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 1_000_000_000 };

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

    /// <summary>The exchanges from which each queue has its messages.</summary>
    public static readonly ILookup<string, string> Bindings = Contracts
        .SelectMany(contract => contract.Value.Select(queue => (queue, ExchangeOf(contract.Key))))
        .Concat([(Audit, ExchangeOf(typeof(IAudited))), (DeadLetters, DeadLetters)])
        .ToLookup(binding => binding.Item1, binding => binding.Item2);

    /// <summary>Queues with an actor: where a message can be put back.</summary>
    public static readonly IReadOnlyList<string> Endpoints = [Audit, CrmWriter, PostbackDispatcher, LeadViews];

    /// <summary>Queues in which messages wait for a person; all but the first are made by MassTransit for their first message.</summary>
    public static readonly IReadOnlyList<string> ForPeople = [DeadLetters, .. Endpoints.SelectMany(ForPeopleOf)];

    /// <summary>What an endpoint failed at, and what it did not know.</summary>
    public static IEnumerable<string> ForPeopleOf(string endpoint) => [$"{endpoint}_error", $"{endpoint}_skipped"];

    /// <summary>The name that MassTransit gives to the exchange of a contract.</summary>
    public static string ExchangeOf(Type contract) => $"{contract.Namespace}:{contract.Name}";

    /// <summary>How a queue is declared, always and by everybody: RabbitMQ refuses a second way.</summary>
    public static IReadOnlyDictionary<string, object?> ArgumentsOf(string queue) => queue is DeadLetters ? Kept : Work;

    /// <summary>The same for MassTransit.</summary>
    public static void SetArguments(this IRabbitMqQueueConfigurator queue, IReadOnlyDictionary<string, object?> arguments)
    {
        foreach (var name in Work.Keys.Concat(arguments.Keys))
            queue.SetQueueArgument(name, arguments.GetValueOrDefault(name)!); // null takes away what it had
    }

    /// <summary>Makes the bus declare it all before its first publish, and on every new connection.</summary>
    public static void DeclareBeforePublishing(IRabbitMqBusFactoryConfigurator bus, BrokerRights rights)
    {
        bus.DeployPublishTopology = true;
        foreach (var (contract, actors) in Contracts.Append(new(typeof(IAudited), [Audit])).Where(each => rights.MayConfigure(ExchangeOf(each.Key))))
        {
            bus.Publish(contract, publish =>
            {
                foreach (var actor in actors.Where(rights.MayConfigure))
                    ((IRabbitMqMessagePublishTopologyConfigurator)publish).BindQueue(ExchangeOf(contract), actor, queue => queue.SetArguments(Work));
            });
        }
        // What it only hears of as an answer has no exchange of its own here either.
        foreach (var other in typeof(IAudited).Assembly.GetTypes().Where(type => type.IsClass && type.IsPublic && !rights.MayConfigure(ExchangeOf(type))))
            bus.Publish(other, publish => ((IMessagePublishTopologyConfigurator)publish).Exclude = true);
        // A queue for errors is made like the queue that it belongs to unless told otherwise.
        bus.SendTopology.ConfigureErrorSettings = error => error.SetArguments(Kept);
        bus.SendTopology.ConfigureDeadLetterSettings = skipped => skipped.SetArguments(Kept);
    }

    /// <summary>
    /// Declares the same, and where dead letters go, over plain channels: what somebody deleted is back before much is lost.
    /// Of what its user may not declare, it sees whether it is there.
    /// </summary>
    /// <exception cref="OperationInterruptedException">It is missing, or is there with other arguments.</exception>
    public static async Task DeclareAsync(IConnection connection, BrokerRights rights, CancellationToken ct)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        async Task Exchange(string name) => await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: ct);

        var audited = ExchangeOf(typeof(IAudited));
        foreach (var name in new[] { DeadLetters, audited }.Where(rights.MayConfigure))
            await Exchange(name);
        foreach (var contract in Contracts.Keys.Select(ExchangeOf).Where(rights.MayConfigure))
        {
            await Exchange(contract);
            await channel.ExchangeBindAsync(audited, contract, routingKey: "", cancellationToken: ct);
        }
        foreach (var queue in Bindings)
        {
            if (rights.MayConfigure(queue.Key))
            {
                await channel.QueueDeclareAsync(queue.Key, durable: true, exclusive: false, autoDelete: false, ArgumentsOf(queue.Key).ToDictionary(), cancellationToken: ct);
                foreach (var exchange in queue)
                    await channel.QueueBindAsync(queue.Key, exchange, routingKey: "", cancellationToken: ct);
            }
            else if (await CountAsync(connection, queue.Key, ct) is null)
            {
                throw new InvalidOperationException($"The queue {queue.Key} is missing, and this service's user may not make it. Its own service does at its start, and RabbitMQ from its definitions.");
            }
        }
    }

    /// <summary>How many messages are ready in a queue; 0 where the user may not know (RabbitMQ 4.2.6 and later), null when there is no such queue.</summary>
    public static async Task<long?> CountAsync(IConnection connection, string queue, CancellationToken ct)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct); // its own: a refusal closes it
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue, ct)).MessageCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode is Constants.NotFound or Constants.AccessRefused)
        {
            return e.ShutdownReason.ReplyCode is Constants.NotFound ? null : 0;
        }
    }
}
