using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Tests.Rules.Configuration;

/// <summary>The samples are what people start from: they must load as they are, and must not be usable in earnest.</summary>
public class SampleTests
{
    [Theory]
    [InlineData("embedded")]
    [InlineData("sandbox")]
    public void Samples_load_without_faults_for_trying(string profile)
    {
        var result = ConfigLoader.Load(Samples.Folder, profile);

        Assert.Empty(result.Faults);
        var demo = result.Config!.Campaigns["demo"];
        Assert.Equal(5, demo.Postbacks.Count);
        Assert.Equal("http://127.0.0.1:8090", Assert.Single(demo.Postbacks[StatusEvent.Approve]).Target);
        Assert.Equal(new MappedStatus("accepted", StatusEvent.Approve), demo.StatusMap.Entries["3"]);
        Assert.Equal(new Payout(12.50m, "EUR"), demo.Payout);
        Assert.Equal("demo-webhook-secret", result.Config.Connections["sandbox"].Webhook.Secrets[0].Reveal());
        Assert.True(result.Config.Partners["demo-advertiser"].Roles.SetEquals([Role.Advertiser]));
    }

    [Theory]
    [InlineData("production")]
    [InlineData("prodution")]
    [InlineData("")]
    public void Samples_are_refused_under_any_other_profile(string profile)
    {
        var result = ConfigLoader.Load(Samples.Folder, profile);

        Assert.Null(result.Config);
        Assert.Equal(
            ["connections/sandbox.json webhook.secrets[0]", "partners/demo-advertiser.json keys[0]", "partners/demo-partner.json keys[0]"],
            result.Faults.Select(f => $"{f.File} {f.Key}").Order());
        Assert.All(result.Faults, f => Assert.Contains("everybody knows", f.Why));
    }

    [Fact]
    public void The_keitaro_sample_makes_the_documented_url()
    {
        var keitaro = ConfigLoader.Load(Samples.Folder, "embedded").Config!.Trackers["keitaro"];

        Assert.Equal(
            "https://tracker.example/KEY/postback?subid={click_id}&status={status}&tid={tid}&payout={payout}&currency={currency}",
            keitaro.UrlFor(StatusEvent.Approve, "https://tracker.example/KEY/", new Dictionary<string, string>()));
        Assert.Equal(
            "https://tracker.example/KEY/postback?subid={click_id}&status={status}&tid={tid}",
            keitaro.UrlFor(StatusEvent.Trash, "https://tracker.example/KEY", new Dictionary<string, string>()));
    }
}
