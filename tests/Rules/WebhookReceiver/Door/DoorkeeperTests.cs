using System.Net;
using LeadRelay.Configuration;
using LeadRelay.WebhookReceiver;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadRelay.Tests.Rules.WebhookReceiver.Door;

public sealed class DoorkeeperTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("secrets-");
    private readonly Doorkeeper doorkeeper = new(NullLogger<Doorkeeper>.Instance);

    public void Dispose()
    {
        doorkeeper.Dispose();
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("old-secret", true)]
    [InlineData("new-secret", true)]
    [InlineData("old-secre", false)]
    [InlineData("New-secret", false)]
    [InlineData("", false)]
    [InlineData("***", false)]
    public void Two_secrets_are_good_while_one_is_changed_for_the_other(string given, bool isKnown) =>
        Assert.Equal(isKnown, doorkeeper.Knows(Door.Settings() with { Secrets = [Secret("old", "old-secret\n"), Secret("new", "new-secret")] }, given));

    [Fact]
    public void A_secret_that_cannot_be_read_does_not_shut_the_other_out()
    {
        var webhook = Door.Settings() with { Secrets = [new Secret("file:missing", folder.FullName), Secret("new", "new-secret")] };

        Assert.True(doorkeeper.Knows(webhook, "new-secret"));
        Assert.False(doorkeeper.Knows(webhook, ""));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("203.0.113.9", true)]
    [InlineData("::ffff:203.0.113.9", true)]
    [InlineData("203.0.114.9", false)]
    [InlineData("2001:db8::1", true)]
    [InlineData("2001:db9::1", false)]
    public void Callers_come_from_where_the_connection_says(string? caller, bool isAllowed)
    {
        IPNetwork[] networks = caller is null ? [] : [IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("2001:db8::/32")];

        Assert.Equal(isAllowed, Doorkeeper.Allows(Door.Settings() with { Networks = networks }, caller is null ? null : IPAddress.Parse(caller)));
    }

    [Fact]
    public void Guesses_are_counted_by_address_and_by_a_whole_IPv6_network()
    {
        bool Guess(string address) => doorkeeper.Refuse(IPAddress.Parse(address), "");
        Assert.All(Enumerable.Range(0, Doorkeeper.Guesses), i => Assert.True(Guess($"2001:db8::{i:x}")));
        Assert.False(Guess("2001:db8::ffff"));
        Assert.True(Guess("2001:db8:0:1::1"));
        Assert.All(Enumerable.Range(0, Doorkeeper.Guesses), _ => Assert.True(Guess("203.0.113.9")));
        Assert.False(Guess("::ffff:203.0.113.9"));
    }

    [Theory]
    [InlineData("/webhooks/acme/s3cret", "/webhooks/acme/***", "s3cret")]
    [InlineData("/webhooks/acme/s3cret/", "/webhooks/acme/***", "s3cret")]
    [InlineData("/WebHooks/acme/s3/cret", "/WebHooks/acme/***", "s3/cret")]
    [InlineData("//webhooks/acme/s3cret", "//webhooks/acme/***", "s3cret")]
    [InlineData("/webhooks/acme/", null, null)]
    [InlineData("/webhooks/acme", null, null)]
    [InlineData("/health/ready", null, null)]
    [InlineData("", null, null)]
    public void The_secret_is_taken_out_of_the_path(string path, string? masked, string? secret)
    {
        var split = SecretPath.Split(path);

        Assert.Equal((masked, secret), (split?.Path, split?.Secret.Value));
    }

    private Secret Secret(string file, string value)
    {
        File.WriteAllText(Path.Combine(folder.FullName, file), value);
        return new Secret($"file:{file}", folder.FullName);
    }
}
