using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>Writing what came of an attempt, and what the target counts as having been sent.</summary>
public abstract class DeliverySettleContract(IStoreUnderTest store) : StoreContract(store)
{
    [Theory]
    [InlineData(DeliveryState.Delivered)]
    [InlineData(DeliveryState.Failed)]
    [InlineData(DeliveryState.Superseded)]
    public async Task An_ended_delivery_is_settled_once_and_never_claimed_again(DeliveryState state)
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(1));
        var claim = Assert.Single(await ledger.FirstAsync());

        Assert.True(await ledger.EndAsync(claim, state));
        Assert.False(await ledger.EndAsync(claim, state));

        Assert.Single(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None));
        Assert.Empty(await ledger.FirstAsync());
        Assert.Empty(await ledger.RetriesAsync());
    }

    [Fact]
    public async Task Of_many_who_settle_one_claim_one_succeeds()
    {
        var ledgers = new[] { Store.Postbacks(), Store.Postbacks() };
        await ledgers[0].NewAsync("1001", Builders.Postback(1));
        var claim = Assert.Single(await ledgers[0].FirstAsync());

        var settled = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => ledgers[i % 2].EndAsync(claim))));

        Assert.Single(settled, isSettled => isSettled);
    }

    [Fact]
    public async Task A_retry_is_due_when_it_was_said_to_be()
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(1));
        await ledger.NewAsync("1002", Builders.Postback(1));
        var claims = await ledger.FirstAsync();
        await ledger.RetryAsync(claims[0], Ages);
        await ledger.RetryAsync(claims[1], TimeSpan.Zero);

        Assert.Equal(claims[1].Postback.DeliveryId, Assert.Single(await ledger.RetriesAsync()).Postback.DeliveryId);
    }

    [Fact]
    public async Task A_delivery_knows_how_long_it_was_told_to_wait_in_all()
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(1));
        var first = Assert.Single(await ledger.FirstAsync());
        await ledger.RetryAsync(first, TimeSpan.FromMilliseconds(30));
        var second = await Clock.EventuallyAsync(async () => (await ledger.RetriesAsync()).SingleOrDefault());
        await ledger.RetryAsync(second, TimeSpan.FromMilliseconds(50));
        var third = await Clock.EventuallyAsync(async () => (await ledger.RetriesAsync()).SingleOrDefault());

        Assert.Equal([0, 30, 80], new[] { first, second, third }.Select(claim => claim.Waited.TotalMilliseconds));
    }

    [Fact]
    public async Task A_retry_gives_way_to_a_newer_delivery_that_waits_for_the_same_target()
    {
        var (ledger, attempted, superseded) = (Store.Postbacks(), Builders.Event(), Builders.Event());
        await ledger.NewAsync("1001", Builders.Postback(1));
        var claim = Assert.Single(await ledger.FirstAsync());
        var newer = Builders.Postback(2, StatusEvent.Cancel);
        await ledger.OweAsync("1001", newer);

        Assert.True(await ledger.SettleAsync(claim, new DeliveryOutcome(DeliveryState.Waiting, TimeSpan.Zero, superseded), [attempted], None));

        Assert.Equal(new[] { attempted.Id, superseded.Id }.Order(), (await ledger.LeftOverAsync(TimeSpan.Zero, 10, None)).Select(e => e.Id).Order());
        Assert.Empty(await ledger.RetriesAsync());
        Assert.Equal(newer, Assert.Single(await ledger.FirstAsync()).Postback);
    }

    [Theory]
    [InlineData("1001", "https://other.example", 2)]
    [InlineData("1002", Builders.Tracker, 2)]
    public async Task A_retry_does_not_give_way_to_another_target_or_order(string orderId, string target, int sequence)
    {
        var (ledger, superseded) = (Store.Postbacks(), Builders.Event());
        await ledger.NewAsync("1001", Builders.Postback(1));
        await ledger.NewAsync("1002");
        var claim = Assert.Single(await ledger.FirstAsync());
        await ledger.OweAsync(orderId, Builders.Postback(sequence, target: target));

        Assert.True(await ledger.SettleAsync(claim, new DeliveryOutcome(DeliveryState.Waiting, TimeSpan.Zero, superseded), [], None));

        Assert.Empty(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None));
        Assert.Equal(claim.Postback.DeliveryId, Assert.Single(await ledger.RetriesAsync()).Postback.DeliveryId);
    }

    [Fact]
    public async Task A_delivered_event_and_one_that_is_tried_again_count_as_sent()
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(1, StatusEvent.Hold));
        var claim = Assert.Single(await ledger.FirstAsync());
        await ledger.RetryAsync(claim);
        Assert.Equal(StatusEvent.Hold, (await ledger.GetAsync()).Targets[Builders.Tracker].Sent?.Event);
        await ledger.EndAsync(Assert.Single(await ledger.RetriesAsync()));

        Assert.Equal(new SentMark(StatusEvent.Hold, "hold", 1), (await ledger.GetAsync()).Targets[Builders.Tracker].Sent);
    }

    [Theory]
    [InlineData(DeliveryState.Failed)]
    [InlineData(DeliveryState.Superseded)]
    public async Task What_was_given_up_does_not_count_as_sent(DeliveryState state)
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(1));
        await ledger.EndAsync(Assert.Single(await ledger.FirstAsync()), state);

        Assert.Null((await ledger.GetAsync()).Targets[Builders.Tracker].Sent);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, null)]
    public async Task After_a_sure_refusal_the_target_has_what_it_was_delivered_before_and_else_nobody_knows(bool isRefused, int? has)
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(1));
        await ledger.EndAsync(Assert.Single(await ledger.FirstAsync()));
        await ledger.OweAsync("1001", Builders.Postback(2, StatusEvent.Hold));
        await ledger.SettleAsync(Assert.Single(await ledger.FirstAsync()), new DeliveryOutcome(DeliveryState.Failed) { Refused = isRefused }, [], None);

        var sent = (await ledger.GetAsync()).Targets[Builders.Tracker].Sent;
        Assert.Equal((has, has is null ? null : "approve"), ((int?)sent?.Sequence, sent?.Label));
    }

    [Fact]
    public async Task A_refusal_after_an_attempt_that_may_have_arrived_is_not_sure()
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(1));
        await ledger.EndAsync(Assert.Single(await ledger.FirstAsync()));
        await ledger.OweAsync("1001", Builders.Postback(2, StatusEvent.Hold));
        await ledger.RetryAsync(Assert.Single(await ledger.FirstAsync()));
        await ledger.SettleAsync(Assert.Single(await ledger.RetriesAsync()), new DeliveryOutcome(DeliveryState.Failed) { Refused = true }, [], None);

        Assert.Null((await ledger.GetAsync()).Targets[Builders.Tracker].Sent);
    }

    [Fact]
    public async Task A_retry_that_gave_way_does_not_count_as_sent()
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(1));
        var claim = Assert.Single(await ledger.FirstAsync());
        await ledger.OweAsync("1001", Builders.Postback(2, StatusEvent.Cancel));
        await ledger.RetryAsync(claim);

        Assert.Null((await ledger.GetAsync()).Targets[Builders.Tracker].Sent);
    }

    [Fact]
    public async Task A_retry_that_a_decision_superseded_does_not_count_as_sent()
    {
        var (ledger, postback) = (Store.Postbacks(), Builders.Postback(1));
        await ledger.NewAsync("1001", postback);
        await ledger.RetryAsync(Assert.Single(await ledger.FirstAsync()), Ages);
        var order = await ledger.GetAsync();
        await ledger.CommitAsync(order.Commit(superseded: [postback.DeliveryId]), None);

        Assert.Null((await ledger.GetAsync()).Targets[Builders.Tracker].Sent);
    }

    [Fact]
    public async Task Superseding_what_was_never_begun_leaves_what_was_sent_before()
    {
        var (ledger, newer) = (Store.Postbacks(), Builders.Postback(2, StatusEvent.Cancel));
        await ledger.NewAsync("1001", Builders.Postback(1));
        await ledger.EndAsync(Assert.Single(await ledger.FirstAsync()));
        await ledger.OweAsync("1001", newer);
        var order = await ledger.GetAsync();
        await ledger.CommitAsync(order.Commit(superseded: [newer.DeliveryId]), None);

        Assert.Equal(1, (await ledger.GetAsync()).Targets[Builders.Tracker].Sent?.Sequence);
    }
}
