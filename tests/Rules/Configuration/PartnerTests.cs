using System.Security.Cryptography;
using System.Text;
using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Tests.Rules.Configuration;

public sealed class PartnerTests : IDisposable
{
    private static readonly string Key = new('c', 64);

    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var partner = folder.Config().Partners["buyer"];

        Assert.True(partner.Roles.SetEquals([Role.Partner]));
        Assert.Empty(partner.Postbacks);
        Assert.Empty(partner.Networks);
        Assert.Equal(new RateLimit(6000, 6000), partner.RateLimit);
        Assert.Equal(Convert.FromHexString(new string('a', 64)), partner.KeyHashes[0]);
    }

    [Fact]
    public void A_partner_can_have_two_keys_both_roles_and_postbacks()
    {
        var partner = folder
            .Set(ConfigFolder.Partner, "keys", $"""["sha256:{Key}", "sha256:{new string('D', 64)}"]""")
            .Set(ConfigFolder.Partner, "roles", """["partner", "advertiser"]""")
            .Set(ConfigFolder.Partner, "postbacks", "\"https://t.example/?c={click}\"")
            .Config().Partners["buyer"];

        Assert.Equal(2, partner.KeyHashes.Count);
        Assert.Equal(2, partner.Roles.Count);
        Assert.Equal(Enum.GetValues<StatusEvent>(), partner.Postbacks.Keys.Order());
    }

    [Fact]
    public void A_partner_can_be_bound_to_networks_and_to_a_number_of_calls()
    {
        var partner = folder
            .Set(ConfigFolder.Partner, "networks", """["192.0.2.0/24", "198.51.100.7", "2001:db8::/32", "::1"]""")
            .Set(ConfigFolder.Partner, "rate_limit", """{"per_minute": 60, "burst": 5}""")
            .Set("partners/shop.json", "rate_limit", """{"per_minute": 60}""")
            .Config().Partners["buyer"];

        Assert.Equal(["192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32", "::1/128"], partner.Networks.Select(n => n.ToString()));
        Assert.Equal(new RateLimit(60, 5), partner.RateLimit);
        Assert.Equal(new RateLimit(60, 60), folder.Config().Partners["shop"].RateLimit);
    }

    [Theory]
    [InlineData("networks", "\"10.0.0.0/8\"", "networks", "\"10.0.0.0/8\"", "a list")]
    [InlineData("networks", "[\"10.0.0.0/8\", \"10.0.0.1/8\"]", "networks[1]", "\"10.0.0.1/8\"", "nothing set behind the prefix")]
    [InlineData("networks", "[\"10.1\"]", "networks[0]", "\"10.1\"", "192.0.2.0/24")]
    [InlineData("networks", "[\"10.0.0.0/33\"]", "networks[0]", "\"10.0.0.0/33\"", "192.0.2.0/24")]
    [InlineData("networks", "[\"shop.example\"]", "networks[0]", "\"shop.example\"", "one address")]
    [InlineData("rate_limit", "60", "rate_limit", "60", "an object")]
    [InlineData("rate_limit", "{\"per_minute\": 0}", "rate_limit.per_minute", "0", "from 1 to 1000000")]
    [InlineData("rate_limit", "{\"burst\": 1.5}", "rate_limit.burst", "1.5", "a whole number")]
    [InlineData("rate_limit", "{\"per_second\": 5}", "rate_limit.per_second", null, "not known here")]
    [InlineData("keys", null, "keys", null, "missing")]
    [InlineData("keys", "[]", "keys", null, "at least 1")]
    [InlineData("keys", "\"the-key-itself\"", "keys", null, "a list")]
    [InlineData("keys", "[\"the-key-itself\"]", "keys[0]", null, "SHA-256 of the key")]
    [InlineData("keys", "[\"sha256:abc\"]", "keys[0]", null, "64 hexadecimal digits")]
    [InlineData("keys", "[5]", "keys[0]", null, "a text in quotes")]
    [InlineData("roles", "[]", "roles", "[…]", "at least 1")]
    [InlineData("roles", "[\"partner\", \"admin\"]", "roles[1]", "\"admin\"", "There is: partner, advertiser.")]
    [InlineData("roles", "\"partner\"", "roles", "\"partner\"", "a list")]
    public void These_are_faults(string key, string? json, string at, string? shown, string why)
    {
        var fault = folder.Set(ConfigFolder.Partner, key, json).Fault();

        Assert.Equal((ConfigFolder.Partner, at, shown), (fault.File, fault.Key, fault.Value));
        Assert.Contains(why, fault.Why);
    }

    [Fact]
    public void Two_partners_with_the_same_key_are_a_fault()
    {
        var fault = folder.Set("partners/shop.json", "keys", $"""["sha256:{Key}", "sha256:{new string('A', 64)}"]""").Fault();

        Assert.Equal(("partners/shop.json", "keys[1]"), (fault.File, fault.Key));
        Assert.Contains("Partner buyer has the same key", fault.Why);
    }

    [Theory]
    [InlineData("demo-partner-key")]
    [InlineData("demo-advertiser-key")]
    public void The_samples_keys_are_refused_in_production(string key)
    {
        folder.Set(ConfigFolder.Partner, "keys", $"""["sha256:{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}"]""");

        Assert.Equal("keys[0]", folder.Fault().Key);
        Assert.Empty(folder.Load("embedded").Faults);
    }
}
