using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;
using static LeadRelay.Tests.Rules.PostbackDispatcher.Changes;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>Several changes of one order: what is newer, what is the same, what gives way.</summary>
public class DecisionOrderTests
{
    /// <summary>The tracker was sent a hold at 10 s; an approval comes.</summary>
    [Theory]
    [InlineData(10_000, false, 12_000, false, "approve")]
    [InlineData(10_000, false, 10_000, false, "approve")]
    [InlineData(10_000, false, 8_000, false, "approve")]
    [InlineData(10_000, false, 7_999, false, "superseded")]
    [InlineData(10_000, true, 10_001, true, "approve")]
    [InlineData(10_000, true, 10_000, true, "approve")]
    [InlineData(10_000, true, 9_999, true, "superseded")]
    [InlineData(10_000, true, 8_000, false, "approve")]
    [InlineData(10_000, true, 7_999, false, "superseded")]
    [InlineData(10_000, false, 8_000, true, "approve")]
    [InlineData(10_000, false, 7_999, true, "superseded")]
    public void Exact_times_decide_exactly_and_others_within_the_skew_by_arrival(long known, bool knownExact, long at, bool exact, string told)
    {
        var decision = Decide(Order(Sent(StatusEvent.Hold, known, knownExact)), Change("3", at, exact));

        Assert.Equal(told, Told(decision));
        Assert.True(decision.Targets[Target].Sequence >= known);
        if (decision.Delivery is { } delivery)
            Assert.Equal((Math.Max(at, known + 1), delivery.Sequence), (delivery.Sequence, decision.Targets[Target].Sequence));
    }

    [Theory]
    [InlineData("door-1", 9_999, "superseded")]
    [InlineData("door-1", 10_000, "approve")]
    [InlineData("door-2", 9_999, "approve")]
    [InlineData("door-2", 7_999, "superseded")]
    public void Times_of_one_door_decide_exactly_and_those_of_two_within_the_skew_by_arrival(string door, long at, string told)
    {
        var known = Sent(StatusEvent.Hold, 10_000) with { Clock = "door-1" };
        Assert.Equal(told, Told(Decide(Order(known), Change("3", at, exact: false) with { DoorClock = door })));
    }

    [Fact]
    public void Two_targets_have_an_order_each()
    {
        var campaign = Builders.Campaign() with
        {
            Postbacks = new Dictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> { [StatusEvent.Hold] = [Builders.Template("https://other.example/?c={click_id}")], [StatusEvent.Approve] = [Builders.Template(Target + "/?c={click_id}")] },
        };

        var decision = Decide(Order(Sent(StatusEvent.Cancel, 10_000, exact: true)), Change("2", 5_000, exact: true), campaign);

        Assert.Equal("https://other.example", decision.Delivery?.Target);
        Assert.Equal(10_000, decision.Targets[Target].Sequence);
    }

