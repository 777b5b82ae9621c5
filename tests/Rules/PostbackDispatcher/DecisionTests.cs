using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.PostbackDispatcher;
using static LeadRelay.Tests.Rules.PostbackDispatcher.Changes;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>What one status change of a new order leads to.</summary>
public class DecisionTests
{
    [Theory]
    [InlineData("1", null, "wait")]
    [InlineData("2", null, "hold")]
    [InlineData("3", null, "approve")]
    [InlineData("4", null, "cancel")]
    [InlineData("5", null, "trash")]
    [InlineData("6", null, "hold")]
    [InlineData("3", "SPAM", "approve")]
    [InlineData("77", "SPAM", "trash")]
    [InlineData(null, "spam", "trash")]
    [InlineData("9", null, "ignored")]
    [InlineData("9", "SPAM", "ignored")]
    [InlineData("77", null, "held")]
    [InlineData("77", "APPROVED", "held")]
    [InlineData(null, "APPROVED", "held")]
    [InlineData("accepted", null, "held")]
    [InlineData(null, null, "no_status")]
    public void A_status_is_what_the_map_says_and_nothing_else(string? statusId, string? group, string told) =>
        Assert.Equal(told, Told(Decide(Order(), Change(statusId, group: group))));

    [Fact]
    public void A_delivery_carries_all_that_a_postback_needs()
    {
        var change = Change("4", at: 12_345, comment: "too dear", reward: new Reward(1, "PLN"));

        var delivery = Decide(Order(), change).Delivery!;

        Assert.Equal((Target, StatusEvent.Cancel, "rejected", 12_345, "too dear"), (delivery.Target, delivery.Event, delivery.Label, delivery.Sequence, delivery.Comment));
        Assert.Equal((change.MessageId, change.At), (delivery.CauseId, delivery.ChangedAt));
    }

    [Fact]
    public void A_status_that_the_map_lacks_is_held_with_a_sentence_that_names_it()
    {
        var (order, change) = (Order(), Change("77", comment: "hm"));

        var decision = Decide(order, change);

        Assert.True(decision.Held);
        Assert.Null(decision.Delivery);
        Assert.Same(order.Targets, decision.Targets);
        var held = Assert.IsType<PostbackHeld>(Assert.Single(decision.Events).Message);
        Assert.Equal(("77", "hm", 10_000, order.About), (held.StatusId, held.Comment, held.Sequence, held.About));
        Assert.Contains("\"77\"", held.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_without_a_template_is_not_sent() =>
        Assert.Equal("not_subscribed", Told(Decide(Order(), Change("4"), Builders.Campaign(silent: StatusEvent.Cancel))));

    [Fact]
    public void The_partners_template_is_used_where_the_campaign_has_none()
    {
        var campaign = Builders.Campaign(silent: Enum.GetValues<StatusEvent>());
        var partner = new Partner("buyer", [], new HashSet<Role>(), new Dictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> { [StatusEvent.Approve] = [Builders.Template("https://global.example/?c={click_id}")] });
        var config = Builders.Config(campaign) with { Partners = new Dictionary<string, Partner> { ["buyer"] = partner } };

        Assert.Equal("https://global.example", Decision.For(Order(), Change("3"), config, Builders.Now).Delivery?.Target);
        Assert.Null(Decision.For(Order(), Change("4"), config, Builders.Now).Delivery);
    }

    [Fact]
    public void Without_a_click_id_nothing_is_sent()
    {
        var order = Order() with { About = Builders.About(Builders.NewId(), "1001", clickId: null) };

        Assert.Equal("no_click_id", Told(Decide(order, Change("3"))));
        Assert.Equal("held", Told(Decide(order, Change("77"))));
        Assert.Equal("ignored", Told(Decide(order, Change("9"))));
    }

    [Fact]
    public void A_campaign_that_is_gone_sends_nothing() =>
        Assert.Equal("campaign_gone", Told(Decision.For(Order(), Change("3"), Builders.Config(), Builders.Now)));

    [Fact]
    public void An_order_of_no_campaign_sends_nothing() =>
        Assert.Equal("campaign_gone", Told(Decide(Order() with { About = new Subject(Connection: "main", OrderId: "1001") }, Change("3"))));

    [Theory]
    [InlineData("3")]
    [InlineData("77")]
    [InlineData("9")]
    public void The_same_question_gets_the_same_answer_and_the_same_ids(string statusId)
    {
        var (order, change) = (Order(Sent(StatusEvent.Hold), Builders.Postback(5_000)), Change(statusId));

        var (one, other) = (Decide(order, change), Decide(order, change));

        Assert.Equal(one.Delivery, other.Delivery);
        Assert.Equal(one.Events, other.Events);
        Assert.All(one.Events, e => Assert.Equal(5, e.Id.Version));
        Assert.Equal(one.Events.Count, one.Events.Select(e => e.Id).Distinct().Count());
    }

    [Fact]
    public void Another_message_gets_other_ids()
    {
        var (one, other) = (Decide(Order(), Change("3")), Decide(Order(), Change("3")));

        Assert.NotEqual(one.Delivery!.DeliveryId, other.Delivery!.DeliveryId);
    }

    [Theory]
    [InlineData("3", 7.5, "PLN", 7.5, "PLN")]
    [InlineData("3", 7.5, null, 7.5, "USD")]
    [InlineData("3", 0.0, "PLN", 0.0, "PLN")]
    [InlineData("3", null, null, 20.0, "USD")]
    [InlineData("4", 7.5, "PLN", 0.0, "PLN")]
    [InlineData("4", null, null, 0.0, "USD")]
    [InlineData("2", null, null, 0.0, "USD")]
    public void Only_an_approval_pays_the_webhooks_reward_else_the_campaigns(string statusId, double? reward, string? currency, double payout, string paidIn)
    {
        var delivery = Decide(Order(), Change(statusId, reward: reward is { } amount ? new Reward((decimal)amount, currency) : null)).Delivery!;

        Assert.Equal(((decimal)payout, paidIn), (delivery.Payout!.Value, delivery.Currency));
    }

    [Fact]
    public void When_nothing_says_what_an_approval_pays_the_payout_is_empty_and_not_0()
    {
        var campaign = Builders.Campaign() with { Payout = null };

        Assert.Equal((null, null), (Decide(Order(), Change("3"), campaign).Delivery!.Payout, Decide(Order(), Change("3"), campaign).Delivery!.Currency));
        Assert.Equal((0m, null), (Decide(Order(), Change("4"), campaign).Delivery!.Payout, Decide(Order(), Change("4"), campaign).Delivery!.Currency));
    }
}
