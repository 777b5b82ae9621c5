using System.Net;
using System.Net.Sockets;

namespace LeadRelay;

/// <summary>
/// Where postbacks may go. Their URLs come from partners, so nothing but the public internet is called: whoever could make
/// the relay call its own network would read it through the answers. Registries: IANA's special-purpose addresses.
/// </summary>
public static class AddressGuard
{
    /// <summary>What web servers listen on. Others are left alone: a URL can be written so that mail servers and stores obey it.</summary>
    public static readonly IReadOnlyList<int> Ports = [80, 443, 8080, 8443];

    private static readonly IReadOnlyList<IPNetwork> NotPublic = Networks.Parse(nameof(NotPublic),
        "0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.0.0.0/24,192.0.2.0/24,192.88.99.0/24,192.168.0.0/16,"
        + "198.18.0.0/15,198.51.100.0/24,203.0.113.0/24,224.0.0.0/3,"
        // Public by its number, but every machine in Azure has a host of its own behind it, which hands out credentials.
        + "168.63.129.16,"
        // Teredo and other protocols, documentation, 6to4, documentation.
        + "2001::/23,2001:db8::/32,2002::/16,3fff::/20");

    /// <summary>All of IPv6 that is routed in public; mapped, compatible, translated (NAT64), local and multicast ones lie outside.</summary>
    private static readonly IPNetwork PublicIPv6 = IPNetwork.Parse("2000::/3");

    /// <summary>Why an address must not be called, as a sentence without the address, which partners are not to learn; null when it may be.</summary>
    /// <param name="allowed">The operator's own networks: any address and any port there.</param>
    /// <param name="ports">For tests, whose servers cannot choose their ports; otherwise <see cref="Ports"/>.</param>
    public static string? FaultOf(IPAddress address, int port, IReadOnlyList<IPNetwork> allowed, IReadOnlyList<int>? ports = null) =>
        allowed.Have(address) ? null
        : !IsPublic(address) ? "Its host is not a public address."
        : !(ports ?? Ports).Contains(port) ? $"Its port is none of {string.Join(", ", ports ?? Ports)}."
        : null;

    // Networks take a mapped address for the IPv4 one that is in it; nobody has a reason to write his that way.
    private static bool IsPublic(IPAddress address) =>
        !NotPublic.Have(address) && (address.AddressFamily is AddressFamily.InterNetwork || (!address.IsIPv4MappedToIPv6 && PublicIPv6.Contains(address) && !IsTunnel(address)));

    /// <summary>ISATAP: an IPv4 address in the lower half of any IPv6 network.</summary>
    private static bool IsTunnel(IPAddress address) => address.GetAddressBytes().AsSpan(8, 4) is [0 or 2, 0, 0x5e, 0xfe];
}