    [Fact]
    public void The_creation_is_older_than_everything_and_sent_when_it_is_the_first()
    {
        var first = Decide(Order(), Creation());
        Assert.Equal((StatusEvent.Wait, 0), (first.Delivery!.Event, first.Delivery!.Sequence));

        Assert.Equal("superseded", Told(Decide(Order(Sent(StatusEvent.Hold, 1_700_000_000_000)), Creation())));
        Assert.Equal("approve", Told(Decide(Order().After(first), Change("3", 1_700_000_000_000, exact: true))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_repeat_of_what_was_sent_last_is_not_sent_again(bool exact) =>
        Assert.Equal("repeat", Told(Decide(Order(Sent(StatusEvent.Approve, 5_000, exact)), Change("3", 10_000, exact))));

    [Theory]
    [InlineData(Builders.Tracker + "/?c={click_id}", "repeat")]
    [InlineData(Builders.Tracker + "/?c={click_id}&e={event}", "repeat")]
    [InlineData(LabelUrl, "hold")]
    public void Another_label_of_the_same_event_counts_where_the_template_shows_it(string url, string told)
    {
        var campaign = Builders.Campaign(url);

        Assert.Equal(told, Told(Decide(Order(Sent(StatusEvent.Hold, label: "hold")), Change("6"), campaign)));
        Assert.Equal(told, Told(Decide(Order(new TargetRecord(5_000, null, null), Builders.Postback(5_000, StatusEvent.Hold, label: "hold")), Change("6"), campaign)));
    }

    [Fact]
    public void What_is_about_to_be_sent_is_not_sent_twice()
    {
        var order = Order(new TargetRecord(5_000, null, null), Builders.Postback(5_000, StatusEvent.Approve, label: "accepted"));

        var decision = Decide(order, Change("3"));

        Assert.Equal("repeat", Told(decision));
        Assert.Empty(decision.Superseded);
    }

    [Fact]
    public void A_newer_change_takes_the_place_of_what_waits_and_says_so()
    {
        var waiting = Builders.Postback(5_000, StatusEvent.Hold);

        var decision = Decide(Order(Sent(StatusEvent.Wait, 5_000), waiting), Change("3"));

        Assert.Equal(StatusEvent.Approve, decision.Delivery?.Event);
        Assert.Equal([waiting.DeliveryId], decision.Superseded);
        var skipped = Assert.Single(decision.Events.Select(e => e.Message).OfType<PostbackSkipped>());
        Assert.Equal(("superseded", StatusEvent.Hold, 5_000), (skipped.Reason, skipped.Event, skipped.Sequence));
    }

    [Fact]
    public void What_waits_for_another_target_stays()
    {
        var elsewhere = Builders.Postback(5_000, StatusEvent.Hold, "https://other.example");

        Assert.Empty(Decide(Order(null, elsewhere), Change("3")).Superseded);
    }

    [Fact]
    public void A_change_and_back_before_the_first_was_sent_leaves_nothing_to_send()
    {
        var waiting = Builders.Postback(6_000, StatusEvent.Cancel);

        var decision = Decide(Order(Sent(StatusEvent.Approve, 6_000, label: "accepted") with { Sequence = 6_000 }, waiting), Change("3"));

        Assert.Equal("repeat", Told(decision));
        Assert.Equal([waiting.DeliveryId], decision.Superseded);
        Assert.Equal(["superseded", "repeat"], decision.Events.Select(e => ((PostbackSkipped)e.Message).Reason));
    }

    [Fact]
    public void A_change_and_back_after_the_first_was_sent_is_two_postbacks()
    {
        var order = Order(Sent(StatusEvent.Approve, 5_000));
        order = order.After(Decide(order, Change("4", 10_000)));
        order = order with { Waiting = [], Targets = new Dictionary<string, TargetRecord> { [Target] = Sent(StatusEvent.Cancel, 10_000) } };

        Assert.Equal("approve", Told(Decide(order, Change("3", 15_000))));
    }

    [Fact]
    public void An_older_change_does_not_follow_a_repeat_of_the_newest()
    {
        var order = Order(Sent(StatusEvent.Approve, 10_000, exact: true, label: "accepted"));
        order = order.After(Decide(order, Change("3", 40_000, exact: true)));

        Assert.Equal("superseded", Told(Decide(order, Change("4", 30_000, exact: true))));
    }

    [Fact]
    public void Changes_that_SalesRender_dates_to_the_same_instant_are_all_sent_as_they_come()
    {
        var order = Order(Sent(StatusEvent.Wait, 10_000, exact: true));
        foreach (var (statusId, told) in new[] { ("2", "hold"), ("3", "approve"), ("3", "repeat"), ("4", "cancel") })
        {
            var decision = Decide(order, Change(statusId, 10_000, exact: true));
            Assert.Equal(told, Told(decision));
            order = order.After(decision);
        }
    }

    [Fact]
    public void A_change_without_a_time_does_not_hide_dated_ones_that_follow()
    {
        var order = Order(Sent(StatusEvent.Wait, 10_000));
        order = order.After(Decide(order, Change("2", 9_000, exact: true)));

        Assert.Equal("approve", Told(Decide(order, Change("3", 9_500, exact: true))));
    }

    [Fact]
    public void A_repeat_without_a_time_does_not_outdate_what_SalesRender_dated()
    {
        var order = Order(Sent(StatusEvent.Hold, 10_000, exact: true));
        order = order.After(Decide(order, Change("2", 70_000)));

        Assert.Equal("approve", Told(Decide(order, Change("3", 60_000, exact: true))));
    }
}
