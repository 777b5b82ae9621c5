using System.Net;
using LeadRelay.PostbackDispatcher;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>Which addresses postbacks may go to, each range with its neighbours.</summary>
public class AddressGuardTests
{
    [Theory]
    // This network, private, shared
    [InlineData("0.0.0.0"), InlineData("0.255.255.255"), InlineData("10.0.0.0"), InlineData("10.255.255.255"), InlineData("100.64.0.0"), InlineData("100.127.255.255")]
    [InlineData("172.16.0.0"), InlineData("172.31.255.255"), InlineData("192.168.0.0"), InlineData("192.168.255.255"), InlineData("100.100.100.200")]
    // Loopback, link-local
    [InlineData("127.0.0.0"), InlineData("127.0.0.1"), InlineData("127.255.255.255"), InlineData("169.254.0.0"), InlineData("169.254.169.254"), InlineData("169.254.255.255")]
    // Protocols, documentation, relays, benchmarks, Azure's host
    [InlineData("192.0.0.0"), InlineData("192.0.0.255"), InlineData("192.0.2.0"), InlineData("192.0.2.255"), InlineData("198.51.100.0"), InlineData("198.51.100.255")]
    [InlineData("203.0.113.0"), InlineData("203.0.113.255"), InlineData("192.88.99.0"), InlineData("192.88.99.255"), InlineData("198.18.0.0"), InlineData("198.19.255.255"), InlineData("168.63.129.16")]
    // Multicast, reserved, broadcast
    [InlineData("224.0.0.0"), InlineData("239.255.255.255"), InlineData("240.0.0.0"), InlineData("255.255.255.254"), InlineData("255.255.255.255")]
    // IPv6: unspecified, loopback, discard, local, multicast
    [InlineData("::"), InlineData("::1"), InlineData("100::"), InlineData("fc00::"), InlineData("fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), InlineData("fd00:ec2::254")]
    [InlineData("fe80::1"), InlineData("fe80::1%1"), InlineData("febf::1"), InlineData("fec0::1"), InlineData("feff::1"), InlineData("ff00::1"), InlineData("ff02::1")]
    [InlineData("1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), InlineData("4000::"), InlineData("5f00::1")]
    // IPv4 in IPv6: mapped, compatible, translated, in public addresses, too
    [InlineData("::ffff:127.0.0.1"), InlineData("::ffff:8.8.8.8"), InlineData("::127.0.0.1"), InlineData("::8.8.8.8"), InlineData("::ffff:0:127.0.0.1")]
    [InlineData("64:ff9b::127.0.0.1"), InlineData("64:ff9b::8.8.8.8"), InlineData("64:ff9b:1::1")]
    // Inside what is public: Teredo and the protocols around it, documentation, 6to4, ISATAP
    [InlineData("2001::"), InlineData("2001:0:7f00:1::"), InlineData("2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"), InlineData("2001:db8::"), InlineData("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("2002::"), InlineData("2002:7f00:1::1"), InlineData("2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), InlineData("3fff::"), InlineData("3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("2a00:1450:4001::5efe:127.0.0.1"), InlineData("2a00:1450:4001::200:5efe:10.0.0.1")]
    public void An_address_that_is_not_public_is_not_called(string address) =>
        Assert.Equal("Its host is not a public address.", AddressGuard.FaultOf(IPAddress.Parse(address), 443, []));

    [Theory]
    [InlineData("1.0.0.0"), InlineData("9.255.255.255"), InlineData("11.0.0.0"), InlineData("100.63.255.255"), InlineData("100.128.0.0"), InlineData("126.255.255.255"), InlineData("128.0.0.0")]
    [InlineData("169.253.255.255"), InlineData("169.255.0.0"), InlineData("172.15.255.255"), InlineData("172.32.0.0"), InlineData("191.255.255.255"), InlineData("192.0.1.0")]
    [InlineData("192.0.1.255"), InlineData("192.0.3.0"), InlineData("192.88.98.255"), InlineData("192.88.100.0"), InlineData("192.167.255.255"), InlineData("192.169.0.0")]
    [InlineData("198.17.255.255"), InlineData("198.20.0.0"), InlineData("198.51.99.255"), InlineData("198.51.101.0"), InlineData("203.0.112.255"), InlineData("203.0.114.0")]
    [InlineData("168.63.129.15"), InlineData("168.63.129.17"), InlineData("223.255.255.255"), InlineData("8.8.8.8")]
    [InlineData("2000::"), InlineData("2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), InlineData("2001:200::"), InlineData("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff"), InlineData("2001:db9::")]
    [InlineData("2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), InlineData("2003::"), InlineData("3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), InlineData("3fff:1000::")]
    [InlineData("2a00:1450:4001::5eff:127.0.0.1"), InlineData("2a00:1450:4001::100:5efe:127.0.0.1"), InlineData("2606:4700:4700::1111")]
    public void Its_neighbour_that_is_public_is_called(string address) => Assert.Null(AddressGuard.FaultOf(IPAddress.Parse(address), 443, []));

    [Theory]
    [InlineData(80, true), InlineData(443, true), InlineData(8080, true), InlineData(8443, true)]
    [InlineData(0, false), InlineData(22, false), InlineData(25, false), InlineData(81, false), InlineData(6379, false), InlineData(8081, false), InlineData(27017, false), InlineData(65535, false)]
    public void Only_the_ports_of_web_servers_are_called(int port, bool expected)
    {
        var fault = AddressGuard.FaultOf(IPAddress.Parse("8.8.8.8"), port, []);

        Assert.Equal(expected ? null : "Its port is none of 80, 443, 8080, 8443.", fault);
    }

    [Theory]
    [InlineData("10.1.0.0/16", "10.1.2.3", true)]
    [InlineData("10.1.0.0/16", "::ffff:10.1.2.3", true)]
    [InlineData("10.1.0.0/16", "10.2.0.0", false)]
    [InlineData("10.1.0.0/16", "::10.1.2.3", false)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    [InlineData("127.0.0.0/8", "::1", false)]
    [InlineData("fd00::/8", "fd12::1", true)]
    [InlineData("8.8.8.0/24", "8.8.8.8", true)]
    public void The_operators_own_networks_are_called_on_any_port(string allowed, string address, bool expected) =>
        Assert.Equal(expected, AddressGuard.FaultOf(IPAddress.Parse(address), 9999, Networks.Parse("Postbacks__AllowNetworks", allowed)) is null);
}
