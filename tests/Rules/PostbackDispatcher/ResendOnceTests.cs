using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

public class ResendOnceTests
{
    private static readonly DeliveryRow Row = new(Builders.Postback(1), Builders.About(Builders.NewId(), "1001"), DeliveryState.Failed, 1, null, Builders.Now, "1");

    [Fact]
    public void A_resend_that_is_said_once_is_the_same_whoever_says_it_and_another_for_each_delivery()
    {
        Assert.Equal(Resends.OnceId(Row), Resends.OnceId(Row with { ResentAs = Builders.NewId(), Attempts = 2 }));
        Assert.NotEqual(Resends.OnceId(Row), Resends.OnceId(Row with { Postback = Builders.Postback(1) }));
    }

    /// <summary>The ledger knows the id by which one that waited was sent at once, and would take it for done.</summary>
    [Theory]
    [InlineData(DeliveryState.Claimed, true)]
    [InlineData(DeliveryState.Delivered, true)]
    [InlineData(DeliveryState.Failed, false)]
    [InlineData(DeliveryState.Superseded, false)]
    [InlineData(DeliveryState.Cancelled, false)]
    public void What_was_sent_at_once_is_not_sent_again_by_the_same_word_unless_it_was_not_delivered(DeliveryState ended, bool isSame) =>
        Assert.Equal(isSame, Resends.OnceId(Row with { State = DeliveryState.Waiting }) == Resends.OnceId(Row with { State = ended }));

    [Theory]
    [InlineData(DeliveryState.Waiting, null)]
    [InlineData(DeliveryState.Behind, null)]
    [InlineData(DeliveryState.Claimed, null)]
    [InlineData(DeliveryState.Delivered, "and delivered")]
    [InlineData(DeliveryState.Failed, "it is failed")]
    [InlineData(DeliveryState.Superseded, "it is superseded")]
    [InlineData(DeliveryState.Cancelled, "it is cancelled")]
    public void Said_once_more_it_is_refused_when_what_it_made_has_ended_and_that_is_named(DeliveryState state, string? text)
    {
        var why = Resends.WhyNotAgain(Row with { State = state });

        Assert.Equal(text is null, why is null);
        Assert.Contains(text ?? "", why ?? "", StringComparison.Ordinal);
        Assert.Equal(text is not null, why?.Contains($"{Row.Postback.DeliveryId}", StringComparison.Ordinal) is true);
    }
}
