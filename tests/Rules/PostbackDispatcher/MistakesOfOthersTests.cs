using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;
using LeadRelay.Tests.Rules.Persistence;
using static LeadRelay.Tests.Rules.PostbackDispatcher.Changes;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>What other systems are known to get wrong about deciding and remembering. What they get wrong about rendering and about the call is beside this.</summary>
public sealed class MistakesOfOthersTests : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly SqliteUnderTest store = new();

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public void An_unmapped_status_is_not_taken_for_a_rejection()
    {
        var decision = Decide(Order(), Change("77", group: "SOMETHING_NEW"));

        Assert.True(decision.Held);
        Assert.Empty(decision.Deliveries);
    }

    [Fact]
    public void A_partner_is_not_told_of_a_rejection_that_nobody_mapped()
    {
        var order = Order(Sent(StatusEvent.Hold));
        foreach (var status in new[] { "77", "declined", "DECLINED", "", "null", "0", "-1" })
            Assert.Empty(Decide(order, Change(status)).Deliveries);
    }

    [Fact]
    public void Groups_are_matched_in_any_case_and_labels_are_told_as_the_map_writes_them()
    {
        foreach (var group in new[] { "spam", "SPAM", "Spam" })
            Assert.Equal((StatusEvent.Trash, "spam"), Decide(Order(), Change(null, group: group)).Delivery is { } told ? (told.Event, told.Label) : default);
    }

    [Fact]
    public void A_click_can_have_more_than_one_conversion_message_so_a_change_of_mind_is_told()
    {
        var order = Order(Sent(StatusEvent.Approve));

        Assert.Equal("cancel", Told(Decide(order, Change("4"))));
        Assert.Equal("approve", Told(Decide(Order(Sent(StatusEvent.Cancel)), Change("3"))));
    }

    [Fact]
    public async Task The_guard_against_repeats_outlives_a_restart_holds_for_all_replicas_and_remembers_more_than_a_hundred()
    {
        var before = store.Postbacks();
        const int Orders = 120;
        await Task.WhenAll(Enumerable.Range(0, Orders).Select(async i =>
        {
            await before.AddAsync(Builders.About(Builders.NewId(), $"{1000 + i}"));
            await before.OweAsync($"{1000 + i}", Builders.Postback(5_000, StatusEvent.Approve, label: "accepted"));
        }));
        await Task.WhenAll((await before.FirstAsync(atMost: Orders, perTarget: Orders)).Select(claim => before.EndAsync(claim)));

        var after = store.Postbacks();
        for (var i = 0; i < Orders; i++)
            Assert.Equal("repeat", Told(Decide(await after.GetAsync($"{1000 + i}"), Change("3"))));
    }

    [Fact]
    public async Task Two_webhooks_of_one_change_at_the_same_moment_do_not_both_pass()
    {
        await store.Postbacks().AddAsync(Builders.About(Builders.NewId(), "1001"));

        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(async () =>
        {
            var ledger = store.Postbacks();
            Committed committed;
            do
            {
                var (order, change) = (await ledger.GetAsync(), Change("3", exact: true));
                var decision = Decide(order, change);
                committed = await ledger.CommitAsync(new OrderCommit(order with { Targets = decision.Targets }, change.MessageId, null, false, decision.Deliveries, decision.Superseded, decision.Events), None);
            }
            while (committed is Committed.Touched);
        })));

        Assert.Single(await store.Postbacks().ListAsync(new DeliveryFilter(), null, 100, None));
    }

    [Fact]
    public async Task What_is_tried_again_waits_as_a_row_and_holds_no_worker()
    {
        var ledger = store.Postbacks();
        for (var i = 0; i < 20; i++)
            await ledger.NewAsync($"{1000 + i}", Builders.Postback(1));
        foreach (var claim in await ledger.FirstAsync())
            await ledger.RetryAsync(claim, TimeSpan.FromHours(12));

        Assert.Empty(await ledger.RetriesAsync());
        Assert.Equal(20, (await store.Postbacks().PendingAsync(new DeliveryFilter(State: DeliveryState.Waiting), 100, None)).Count);
    }

    [Fact]
    public void It_is_not_given_up_after_three_attempts_and_the_attempt_is_counted()
    {
        var answer = new TrackerAnswer(503, "", null, null, 1);

        Assert.NotNull(Verdict.Of(answer, AnswerRules.None, 3, Verdict.Planned(3), 0.5).RetryIn);
        Assert.True(Verdict.Of(answer, AnswerRules.None, 4, Verdict.Planned(4), 0.5).RetryIn > Verdict.Of(answer, AnswerRules.None, 3, Verdict.Planned(3), 0.5).RetryIn);
    }

    [Fact]
    public async Task A_webhook_of_an_unknown_order_is_recorded_first_and_judged_later()
    {
        var (ledger, id) = (store.Postbacks(), Builders.NewId());
        await ledger.KeepAsync(id, Builders.Changed(), KeptFor.Order, [], None);
        await ledger.AddAsync(Builders.About(null, "1001"));

        Assert.Equal(id, Assert.Single(await ledger.ReleasableAsync(10, None)).Id);
    }

    [Fact]
    public async Task A_delivery_is_on_record_with_what_it_is_about_before_anybody_is_called()
    {
        var (ledger, change) = (store.Postbacks(), Change("3"));
        var order = await ledger.AddAsync(Builders.About(Builders.NewId(), "1001"));
        var decision = Decide(order, change);
        await ledger.CommitAsync(new OrderCommit(order with { Targets = decision.Targets }, change.MessageId, null, false, decision.Deliveries, decision.Superseded, decision.Events), None);

        var row = Assert.Single(await ledger.ListAsync(new DeliveryFilter(), null, 10, None));
        Assert.Equal(("first", "buyer", 0), (row.About.Campaign, row.About.Partner, row.Attempts));
        Assert.IsType<PostbackDue>(Assert.Single(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None)).Message);
    }
}
