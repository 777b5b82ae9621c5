namespace LeadRelay.Tests.EndToEnd;

public enum RelayShape
{
    /// <summary>One process that has all five services.</summary>
    Standalone,

    /// <summary>Five services, each a process.</summary>
    Processes,
}

/// <summary>How a relay for a test is to be.</summary>
public sealed record RelayOptions
{
    /// <summary>The services, in the order they are started.</summary>
    public static IReadOnlyList<string> AllServices { get; } = ["Intake", "CrmWriter", "WebhookReceiver", "PostbackDispatcher", "AuditStore"];

    public RelayShape Shape { get; init; } = RelayShape.Standalone;

    /// <summary>A virtual host of a RabbitMQ; null means in memory, unless <see cref="Node"/> is given.</summary>
    public Uri? BrokerUrl { get; init; }

    /// <summary>A node in which the relay makes a virtual host of its own, and drops it at the end.</summary>
    public RabbitNode? Node { get; init; }

    /// <summary>How many of each service to start; 1 if not said. Replicas share the data folder and have ports of their own.</summary>
    public IReadOnlyDictionary<string, int> Replicas { get; init; } = new Dictionary<string, int>();

    /// <summary>Further settings by service; those under <c>*</c> are everybody's (the Sandbox's, too). The standalone process gets those of all services.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Environment { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>The services to start at once; the others with <see cref="Relay.StartServiceAsync"/>. Only for processes.</summary>
    public IReadOnlyList<string> Services { get; init; } = AllServices;

    /// <summary>Changes the copy of <c>config/</c>, whose path it is given, before anything starts.</summary>
    public Action<string>? Configure { get; init; }
}
