using FsCheck;
using FsCheck.Fluent;
using LeadRelay.Intake;

namespace LeadRelay.Tests.Rules.Intake;

/// <summary>The same submission is the same lead, and nobody else's.</summary>
public class LeadIdTests
{
    [Fact]
    public void The_same_submission_is_the_same_lead_for_ever() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), key =>
    {
        var id = LeadId.Of("buyer", "demo", key ?? "");
        return id == LeadId.Of("buyer", "demo", key ?? "") && id.Version is 5 && id.Variant is >= 8 and <= 11 && LeadId.Is(id, "buyer", "demo");
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_id_never_changes_as_partners_repeat_after_an_update() =>
        Assert.Equal(new Guid("54f3b9dd-3a67-58b1-af5d-0421a59b2387"), LeadId.Of("buyer", "demo", "order-77"));

    [Fact]
    public void Partner_alias_and_key_each_make_another_lead()
    {
        Guid[] ids = [LeadId.Of("buyer", "demo", "1"), LeadId.Of("other", "demo", "1"), LeadId.Of("buyer", "other", "1"), LeadId.Of("buyer", "demo", "2"), LeadId.Of("demo", "buyer", "1"), LeadId.Of("buyer", "demo", "")];

        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void Without_a_key_every_submission_is_a_lead_of_its_own()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => LeadId.Of("buyer", "demo", null)).ToArray();

        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.True(id.Version is 7 && id.Variant is >= 8 and <= 11 && LeadId.Is(id, "buyer", "demo")));
    }

    [Theory]
    [InlineData(null, "D")]
    [InlineData("order-77", "D")]
    [InlineData("order-77", "N")]
    [InlineData("order-77", "B")]
    public void A_lead_id_as_the_key_is_that_lead_so_that_a_repeat_finds_it(string? key, string format)
    {
        var id = LeadId.Of("buyer", "demo", key);

        Assert.Equal(id, LeadId.Of("buyer", "demo", id.ToString(format)));
        Assert.Equal(id, LeadId.Of("buyer", "demo", id.ToString(format).ToUpperInvariant()));
    }

    [Fact]
    public void A_lead_id_of_another_partner_or_campaign_is_a_key_like_any_other()
    {
        var id = LeadId.Of("buyer", "demo", "order-77");

        foreach (var (partner, alias) in new[] { ("other", "demo"), ("buyer", "other") })
        {
            Assert.False(LeadId.Is(id, partner, alias));
            Assert.NotEqual(id, LeadId.Of(partner, alias, id.ToString()));
            Assert.True(LeadId.Is(LeadId.Of(partner, alias, id.ToString()), partner, alias));
        }
    }

    [Fact]
    public void An_id_made_up_by_somebody_is_not_recognised() => Prop.ForAll(ArbMap.Default.ArbFor<Guid>(), id =>
        !LeadId.Is(id, "buyer", "demo") && LeadId.Of("buyer", "demo", id.ToString()) != id && !LeadId.Is(StableId.Of(id, "x"), "buyer", "demo")).QuickCheckThrowOnFailure();
}
