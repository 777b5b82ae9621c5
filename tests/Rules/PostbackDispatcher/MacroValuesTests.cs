using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

public class MacroValuesTests
{
    private static readonly Guid LeadId = new("0190163d-8694-739b-aea5-966c26f8ad91");

    private static readonly PostbackTemplate Bare = Builders.Template("https://t.example/");

    private static readonly Delivery Full = new(
        Builders.Postback(5, StatusEvent.Cancel, label: "rejected") with { Comment = "too dear" }, Builders.About(LeadId, "1001"),
        new Dictionary<string, string> { ["sub1"] = "s one", ["param.X-y"] = "p" }, null, 1, TimeSpan.Zero, Guid.Empty);

    [Theory]
    [InlineData("click_id", "click-1")]
    [InlineData("status", "rejected")]
    [InlineData("event", "cancel")]
    [InlineData("payout", "12.50")]
    [InlineData("currency", "EUR")]
    [InlineData("order_id", "1001")]
    [InlineData("tid", "1001")]
    [InlineData("status:approve=sale,cancel=No Sale", "No Sale")]
    [InlineData("status:approve=sale", null)]
    [InlineData("lead_id", "0190163d-8694-739b-aea5-966c26f8ad91")]
    [InlineData("comment", "too dear")]
    [InlineData("campaign", "first")]
    [InlineData("timestamp", "1772600767")]
    [InlineData("sub1", "s one")]
    [InlineData("param.X-y", "p")]
    [InlineData("sub2", null)]
    [InlineData("param.x-y", null)]
    public void A_macro_stands_for(string macro, string? value) => Assert.Equal(value, MacroValues.Of(Full, Bare, macro));

    [Fact]
    public void Where_a_tracker_is_named_status_is_its_word_and_tid_is_what_it_can_tell_conversions_by()
    {
        var binom = new Tracker("binom", "Binom", "its documentation", new TrackerForm("/", Builders.Nothing), Builders.Nothing, new Dictionary<StatusEvent, string>(), TransactionId.Order, TrackerRepeat.Updates);
        string? Value(TransactionId id, string macro) => MacroValues.Of(Full, Bare with { Tracker = binom with { TransactionId = id }, Word = "Declined" }, macro);

        Assert.Equal(("Declined", "1001"), (Value(TransactionId.Order, "status"), Value(TransactionId.Order, "tid")));
        Assert.Equal(("Declined", "1001-cancel"), (Value(TransactionId.Event, "status"), Value(TransactionId.Event, "tid")));
    }

    [Fact]
    public void Every_macro_that_the_configuration_allows_has_a_value_here() =>
        Assert.All(Macros.Names, macro => Assert.NotNull(MacroValues.Of(Full, Bare, macro)));

    [Fact]
    public void What_is_not_known_renders_as_nothing()
    {
        var bare = new Delivery(Full.Postback with { Payout = null, Currency = null, Comment = null }, new Subject(), Builders.Nothing, null, 1, TimeSpan.Zero, Guid.Empty);

        Assert.Equal(["status", "event", "timestamp"], Macros.Names.Where(macro => MacroValues.Of(bare, Bare, macro) is not null));
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1250000.5, "1250000.5")]
    [InlineData(0.07, "0.07")]
    public void Money_is_written_with_a_point_and_nothing_else(double amount, string written) =>
        Assert.Equal(written, MacroValues.Of(Full with { Postback = Full.Postback with { Payout = (decimal)amount } }, Bare, "payout"));
}
