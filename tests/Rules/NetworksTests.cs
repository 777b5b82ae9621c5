using System.Net;

namespace LeadRelay.Tests.Rules;

public sealed class NetworksTests
{
    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.255", true)]
    [InlineData("192.0.2.0/24", "192.0.3.0", false)]
    [InlineData("192.0.2.0/24", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("0.0.0.0/0", "203.0.113.1", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::", false)]
    [InlineData("2001:db8::/32, 192.0.2.0/24,", "192.0.2.1", true)]
    [InlineData("", "192.0.2.1", false)]
    [InlineData(null, "192.0.2.1", false)]
    [InlineData("192.0.2.0/24", null, false)]
    public void An_address_is_in_a_network_or_not(string? networks, string? address, bool expected) =>
        Assert.Equal(expected, Networks.Parse("Some__Setting", networks).Have(address is null ? null : IPAddress.Parse(address)));

    [Theory]
    [InlineData("10.1"), InlineData("1"), InlineData("0x7f.0.0.1"), InlineData("010.0.0.0/8"), InlineData("10.0.0.1/8"), InlineData("10.0.0.0/33"), InlineData("10.0.0.0/"), InlineData("10.0.0.0/8/8"), InlineData("localhost"), InlineData("2001:db8::1/32")]
    public void What_is_no_network_or_could_be_read_differently_is_not_taken(string text) =>
        Assert.Contains("Some__Setting", Assert.Throws<InvalidOperationException>(() => Networks.Parse("Some__Setting", text)).Message);
}
