namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>What is harmed, and what is sent, follows from the seed alone.</summary>
public sealed class PlanTests
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Over = TimeSpan.FromSeconds(30);
    private static readonly IEnumerable<int> Seeds = Enumerable.Range(1, 300);

    [Fact]
    public void The_same_seed_makes_the_same_plan_and_another_one_another()
    {
        Assert.All(Seeds, seed => Assert.Equal(Of(seed, 10).Harms, Of(seed, 10).Harms));
        Assert.Equal(Seeds.Count(), Seeds.Select(seed => string.Join('\n', Of(seed, 1).Harms)).Distinct().Count());
    }

    [Fact]
    public void A_plan_of_a_minute_has_every_kind_of_harm() => Assert.All(Seeds, seed =>
        Assert.Equal(Enum.GetValues<HarmKind>(), Of(seed, 1).Harms.Select(harm => harm.Kind).Distinct().Order()));

    [Fact]
    public void A_plan_of_ten_minutes_has_every_victim_and_every_way() => Assert.All(Seeds, seed =>
    {
        var harms = Of(seed, 10).Harms;
        IEnumerable<(string, int)> Victims(HarmKind kind) => harms.Where(harm => harm.Kind == kind).Select(harm => (harm.Victim, harm.Number)).Distinct().Order();
        Assert.Equal(RelayOptions.AllServices.SelectMany(_ => Enumerable.Range(1, Plan.Replicas), (service, replica) => (service, replica)).Order(), Victims(HarmKind.KillService));
        Assert.Equal(Plan.Stores.Select(store => (store, 0)).Order(), Victims(HarmKind.LockStore));
        Assert.Equal(Plan.CrmWays.Keys.Select(way => (way, 0)).Order(), Victims(HarmKind.SpoilCrm));
        Assert.Equal(Plan.TrackerWays.Keys.SelectMany(_ => Enumerable.Range(1, Plan.Trackers), (way, tracker) => (way, tracker)).Order(), Victims(HarmKind.SpoilTracker));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void Harms_come_one_after_the_other_and_all_is_healed_at_the_end(int minutes) => Assert.All(Seeds, seed =>
    {
        var plan = Of(seed, minutes);
        Assert.Equal(minutes * 10, plan.Harms.Count);
        Assert.Equal(plan.Harms.OrderBy(harm => harm.At), plan.Harms);
        Assert.All(plan.Harms, harm => Assert.True(harm.At >= TimeSpan.Zero && harm.Length >= TimeSpan.Zero && harm.At + harm.Length <= plan.Length, $"{seed}: {harm}"));
        Assert.All(plan.Harms, harm => Assert.Equal(harm.Kind is HarmKind.SpoilCrm or HarmKind.SpoilTracker, harm.Strikes > 0));
    });

    [Fact]
    public void The_same_seed_and_number_make_the_same_story()
    {
        Assert.All(Stories(1), story => Assert.Equivalent(story, Story.Of(1, story.Number, 105, Over), strict: true));
        Assert.NotEqual(Stories(1).Select(story => story.Changes.Count), Stories(2).Select(story => story.Changes.Count));
    }

    [Fact]
    public void An_orders_changes_are_two_to_four_with_a_status_each_of_its_own() => Assert.All(Stories(1), story =>
    {
        Assert.InRange(story.Changes.Count, 2, 4);
        Assert.Equal(Enumerable.Range(1, story.Changes.Count), story.Changes.Select(change => change.Nth));
        Assert.Equal(story.Changes.Count, story.Changes.Select(change => change.Status).Distinct().Count());
        Assert.All(story.Changes, change => Assert.InRange(change.After, TimeSpan.Zero, Over));
    });

    [Fact]
    public void There_are_three_changes_an_order_some_told_out_of_order_and_some_twice()
    {
        var stories = Stories(1).ToArray();
        Assert.InRange(stories.Average(story => story.Changes.Count), 2.95, 3.05);
        Assert.InRange(stories.Count(story => story.Changes.Zip(story.Changes.Skip(1)).Any(pair => pair.Second.After < pair.First.After)), stories.Length / 10, stories.Length / 5);
        Assert.InRange(stories.SelectMany(story => story.Changes).Count(change => change.IsToldTwice), stories.Length / 10, stories.Length / 5);
        Assert.Equal([.. Story.Others, Story.Trusted], stories.Select(story => story.Campaign).Distinct().Order());
    }

    [Theory]
    [InlineData(8, 2.7)]
    [InlineData(105, 3.01)]
    [InlineData(2, 1)]
    public void No_more_leads_go_to_the_trusted_connection_than_looks_can_tell_apart(double leadsPerSecond, double most) =>
        Assert.InRange(Enumerable.Range(1, 10_000).Count(number => Story.Of(1, number, leadsPerSecond, Over).IsTrusted) / 10_000.0 * leadsPerSecond, most * 0.9, most);

    [Fact]
    public void A_change_is_told_by_its_time()
    {
        Assert.All(Stories(1).SelectMany(story => story.Changes), change => Assert.Equal(change.Nth, Change.NthOf(change.At)));
        Assert.Equal(0, Change.NthOf(DateTimeOffset.UnixEpoch));
        Assert.Equal(0, Change.NthOf(DateTimeOffset.UnixEpoch.AddYears(56)));
    }

    private static Plan Of(int seed, int minutes) => Plan.Of(seed, TimeSpan.FromMinutes(minutes), Every);

    private static IEnumerable<Story> Stories(int seed) => Enumerable.Range(1, 10_000).Select(number => Story.Of(seed, number, 105, Over));
}
