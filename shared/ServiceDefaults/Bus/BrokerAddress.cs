using RabbitMQ.Client;

namespace LeadRelay.Bus;

/// <summary>Where the broker is: <c>Broker__Url</c>, empty or <c>memory://</c> for in-memory, <c>amqp://</c> or <c>amqps://</c> for RabbitMQ.</summary>
/// <param name="Url">Null means in-memory.</param>
public sealed record BrokerAddress(Uri? Url)
{
    /// <exception cref="InvalidOperationException">The setting is none of these.</exception>
    public static BrokerAddress Parse(string? setting) =>
        string.IsNullOrWhiteSpace(setting) || setting.StartsWith("memory:", StringComparison.OrdinalIgnoreCase)
            ? new BrokerAddress((Uri?)null)
            : Uri.TryCreate(setting, UriKind.Absolute, out var url) && url.Scheme is "amqp" or "amqps"
                ? new BrokerAddress(url)
                : throw new InvalidOperationException("Broker__Url must be empty, memory://, amqp://… or amqps://….");

    /// <summary>A connection beside the bus, for what must not depend on it.</summary>
    /// <param name="name">As the broker's management shows it.</param>
    /// <exception cref="RabbitMQ.Client.Exceptions.BrokerUnreachableException">There is none to be had.</exception>
    public Task<IConnection> ConnectAsync(string name, CancellationToken ct = default) =>
        new ConnectionFactory { Uri = Url!, ClientProvidedName = name, AutomaticRecoveryEnabled = false }.CreateConnectionAsync(ct);
}
