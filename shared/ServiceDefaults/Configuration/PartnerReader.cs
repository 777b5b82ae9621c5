using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>Reads <c>partners/NAME.json</c>.</summary>
/// <param name="owners">Whose key each hash is; filled while reading, as a key must tell who calls.</param>
internal sealed partial class PartnerReader(Surroundings around, Dictionary<string, string> owners)
{
    private const string Prefix = "sha256:";

    private static readonly HashSet<string> SampleHashes =
        [.. new[] { "demo-partner-key"u8.ToArray(), "demo-advertiser-key"u8.ToArray() }.Select(k => Convert.ToHexStringLower(SHA256.HashData(k)))];

    public Partner Read(string name, Section section) => new(
        name,
        section.Required("keys", n => n.Unshown.List(k => ReadKey(k, name), 1)),
        section.Optional("roles", n => n.List(r => r.Choice<Role>(), 1).ToHashSet(), [Role.Partner]),
        section.Optional("postbacks", n => PostbackReader.Read(n, around), PostbackReader.None))
    {
        Networks = section.Optional("networks", n => n.List(network => network.Network(), 0), []),
        RateLimit = section.Optional("rate_limit", n => n.Object(ReadRateLimit) ?? RateLimit.Default, RateLimit.Default),
    };

    private static RateLimit ReadRateLimit(Section section)
    {
        var perMinute = section.Optional("per_minute", n => n.Whole(1, 1_000_000), RateLimit.Default.PerMinute);
        return new RateLimit(perMinute, section.Optional("burst", n => n.Whole(1, 1_000_000), perMinute));
    }

    private byte[] ReadKey(Node node, string partner)
    {
        if (node.Text(KeyForm(), "sha256: and 64 hexadecimal digits, the SHA-256 of the key, as printf %s \"$KEY\" | sha256sum gives it") is not { } text)
            return null!;
        var hash = text[Prefix.Length..].ToLowerInvariant();
        if (SampleHashes.Contains(hash) && !around.AllowsSamples)
            return node.Fail<byte[]>("This is a sample's key, which everybody knows; make one of your own, or set Profile to sandbox for a trial.");
        return owners.TryAdd(hash, partner)
            ? Convert.FromHexString(hash)
            : node.Fail<byte[]>($"Partner {owners[hash]} has the same key; a key must tell who calls, so give each its own.");
    }

    [GeneratedRegex(@"^sha256:[0-9a-fA-F]{64}\z")]
    private static partial Regex KeyForm();
}
