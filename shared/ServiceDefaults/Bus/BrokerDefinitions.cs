using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LeadRelay.Bus;

/// <summary>
/// What RabbitMQ loads at its start (<c>load_definitions</c>), before it lets anybody in: a virtual host, the users of
/// <see cref="BrokerRights"/> and what each may do, and the queues of <see cref="Topology"/>, so that each service finds those that are not its own.
/// </summary>
public static class BrokerDefinitions
{
    /// <summary>The last part of <c>Broker__Url</c>.</summary>
    public const string VirtualHost = "leadrelay";

    /// <summary>The one who may look into the management's pages, and who <c>./relayctl queues</c> is.</summary>
    public const string Operator = "operator";

    /// <summary>As JSON. It has no password in it, only salted hashes; the salts are new each time.</summary>
    /// <param name="passwords">By user; each user of <see cref="BrokerRights.Users"/> needs one.</param>
    /// <exception cref="ArgumentException">A user has none.</exception>
    public static string Of(IReadOnlyDictionary<string, string> passwords)
    {
        if (BrokerRights.Users.Keys.Where(user => !passwords.TryGetValue(user, out var password) || password is "").ToList() is { Count: > 0 } without)
            throw new ArgumentException($"Every user of the broker needs a password; {string.Join(", ", without)} has none.", nameof(passwords));
        var exchanges = Topology.Contracts.Keys.Append(typeof(IAudited)).Select(Topology.ExchangeOf).Append(Topology.DeadLetters);
        return JsonSerializer.Serialize(new
        {
            vhosts = new[] { new { name = VirtualHost } },
            users = BrokerRights.Users.Keys.Select(user => new
            {
                name = user,
                password_hash = Hash(passwords[user]),
                hashing_algorithm = "rabbit_password_hashing_sha256",
                tags = user is Operator ? "monitoring" : "",
            }),
            permissions = BrokerRights.Users.Select(user => new { user = user.Key, vhost = VirtualHost, configure = user.Value.Configure, write = user.Value.Write, read = user.Value.Read }),
            exchanges = exchanges.Select(name => new { name, vhost = VirtualHost, type = "fanout", durable = true, auto_delete = false, @internal = false, arguments = new { } }),
            queues = Topology.Bindings.Select(queue => new { name = queue.Key, vhost = VirtualHost, durable = true, auto_delete = false, arguments = Topology.ArgumentsOf(queue.Key) }),
            bindings = Topology.Bindings.SelectMany(queue => queue.Select(exchange => Binding(exchange, queue.Key, "queue")))
                .Concat(Topology.Contracts.Keys.Select(contract => Binding(Topology.ExchangeOf(contract), Topology.ExchangeOf(typeof(IAudited)), "exchange"))),
        }, Readable);
    }

    private static object Binding(string source, string destination, string kind) =>
        new { source, vhost = VirtualHost, destination, destination_type = kind, routing_key = "", arguments = new { } };

    /// <summary>As RabbitMQ wants it: four bytes of salt, and the SHA-256 of salt and password.</summary>
    private static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(4);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };
}
