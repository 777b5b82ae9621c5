using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;
using static LeadRelay.Tests.Rules.PostbackDispatcher.Changes;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>Changes that several targets are told of, each by its own record; events that must come first; and why, for each.</summary>
public class DecisionTargetsTests
{
    private const string Other = "https://other.example";

    private static readonly PostbackTemplate[] Both = [Builders.Template(Target + "/?c={click_id}&s={status}"), Builders.Template(Other + "/?c={click_id}")];

    [Fact]
    public void Every_target_of_an_event_is_told_of_it()
    {
        var decision = Decide(Order(), Change("3"), Campaign(Both));

        Assert.Equal([Target, Other], decision.Deliveries.Select(d => d.Target));
        Assert.Equal(2, decision.Deliveries.Select(d => d.DeliveryId).Distinct().Count());
        Assert.Equal([Target, Other], decision.Targets.Keys);
        Assert.Equal([Target, Other], decision.Events.Select(e => e.Message).OfType<PostbackDue>().Select(due => due.Postback.Target));
    }

    [Fact]
    public void Each_target_has_its_own_reason()
    {
        // "no answer" is another label of hold: the one target shows labels, the other does not.
        var order = Order(Sent(StatusEvent.Hold)) with { Targets = new Dictionary<string, TargetRecord> { [Target] = Sent(StatusEvent.Hold), [Other] = Sent(StatusEvent.Hold) } };

        var decision = Decide(order, Change("6"), Campaign(Both));

        Assert.Equal(Target, decision.Delivery?.Target);
        var skipped = Assert.Single(decision.Events.Select(e => e.Message).OfType<PostbackSkipped>());
        Assert.Equal((Other, "repeat"), (skipped.Target, skipped.Reason));
    }

    [Fact]
    public void The_ids_of_what_is_told_differ_from_target_to_target_and_are_the_same_when_asked_again()
    {
        var order = Order() with { Targets = new Dictionary<string, TargetRecord> { [Target] = Sent(StatusEvent.Approve, 20_000, exact: true), [Other] = Sent(StatusEvent.Approve, 20_000, exact: true) } };
        var change = Change("4", exact: true);

        var (once, again) = (Decide(order, change, Campaign(Both)), Decide(order, change, Campaign(Both)));

        Assert.Equal(2, once.Events.Select(e => e.Id).Distinct().Count());
        Assert.Equal(once.Events, again.Events);
    }

    [Theory]
    [InlineData("3", null, "3")]
    [InlineData("77", "SPAM", "group:SPAM")]
    [InlineData("9", null, "9")]
    public void The_record_names_the_entry_that_decided(string status, string? group, string rule)
    {
        var told = Assert.Single(Decide(Order(), Change(status, group: group)).Events).Message;

        Assert.Equal(rule, told is PostbackDue due ? due.Rule : ((PostbackSkipped)told).Rule);
    }

    [Fact]
    public void What_came_instead_of_a_click_id_is_named()
    {
        var order = Order() with { About = Builders.About(Builders.NewId(), "1001", clickId: null), Tracking = new Dictionary<string, string> { ["click_id_macro"] = "{clickid}" } };

        var skipped = Assert.IsType<PostbackSkipped>(Assert.Single(Decide(order, Change("3")).Events).Message);

        Assert.Equal("literal_macro", skipped.Reason);
        Assert.Contains("{clickid}", skipped.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_must_come_first_is_not_pushed_out_by_a_newer_status()
    {
        var first = Builders.Postback(0, StatusEvent.Wait);
        var campaign = Builders.Campaign() with
        {
            Postbacks = new Dictionary<StatusEvent, IReadOnlyList<PostbackTemplate>>
            {
                [StatusEvent.Wait] = [Both[0] with { RequiredFirst = true }], [StatusEvent.Hold] = [Both[0]], [StatusEvent.Approve] = [Both[0]],
            },
        };
        var order = Order(new TargetRecord(0, null, null), first);

        var hold = Decide(order, Change("2"), campaign);
        Assert.Equal(StatusEvent.Hold, hold.Delivery?.Event);
        Assert.Empty(hold.Superseded);

        var approve = Decide(order.After(hold), Change("3", 20_000), campaign);
        Assert.Equal(StatusEvent.Approve, approve.Delivery?.Event);
        Assert.Equal([hold.Delivery!.DeliveryId], approve.Superseded);
    }

    [Fact]
    public void Deciding_again_sends_nothing_while_the_map_says_the_same_and_the_new_meaning_when_it_does_not()
    {
        var (first, message) = (Builders.NewId(), Builders.Changed(statusId: "3"));
        var made = Decide(Order(), StatusChange.Of(first, message));
        var delivery = made.Delivery!;
        var order = Order().After(made) with { Waiting = [], Targets = new Dictionary<string, TargetRecord> { [Target] = made.Targets[Target] with { Sent = new SentMark(StatusEvent.Approve, "accepted", delivery.Sequence) } } };
        var again = StatusChange.Of(Builders.NewId(), message) with { FirstMessageId = first };

        Assert.Equal("repeat", Told(Decide(order, again)));
        var map = new StatusMap(new Dictionary<string, MappedStatus?> { ["3"] = new("rejected", StatusEvent.Cancel) });
        var changed = Decide(order, again, Builders.Campaign() with { StatusMap = map }).Delivery!;
        Assert.Equal((StatusEvent.Cancel, first, delivery.Sequence + 1), (changed.Event, changed.CauseId, changed.Sequence));
        Assert.NotEqual(delivery.DeliveryId, changed.DeliveryId);
    }

    private static Campaign Campaign(params PostbackTemplate[] templates) => Builders.Campaign() with
    {
        Postbacks = Enum.GetValues<StatusEvent>().ToDictionary(e => e, _ => (IReadOnlyList<PostbackTemplate>)templates),
    };
}
