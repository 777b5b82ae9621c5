using LeadRelay.AuditStore;
using LeadRelay.Contracts;
using LeadRelay.Persistence;
using LeadRelay.Persistence.Audit;

namespace LeadRelay.Tests.Rules.AuditStore;

/// <summary>What the console makes of what it reads, before it is a page.</summary>
public sealed class ConsoleTests
{
    private static readonly Guid Lead = Builders.NewId();

    [Theory]
    [InlineData("+49 151 12345678", true)]
    [InlineData("(0151) 123-456/78", true)]
    [InlineData("491511234567", true)]
    [InlineData("1001", false)]
    [InlineData("click-1234567", false)]
    [InlineData("123456789012345678901", false)]
    [InlineData("", false)]
    public void A_phone_number_is_known_by_its_digits(string text, bool isPhone) => Assert.Equal(isPhone, Finder.IsPhone(text));

    [Fact]
    public void What_is_held_of_one_campaign_in_one_status_is_one_row_the_longest_waiting_first()
    {
        var groups = HeldGroup.Of([Held("b", "77", "X", 5), Held("a", "77", "X", 3), Held("a", "77", "Y", 1), Held("a", null, "X", 2), Held("a", null, "x", 4), Held(null, "77", "X", 0)]);

        Assert.Equal([("a", "77", 2), ("a", "group:X", 2), ("b", "77", 1)], groups.Select(group => (group.Campaign, group.Key, group.Count)));
        Assert.Equal(Builders.Now.AddMinutes(1), groups[0].Since);
    }

    [Fact]
    public void A_chart_has_every_day_of_its_time_also_those_without_a_lead()
    {
        var last = new DateOnly(2026, 3, 4);
        var counts = new[]
        {
            new LeadCount("b", last, new LeadEnd("created", null, "accepted", StatusEvent.Approve), 3, 3, 0), new LeadCount("b", last, new LeadEnd("created"), 1, 0, 2),
            new LeadCount("b", last.AddDays(-2), new LeadEnd("refused", "crm_refused"), 5, 0, 0), new LeadCount("a", last, new LeadEnd(LeadEnd.Rejected, "unauthorized"), 9, 0, 0),
        };

        var chart = Assert.Single(CampaignChart.Of(CampaignDay.Of(counts), last, 3));

        Assert.Equal(("b", 0.75), (chart.Campaign, chart.Rate));
        Assert.Equal([new ChartDay(last.AddDays(-2), 5, 0, 0, 0), new ChartDay(last.AddDays(-1), 0, 0, 0, 0), new ChartDay(last, 4, 4, 3, 2)], chart.Days);
    }

    [Fact]
    public void A_doubt_is_decided_about_only_while_the_lead_is_in_doubt_and_it_is_the_latest()
    {
        StoredMessage[] messages = [Stored(Builders.InDoubt(Lead)), Stored(Builders.InDoubt(Lead) with { At = Builders.Now.AddMinutes(1) })];

        Assert.Equal(Builders.Now.AddMinutes(1), LeadActions.Of(messages, isInDoubt: true).Doubt!.At);
        Assert.Null(LeadActions.Of(messages, isInDoubt: false).Doubt);
        Assert.NotNull(LeadActions.Of([.. messages, Stored(Decided(Builders.Now))], isInDoubt: true).Doubt);
        Assert.Null(LeadActions.Of([.. messages, Stored(Decided(Builders.Now.AddMinutes(1)))], isInDoubt: true).Doubt);
        Assert.Null(LeadActions.Of([.. messages, Stored(Builders.Created(Lead))], isInDoubt: true).Doubt);
    }

    [Fact]
    public void Of_each_tracker_the_newest_postback_that_has_ended_can_be_sent_again_and_once()
    {
        var (older, newer, other) = (Builders.Postback(1_000), Builders.Postback(2_000), Builders.Postback(500, target: "https://other.example"));
        StoredMessage[] ended = [Stored(new PostbackDelivered(Builders.About(Lead), newer, 1, Builders.Now)), Stored(new PostbackFailed(Builders.About(Lead), older, 8, "no", Builders.Now)), Stored(new PostbackFailed(Builders.About(Lead), other, 8, "no", Builders.Now))];
        var again = other with { DeliveryId = Builders.NewId(), ResendOf = other.DeliveryId };

        Assert.Equal([newer.DeliveryId, other.DeliveryId], LeadActions.Of(ended, false).Resendable.Values);
        Assert.Equal([newer.DeliveryId], LeadActions.Of([.. ended, Stored(new PostbackResent(Builders.About(Lead), again, true, null, null, Builders.Now))], false).Resendable.Values);
    }

    [Fact]
    public void What_is_held_can_be_released_until_it_was_decided_about()
    {
        var held = Stored(new PostbackHeld(Builders.About(Lead), "77", null, "not in the map", null, 1_000, Builders.Now));
        var due = Stored(new PostbackDue(Builders.About(Lead), Builders.Postback(1_000), null, "77", Builders.Now));

        Assert.Equal("77", Assert.Single(LeadActions.Of([held], false).Held).Value.StatusId);
        Assert.Empty(LeadActions.Of([held, due], false).Held);
    }

    private static ResolveInDoubt Decided(DateTimeOffset doubtedAt) => new(Builders.About(Lead), null, doubtedAt, null, Builders.Now.AddMinutes(2));

    private static HeldStatus Held(string? campaign, string? statusId, string? group, int minute) => new(campaign, null, "1", statusId, group, null, Builders.Now.AddMinutes(minute));

    private static StoredMessage Stored(IAudited message) =>
        StoredMessage.Of(new AuditEntry(Builders.NewId(), message.GetType().Name, message.At, message.About, null, null, null, MessageJson.Write(message)));
}
