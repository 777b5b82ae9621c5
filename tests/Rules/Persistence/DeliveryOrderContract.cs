using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>Deliveries of one order to one target that stand behind one another.</summary>
public abstract class DeliveryOrderContract(IStoreUnderTest store) : StoreContract(store)
{
    [Fact]
    public async Task One_change_can_owe_several_targets_something()
    {
        var ledger = Store.Postbacks();
        var order = await ledger.AddAsync(Builders.About(null, "1001"));
        var (one, other) = (Builders.Postback(1), Builders.Postback(1, target: "https://other.example"));

        await ledger.CommitAsync(order.Commit() with { Deliveries = [one, other] }, None);

        Assert.Equal(new[] { one.DeliveryId, other.DeliveryId }.Order(), (await ledger.FirstAsync()).Select(d => d.Postback.DeliveryId).Order());
    }

    [Fact]
    public async Task What_stands_behind_comes_when_what_was_before_it_has_ended()
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(1));
        var before = Assert.Single(await ledger.FirstAsync());
        await ledger.OweAsync("1001", Builders.Postback(2));
        Assert.Equal(2, Assert.Single((await ledger.GetAsync()).Waiting).Sequence);
        Assert.Empty(await ledger.FirstAsync());

        await ledger.EndAsync(before, DeliveryState.Failed);

        Assert.Equal(2, Assert.Single(await ledger.FirstAsync()).Postback.Sequence);
    }

    [Fact]
    public async Task What_must_come_first_is_tried_again_and_the_newer_waits_behind_it()
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(1, StatusEvent.Wait));
        var first = Assert.Single(await ledger.FirstAsync());
        await ledger.OweAsync("1001", Builders.Postback(2));
        await ledger.SettleAsync(first, new DeliveryOutcome(DeliveryState.Waiting, TimeSpan.Zero), [], None);

        Assert.Empty(await ledger.FirstAsync());
        var again = Assert.Single(await ledger.RetriesAsync());
        Assert.Equal(1, again.Postback.Sequence);
        await ledger.EndAsync(again);
        Assert.Equal(2, Assert.Single(await ledger.FirstAsync()).Postback.Sequence);
    }

    [Fact]
    public async Task An_attempt_that_was_not_made_does_not_count()
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(1));
        var claim = Assert.Single(await ledger.FirstAsync());

        Assert.True(await ledger.SettleAsync(claim, new DeliveryOutcome(DeliveryState.Waiting) { Unmade = true }, [], None));

        Assert.Equal(1, Assert.Single(await ledger.FirstAsync()).Attempt);
        Assert.Equal(1, (await ledger.FindDeliveryAsync(claim.Postback.DeliveryId, None))?.Attempts);
    }

    [Fact]
    public async Task A_target_with_a_hundred_due_takes_nothing_from_one_with_a_single_one()
    {
        var ledger = Store.Postbacks();
        for (var i = 0; i < 100; i++)
            await ledger.NewAsync($"{1000 + i}", Builders.Postback(1, target: "https://busy.example"));
        await ledger.NewAsync("2000", Builders.Postback(1, target: "https://quiet.example"));

        var claimed = await ledger.FirstAsync(atMost: 20, perTarget: 16);

        Assert.Equal(16, claimed.Count(d => d.Postback.Target is "https://busy.example"));
        Assert.Single(claimed, d => d.Postback.Target is "https://quiet.example");
    }

    [Fact]
    public async Task Targets_take_no_more_than_their_places_also_of_what_a_killed_process_left_behind()
    {
        var ledger = Store.Postbacks();
        for (var i = 0; i < 6; i++)
            await ledger.NewAsync($"{1000 + i}", Builders.Postback(1));
        Assert.Equal(6, (await ledger.FirstAsync(lease: Over)).Count);

        var claimed = await ledger.ClaimAsync(Lane.Retry, 100, 16, Ages, new Dictionary<string, int> { [Builders.Tracker] = 2 }, None);

        Assert.Equal(2, claimed.Count);
        Assert.Empty(await ledger.ClaimAsync(Lane.Retry, 100, 16, Ages, new Dictionary<string, int> { [Builders.Tracker] = 0 }, None));
    }

    [Fact]
    public async Task What_a_killed_process_left_behind_for_one_target_does_not_hide_that_of_another()
    {
        var ledger = Store.Postbacks();
        for (var i = 0; i < 5; i++)
            await ledger.NewAsync($"{1000 + i}", Builders.Postback(1, target: "https://paused.example"));
        await ledger.FirstAsync(lease: Over);
        await ledger.NewAsync("2000", Builders.Postback(1));
        await ledger.FirstAsync(lease: Over);

        var claimed = await ledger.ClaimAsync(Lane.Retry, 2, 16, Ages, new Dictionary<string, int> { ["https://paused.example"] = 0 }, None);

        Assert.Equal(Builders.Tracker, Assert.Single(claimed).Postback.Target);
    }

    [Fact]
    public async Task The_order_knows_its_newest_word_and_a_campaigns_orders_come_page_by_page()
    {
        var ledger = Store.Postbacks();
        var words = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            var (order, word) = (await ledger.AddAsync(Builders.About(null, $"{1001 + i}")), Builders.NewId());
            words.Add(word);
            await ledger.CommitAsync(order.Commit() with { Order = order with { Latest = new LatestWord(word, 7 + i) }, MessageId = word, Message = Builders.Changed(statusId: $"{i}") }, None);
        }
        await ledger.AddAsync(Builders.About(null, "2001") with { Campaign = "other" });
        await ledger.AddAsync(Builders.About(null, "2002"));

        List<CampaignOrder> found = [];
        while (await ledger.OrdersAsync("first", found.LastOrDefault()?.Place, 2, None) is { Count: > 0 } page)
            found.AddRange(page);

        Assert.Equal(["1001", "1002", "1003", "1004", "1005", "2002"], found.Select(o => o.Order.About.OrderId));
        Assert.Equal([.. words, null], found.Select(o => o.Latest?.Id));
        Assert.Equal([7, 8, 9, 10, 11, null], found.Select(o => o.Order.Latest?.Sequence));
        Assert.Equal("4", found[4].Latest?.Message.StatusId);
    }
}
