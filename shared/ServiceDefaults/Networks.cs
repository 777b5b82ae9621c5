using System.Net;
using System.Net.Sockets;

namespace LeadRelay;

/// <summary>Lists of networks, in CIDR notation or as single addresses.</summary>
public static class Networks
{
    /// <summary>Reads <c>192.0.2.0/24</c>, <c>2001:db8::/32</c> or one address. Short forms such as <c>10.1</c> are not taken: people read them differently.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        var (first, bits) = text.Trim().Split('/', 2) is [var left, var right] ? (left, right) : (text.Trim(), null);
        if (!IPAddress.TryParse(first, out var address) || (address.AddressFamily is AddressFamily.InterNetwork && first != address.ToString()))
            return false;
        bits ??= address.AddressFamily is AddressFamily.InterNetwork ? "32" : "128";
        return IPNetwork.TryParse($"{address}/{bits}", out network) && network.BaseAddress.Equals(address);
    }

    /// <summary>Reads a setting: networks separated by commas; empty means none.</summary>
    /// <exception cref="InvalidOperationException">One of them is no network.</exception>
    public static IReadOnlyList<IPNetwork> Parse(string setting, string? value) =>
        [.. (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(text => TryParse(text, out var network)
            ? network
            : throw new InvalidOperationException($"{setting} has {text}, which is no network: write 192.0.2.0/24 or one address, several separated by commas."))];

    /// <summary>Whether an address is in one of them; an IPv4 address in its IPv6 form is the IPv4 address.</summary>
    public static bool Have(this IReadOnlyList<IPNetwork> networks, IPAddress? address)
    {
        var plain = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return plain is not null && networks.Any(network => network.Contains(plain));
    }
}
