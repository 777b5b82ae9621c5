using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LeadRelay.Bus;

namespace LeadRelay.Relayctl;

/// <summary>The file RabbitMQ reads at each start: the virtual host, and a user for each service with its rights.</summary>
internal static class SetupBroker
{
    public static string Definitions(IReadOnlyDictionary<string, string> passwords) => JsonSerializer.Serialize(new
    {
        vhosts = new[] { new { name = "leadrelay" } },
        users = passwords.Select(user => new { name = user.Key, password_hash = Hash(user.Value), hashing_algorithm = "rabbit_password_hashing_sha256", tags = user.Key is "operator" ? "monitoring" : "" }),
        permissions = BrokerRights.Users.Select(user => new { user = user.Key, vhost = "leadrelay", configure = user.Value.Configure, write = user.Value.Write, read = user.Value.Read }),
    });

    /// <summary>As RabbitMQ keeps passwords: a salt, and SHA-256 of salt and password. The salt follows from the password, so that the same passwords make the same file.</summary>
    private static string Hash(string password)
    {
        var salt = SHA256.HashData(Encoding.UTF8.GetBytes($"salt {password}"))[..4];
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }
}
