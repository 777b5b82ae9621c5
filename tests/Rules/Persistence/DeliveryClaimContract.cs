using System.Collections.Concurrent;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>Claims of deliveries: two lanes, one in flight per order and target, so many per target.</summary>
public abstract class DeliveryClaimContract(IStoreUnderTest store) : StoreContract(store)
{
    [Fact]
    public async Task A_claim_carries_what_the_attempt_needs()
    {
        var (ledger, about, postback, cause) = (Store.Postbacks(), Builders.About(Builders.NewId(), "1001"), Builders.Postback(1), Builders.Changed(statusId: "77"));
        var order = Orders.New(about) with { Tracking = new Dictionary<string, string> { ["sub1"] = "a" } };
        await ledger.CommitAsync(order.Commit(postback) with { MessageId = postback.CauseId, Message = cause }, None);

        var delivery = Assert.Single(await ledger.FirstAsync());

        Assert.Equal((postback, about, 1), (delivery.Postback, delivery.About, delivery.Attempt));
        Assert.Equal("a", delivery.Tracking["sub1"]);
        Assert.Equal("77", delivery.Cause?.StatusId);
        Assert.NotEqual(Guid.Empty, delivery.Lease);
    }

    [Fact]
    public async Task Many_claimants_on_two_replicas_never_share_a_delivery()
    {
        var ledgers = new[] { Store.Postbacks(), Store.Postbacks() };
        var owed = Enumerable.Range(0, 80).Select(i => Builders.Postback(1, target: $"https://t{i % 5}.example")).ToArray();
        await Task.WhenAll(owed.Select((postback, i) => ledgers[0].NewAsync($"{1000 + i}", postback)));

        var claimed = new ConcurrentBag<Guid>();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            while (await ledgers[i % 2].FirstAsync(atMost: 3) is { Count: > 0 } some)
            {
                foreach (var delivery in some)
                    claimed.Add(delivery.Postback.DeliveryId);
            }
        })));

        Assert.Equal(owed.Select(p => p.DeliveryId).Order(), claimed.Order());
    }

    [Fact]
    public async Task Deliveries_of_one_order_to_one_target_go_one_after_the_other()
    {
        var (one, other) = (Store.Postbacks(), Store.Postbacks());
        await one.NewAsync("1001", Builders.Postback(1, StatusEvent.Wait), Builders.Postback(2, StatusEvent.Hold), Builders.Postback(3));

        foreach (var sequence in new[] { 1, 2, 3 })
        {
            var claim = Assert.Single(await one.FirstAsync());
            Assert.Equal(sequence, claim.Postback.Sequence);
            Assert.Empty(await other.FirstAsync());
            Assert.Empty(await other.RetriesAsync());
            await one.EndAsync(claim);
        }
    }

    [Fact]
    public async Task Another_target_and_another_order_do_not_wait()
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(1), Builders.Postback(1, target: "https://other.example"));
        await ledger.NewAsync("1002", Builders.Postback(1));

        Assert.Equal(3, (await ledger.FirstAsync()).Count);
    }

    [Fact]
    public async Task First_attempts_and_retries_have_a_lane_each()
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(1));
        Assert.Empty(await ledger.RetriesAsync());
        var first = Assert.Single(await ledger.FirstAsync());
        await ledger.RetryAsync(first);

        Assert.Empty(await ledger.FirstAsync());
        var second = Assert.Single(await ledger.RetriesAsync());
        Assert.Equal((first.Postback.DeliveryId, 2), (second.Postback.DeliveryId, second.Attempt));
        Assert.NotEqual(first.Lease, second.Lease);
    }

    [Fact]
    public async Task A_newer_delivery_waits_for_an_older_one_that_is_tried_again()
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(1));
        await ledger.RetryAsync(Assert.Single(await ledger.FirstAsync()), Ages);
        await ledger.OweAsync("1001", Builders.Postback(2));

        Assert.Empty(await ledger.FirstAsync());
        Assert.Empty(await ledger.RetriesAsync());
    }

    [Fact]
    public async Task A_target_gets_no_more_than_its_share_at_a_time()
    {
        var ledger = Store.Postbacks();
        for (var i = 0; i < 12; i++)
            await ledger.NewAsync($"{1000 + i}", Builders.Postback(1, target: i < 8 ? "https://slow.example" : $"https://t{i}.example"));

        var claimed = (await ledger.FirstAsync(perTarget: 3)).Select(d => d.Postback.Target).ToArray();

        Assert.Equal(3, claimed.Count(target => target is "https://slow.example"));
        Assert.Equal(7, claimed.Length);
        Assert.Equal(3, (await ledger.FirstAsync(perTarget: 3)).Count);
    }

    [Fact]
    public async Task Targets_that_are_left_out_wait_and_the_limit_counts_the_others()
    {
        var ledger = Store.Postbacks();
        foreach (var (target, i) in new[] { "https://a.example", "https://b.example", "https://c.example" }.Select((t, i) => (t, i)))
            await ledger.NewAsync($"{1000 + i}", Builders.Postback(1, target: target));

        var claim = Assert.Single(await ledger.FirstAsync(atMost: 2, places: [("https://a.example", 0), ("https://c.example", 0)]));

        Assert.Equal("https://b.example", claim.Postback.Target);
        Assert.Equal(2, (await ledger.FirstAsync()).Count);
    }

    [Fact]
    public async Task No_more_is_claimed_than_asked_for()
    {
        var ledger = Store.Postbacks();
        for (var i = 0; i < 5; i++)
            await ledger.NewAsync($"{1000 + i}", Builders.Postback(1));

        Assert.Equal(2, (await ledger.FirstAsync(atMost: 2)).Count);
        Assert.Equal(3, (await ledger.FirstAsync(atMost: 20)).Count);
    }

    [Fact]
    public async Task What_a_killed_process_left_behind_is_claimed_in_the_retry_lane()
    {
        var (dead, alive) = (Store.Postbacks(), Store.Postbacks());
        await dead.NewAsync("1001", Builders.Postback(1));
        var lost = Assert.Single(await dead.FirstAsync(lease: Over));

        Assert.Empty(await alive.FirstAsync());
        var again = Assert.Single(await alive.RetriesAsync());

        Assert.Equal((lost.Postback.DeliveryId, 2), (again.Postback.DeliveryId, again.Attempt));
        Assert.Empty(await alive.RetriesAsync());
        Assert.False(await dead.EndAsync(lost));
        Assert.True(await alive.EndAsync(again));
    }

    [Fact]
    public async Task The_order_remembers_what_was_begun_last()
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(7, StatusEvent.Hold, label: "callback"));
        Assert.Null((await ledger.GetAsync()).Targets[Builders.Tracker].Sent);

        await ledger.FirstAsync();

        var order = await ledger.GetAsync();
        Assert.Equal(new SentMark(StatusEvent.Hold, "callback", 7), order.Targets[Builders.Tracker].Sent);
        Assert.Empty(order.Waiting);
    }
}
