namespace LeadRelay.Tests.EndToEnd;

/// <summary>
/// A way to run the relay. A test class that is to hold for every way is written once, abstract, over the kind:
/// <code>
/// public abstract class Leads&lt;TKind&gt;(RelayOf&lt;TKind&gt; shared) : IClassFixture&lt;RelayOf&lt;TKind&gt;&gt; where TKind : IRelayKind { … }
/// public sealed class Leads_in_memory(RelayOf&lt;InMemory&gt; shared) : Leads&lt;InMemory&gt;(shared);
/// public sealed class Leads_on_RabbitMQ(RelayOf&lt;OnRabbitMq&gt; shared) : Leads&lt;OnRabbitMq&gt;(shared);
/// </code>
/// </summary>
public interface IRelayKind
{
    /// <summary>A relay of this kind; of the options given, shape and broker are the kind's.</summary>
    static abstract Task<Relay> StartAsync(RelayOptions? options = null);
}

/// <summary>One process, and the broker in its memory.</summary>
public sealed class InMemory : IRelayKind
{
    public static Task<Relay> StartAsync(RelayOptions? options = null) =>
        Relay.StartAsync((options ?? new RelayOptions()) with { Shape = RelayShape.Standalone, BrokerUrl = null, Node = null });
}

/// <summary>Five processes on the run's RabbitMQ.</summary>
public sealed class OnRabbitMq : IRelayKind
{
    public static async Task<Relay> StartAsync(RelayOptions? options = null) =>
        await Relay.StartAsync((options ?? new RelayOptions()) with { Shape = RelayShape.Processes, BrokerUrl = null, Node = await RabbitNode.SharedAsync() });
}

/// <summary>One relay for all the tests of a class.</summary>
public sealed class RelayOf<TKind> : IAsyncLifetime
    where TKind : IRelayKind
{
    public Relay Relay { get; private set; } = null!;

    public async Task InitializeAsync() => Relay = await TKind.StartAsync();

    public async Task DisposeAsync()
    {
        if (Relay is not null)
            await Relay.DisposeAsync();
    }
}
