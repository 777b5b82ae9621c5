using System.Net;
using LeadRelay.PostbackDispatcher;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>The operator's own networks, as they are changed.</summary>
public sealed class AllowedNetworksTests
{
    private readonly IConfigurationRoot settings = new ConfigurationBuilder().AddInMemoryCollection([new("Postbacks:AllowNetworks", "10.0.0.0/8")]).Build();

    [Theory]
    [InlineData("192.168.0.0/16", "192.168.1.1", "10.1.1.1")]
    [InlineData("192.168.0.0/16,10.1", "10.1.1.1", "192.168.1.1")]
    public void A_change_counts_and_a_bad_one_leaves_what_was(string changed, string allowed, string forbidden)
    {
        var networks = new AllowedNetworks(settings, NullLogger<AllowedNetworks>.Instance);
        Assert.True(networks.Current().Have(IPAddress.Parse("10.1.1.1")));

        settings["Postbacks:AllowNetworks"] = changed;

        Assert.True(networks.Current().Have(IPAddress.Parse(allowed)));
        Assert.False(networks.Current().Have(IPAddress.Parse(forbidden)));
    }

    [Fact]
    public void What_is_taken_away_is_forbidden_again()
    {
        var networks = new AllowedNetworks(settings, NullLogger<AllowedNetworks>.Instance);

        settings["Postbacks:AllowNetworks"] = null;

        Assert.Empty(networks.Current());
    }
}
