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

    [Theory]
    [InlineData("77", null, "77", null, "approve")]
    [InlineData("77", "LATER", "77", "LATER", "approve")]
    [InlineData(null, "later", "30", "LATER", "approve")]
    [InlineData("77", null, "8", null, "approve")]
    [InlineData("77", null, "78", null, "unverified")]
    [InlineData(null, "LATER", "30", null, "unverified")]
    [InlineData(null, "LATER", "4", "LATER", "unverified")]
    [InlineData("77", null, null, null, "unverified")]
    public void What_an_operator_released_is_asked_about_too_and_his_word_comes_back_with_the_answer(string? webhook, string? webhooksGroup, string? status, string? group, string told)
    {
        var cause = Builders.Changed(statusId: webhook) with { StatusGroup = webhooksGroup };
        Assert.True(Decide(StatusChange.Of(Builders.NewId(), cause) with { Released = new MappedStatus("bought", StatusEvent.Approve) }).Verify);
        Assert.False(Decide(StatusChange.Of(Builders.NewId(), cause) with { Released = new MappedStatus("callback", StatusEvent.Hold) }).Verify);

        var decision = Decide(StatusChange.Of(Answer(new OrderVerificationRequested(cause.About, Builders.NewId(), cause, Builders.Now, "bought", StatusEvent.Approve), status, group, null, null)));

        Assert.False(decision.Verify || decision.Held);
        Assert.Equal(told, Changes.Told(decision));
        Assert.Equal("operator", decision.Events[0].Message switch { PostbackDue due => due.Rule, PostbackSkipped skipped => skipped.Rule, _ => null });
    }

    [Fact]
    public void A_map_that_has_the_status_by_the_time_of_the_answer_goes_before_the_operators_word()
    {
        var cause = Builders.Changed(statusId: "4");
        Assert.Equal("cancel", Changes.Told(Decide(StatusChange.Of(Answer(
            new OrderVerificationRequested(cause.About, Builders.NewId(), cause, Builders.Now, "bought", StatusEvent.Approve), "4", null, null, null)))));
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
        return StatusChange.Of(Answer(new OrderVerificationRequested(cause.About, Builders.NewId(), cause, Builders.Now), status, group, reward, fault));
    }

    private static OrderVerified Answer(OrderVerificationRequested asked, string? status, string? group, Reward? reward, string? fault) =>
        new(asked.About, asked, status, group, reward, fault, null, Builders.Now);

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
