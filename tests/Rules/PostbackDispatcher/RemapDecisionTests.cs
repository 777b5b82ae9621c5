using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;
using static LeadRelay.Tests.Rules.PostbackDispatcher.Changes;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>An order's newest word decided about once more, by a map that was changed since.</summary>
public class RemapDecisionTests
{
    private static readonly StatusChange First = Change("3", exact: true);

    /// <summary>The same word, as an operator's job decides about it.</summary>
    private static readonly StatusChange Again = First with { MessageId = Builders.NewId(), FirstMessageId = First.MessageId };

    [Fact]
    public void A_status_that_means_something_else_today_is_told_behind_what_was_told()
    {
        var order = Order(Sent(StatusEvent.Cancel, First.Sequence, exact: true));

        var delivery = Decide(order, Again).Delivery!;

        Assert.Equal((StatusEvent.Approve, First.Sequence + 1, First.MessageId), (delivery.Event, delivery.Sequence, delivery.CauseId));
        Assert.Equal(delivery.DeliveryId, Decide(order, Again).Delivery!.DeliveryId);
    }

    [Theory]
    [InlineData("3", "repeat")]
    [InlineData("9", "ignored")]
    [InlineData("77", "held")]
    public void A_status_that_means_the_same_or_nothing_today_is_not_told(string status, string reason) =>
        Assert.Equal(reason, Told(Decide(Order(Sent(StatusEvent.Approve, First.Sequence, exact: true, label: "accepted")), Again with { StatusId = status })));

    [Fact]
    public void What_waits_with_the_old_meaning_gives_way()
    {
        var waiting = Builders.Postback(First.Sequence, StatusEvent.Cancel);
        var decision = Decide(Order(new TargetRecord(First.Sequence, TargetRecord.SalesRender, null), waiting), Again);

        Assert.Equal(StatusEvent.Approve, decision.Delivery?.Event);
        Assert.Equal([waiting.DeliveryId], decision.Superseded);
    }

    [Fact]
    public void A_creation_that_means_something_else_today_is_told_and_the_next_webhook_follows_it()
    {
        var order = Order(new TargetRecord(0, null, new SentMark(StatusEvent.Wait, "wait", 0)));
        var decision = Decide(order, Creation(StatusEvent.Hold));

        Assert.Equal((StatusEvent.Hold, 1), (decision.Delivery!.Event, decision.Delivery!.Sequence));
        Assert.Equal("approve", Told(Decide(order.After(decision), First)));
    }
}
