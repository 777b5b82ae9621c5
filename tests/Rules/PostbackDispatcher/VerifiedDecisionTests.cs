using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.PostbackDispatcher;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>Before money is reported SalesRender is asked, where the connection says so.</summary>
public sealed class VerifiedDecisionTests
{
    private static readonly RelayConfig Config = Verifying();

    [Theory]
    [InlineData("3", true)]
    [InlineData("4", false)]
    [InlineData("9", false)]
    [InlineData("77", false)]
    public void Only_what_would_be_posted_as_an_approval_is_asked_about(string status, bool isAsked)
    {
        var decision = Decide(Changes.Change(status));

        Assert.Equal(isAsked, decision.Verify);
        Assert.Equal(isAsked, decision is { Deliveries: [], Events: [] });
    }

    [Fact]
    public void A_repeat_is_not_asked_about() =>
        Assert.Equal("repeat", Changes.Told(Decision.For(Changes.Order(Changes.Sent(StatusEvent.Approve)), Changes.Change("3"), Config, Builders.Now)));

    [Theory]
    [InlineData("3", null, null, "approve")]
    [InlineData("30", "LATER", null, "unverified")]
    [InlineData("8", null, null, "approve")]
    [InlineData("4", null, null, "unverified")]
    [InlineData("9", null, null, "unverified")]
    [InlineData(null, null, null, "unverified")]
    [InlineData(null, null, "Gone.", "unverified")]
    public void SalesRenders_own_word_decides(string? status, string? group, string? fault, string told)
    {
        var decision = Decide(Verified("3", status, group, null, fault));

        Assert.False(decision.Verify);
        Assert.Equal(told, Changes.Told(decision));
    }

    [Fact]
    public void The_reward_is_SalesRenders_and_never_the_webhooks()
    {
        Assert.Equal((7m, "EUR"), Paid(Verified("3", "3", null, new Reward(7, "EUR"))));
        Assert.Equal((20m, "USD"), Paid(Verified("3", "3", null, null)));
    }

    private static (decimal?, string?) Paid(StatusChange change) => (Decide(change).Delivery!.Payout, Decide(change).Delivery!.Currency);

    private static Decision Decide(StatusChange change) => Decision.For(Changes.Order(), change, Config, Builders.Now);

    private static StatusChange Verified(string webhook, string? status, string? group, Reward? reward, string? fault = null)
    {
        var cause = Builders.Changed(statusId: webhook) with { Reward = new Reward(999, "USD") };
        return StatusChange.Of(new OrderVerified(cause.About, new OrderVerificationRequested(cause.About, Builders.NewId(), cause, Builders.Now), status, group, reward, fault, null, Builders.Now));
    }

    private static RelayConfig Verifying()
    {
        var campaign = Builders.Campaign();
        campaign = campaign with { StatusMap = new StatusMap(new Dictionary<string, MappedStatus?>(campaign.StatusMap.Entries) { ["8"] = new("shipped", StatusEvent.Approve) }) };
        var webhook = new WebhookSettings([], new Dictionary<WebhookField, IReadOnlyList<string>>(), RewardUnit.Major) { Verify = true };
        return Builders.Config(campaign) with
        {
            Connections = new Dictionary<string, Connection> { ["main"] = new("main", new Uri("https://crm.example"), "7", new Secret("env:X", ""), null, TimeSpan.FromSeconds(1), webhook) },
        };
    }
}
