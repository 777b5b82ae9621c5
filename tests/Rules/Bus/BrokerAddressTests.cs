using LeadRelay.Bus;
using Microsoft.Extensions.Configuration;

namespace LeadRelay.Tests.Rules.Bus;

/// <summary>The broker's address and its certificates, in the settings.</summary>
public class BrokerAddressTests
{
    [Theory]
    [InlineData("http://host", null, null, null, "Broker__Url must be")]
    [InlineData("amqp://host", "ca.pem", null, null, "are for a Broker__Url with amqps://")]
    [InlineData("amqps://host", null, "relay.pem", null, "belong together")]
    [InlineData("amqps://host", null, null, "key.pem", "belong together")]
    [InlineData("amqps://host", "/nowhere/ca.pem", null, null, "Broker__CaFile /nowhere/ca.pem cannot be used")]
    [InlineData("amqps://host", null, "/nowhere/relay.pem", "/nowhere/key.pem", "Broker__CertificateFile /nowhere/relay.pem cannot be used")]
    [InlineData("amqps://host", "/dev/null", null, null, "Broker__CaFile /dev/null has no certificate in it")]
    public void What_cannot_be_used_is_refused_at_the_start_with_the_reason(string url, string? authority, string? certificate, string? key, string expected)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(
            [new("Broker:Url", url), new("Broker:CaFile", authority), new("Broker:CertificateFile", certificate), new("Broker:KeyFile", key)]).Build();

        Assert.Contains(expected, Assert.Throws<InvalidOperationException>(() => BrokerAddress.Of(settings)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("memory://", false)]
    [InlineData("amqp://host", false)]
    [InlineData("amqps://host", true)]
    public void Only_amqps_is_over_TLS_and_its_name_is_verified(string url, bool expected)
    {
        var tls = BrokerAddress.Of(new ConfigurationBuilder().AddInMemoryCollection([new("Broker:Url", url)]).Build()).Tls;

        Assert.Equal(expected, tls is { Enabled: true, ServerName: "host", AcceptablePolicyErrors: System.Net.Security.SslPolicyErrors.None });
    }
}
