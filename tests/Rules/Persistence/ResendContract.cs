using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>What operators do to deliveries: see them, have them sent again, call them off.</summary>
public abstract class ResendContract(IStoreUnderTest store) : StoreContract(store)
{
    private static readonly RenderedPostback Request = new("POST", [new("https://tracker.example/?c=1&k="), new(null, "env:KEY")],
        new Dictionary<string, IReadOnlyList<RenderedPiece>> { ["X-A"] = [new("b")] }, "application/json", [new("{}")]);

    private readonly List<Outgoing> told = [];

    [Theory]
    [InlineData(DeliveryState.Delivered)]
    [InlineData(DeliveryState.Failed)]
    public async Task One_that_has_ended_is_made_again_with_the_request_as_it_was(DeliveryState ended)
    {
        var (ledger, postback, again) = (Store.Postbacks(), Builders.Postback(1), Builders.NewId());
        await ledger.NewAsync("1001", postback);
        await ledger.SettleAsync(Assert.Single(await ledger.FirstAsync()), new DeliveryOutcome(ended, Sent: Request), [], None);

        Assert.Equal(Resent.Due, await ResendAsync(ledger, postback, again));

        Assert.Empty(await ledger.FirstAsync());
        var claim = Assert.Single(await ledger.RetriesAsync());
        Assert.Equal((postback with { DeliveryId = again, ResendOf = postback.DeliveryId }, 1), (claim.Postback, claim.Attempt));
        Assert.Equivalent(Request, claim.Recorded, strict: true);
        Assert.Equal(Assert.Single(told).Id, Assert.Single(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None)).Id);
        Assert.Equal([true], SaidToRepeat());

        await ledger.RetryAsync(claim, Ages);
        await ResendAsync(ledger, claim.Postback, Builders.NewId());
        Assert.NotNull(Assert.Single(await ledger.RetriesAsync()).Recorded);
        Assert.Equal([true, true], SaidToRepeat());
    }

    [Fact]
    public async Task It_is_rendered_anew_where_that_is_wanted_and_where_no_request_is_known()
    {
        var (ledger, one, other) = (Store.Postbacks(), Builders.Postback(1), Builders.Postback(1));
        await ledger.NewAsync("1001", one);
        await ledger.NewAsync("1002", other);
        foreach (var claim in await ledger.FirstAsync())
            await ledger.SettleAsync(claim, new DeliveryOutcome(DeliveryState.Delivered, Sent: claim.Postback == one ? Request : null), [], None);

        await ResendAsync(ledger, one, Builders.NewId(), recorded: false);
        await ResendAsync(ledger, other, Builders.NewId());

        Assert.Equal([null, null], (await ledger.RetriesAsync()).Select(d => d.Recorded));
        Assert.Equal([false, false], SaidToRepeat());
    }

    [Fact]
    public async Task One_that_waits_becomes_due_now_and_once_for_each_resend()
    {
        var (ledger, postback, id) = (Store.Postbacks(), Builders.Postback(1), Builders.NewId());
        await ledger.NewAsync("1001", postback);
        await ledger.RetryAsync(Assert.Single(await ledger.FirstAsync()), Ages);
        Assert.Empty(await ledger.RetriesAsync());

        Assert.Equal(Resent.Due, await ResendAsync(ledger, postback, id));
        var claim = Assert.Single(await ledger.RetriesAsync());
        Assert.Equal((postback, 2), (claim.Postback, claim.Attempt));
        await ledger.RetryAsync(claim, Ages);

        Assert.Equal(Resent.Due, await ResendAsync(Store.Postbacks(), postback, id));
        Assert.Empty(await ledger.RetriesAsync());
        Assert.Equal(Resent.Due, await ResendAsync(ledger, postback, Builders.NewId()));
        Assert.Single(await ledger.RetriesAsync());
    }

    [Fact]
    public async Task The_same_resend_many_times_at_once_is_one()
    {
        var (ledgers, postback, id) = (new[] { Store.Postbacks(), Store.Postbacks() }, Builders.Postback(1), Builders.NewId());
        await ledgers[0].NewAsync("1001", postback);
        await ledgers[0].EndAsync(Assert.Single(await ledgers[0].FirstAsync()));

        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() =>
            ledgers[i % 2].ResendAsync(postback.DeliveryId, id, true, (about, p, isRepeat) => new Outgoing(id, new PostbackResent(about, p, isRepeat, null, null, Builders.Now)), None))));

        Assert.All(results, result => Assert.Equal(Resent.Due, result));
        Assert.Single(await ledgers[0].RetriesAsync());
    }

    [Fact]
    public async Task An_older_one_never_follows_a_newer_one()
    {
        var (ledger, older, newer) = (Store.Postbacks(), Builders.Postback(1), Builders.Postback(2, StatusEvent.Cancel));
        await ledger.NewAsync("1001", older);
        await ledger.EndAsync(Assert.Single(await ledger.FirstAsync()));
        await ledger.OweAsync("1001", newer);
        Assert.Equal(Resent.Superseded, await ResendAsync(ledger, older, Builders.NewId()));
        var claim = Assert.Single(await ledger.FirstAsync());
        Assert.Equal(Resent.UnderWay, await ResendAsync(ledger, newer, Builders.NewId()));
        await ledger.EndAsync(claim);

        Assert.Equal(Resent.Superseded, await ResendAsync(ledger, older, Builders.NewId()));
        Assert.Equal(Resent.Due, await ResendAsync(ledger, newer, Builders.NewId()));
        Assert.Equal(Resent.UnderWay, await ResendAsync(ledger, newer, Builders.NewId()));
        Assert.Equal(Resent.Unknown, await ResendAsync(ledger, Builders.Postback(1), Builders.NewId()));
        Assert.Single(told);
    }

    [Fact]
    public async Task A_dry_run_says_what_would_become_of_it_and_changes_nothing()
    {
        var (ledger, waits, ended, older, newer) = (Store.Postbacks(), Builders.Postback(1), Builders.Postback(1), Builders.Postback(1), Builders.Postback(2));
        await ledger.NewAsync("1001", ended);
        await ledger.EndAsync(Assert.Single(await ledger.FirstAsync()));
        await ledger.NewAsync("1002", older);
        await ledger.EndAsync(Assert.Single(await ledger.FirstAsync()));
        await ledger.OweAsync("1002", newer);
        await ledger.NewAsync("1003", waits);
        foreach (var claim in await ledger.FirstAsync())
            await ledger.RetryAsync(claim, Ages);

        Assert.Equal([Resent.Due, Resent.Due, Resent.Superseded, Resent.Unknown], new[]
        {
            await ResendAsync(ledger, waits, Builders.NewId(), dryRun: true), await ResendAsync(ledger, ended, Builders.NewId(), dryRun: true),
            await ResendAsync(ledger, older, Builders.NewId(), dryRun: true), await ResendAsync(ledger, Builders.Postback(1), Builders.NewId(), dryRun: true),
        });

        Assert.Empty(told);
        Assert.Empty(await ledger.RetriesAsync());
        Assert.Equal(4, (await ledger.ListAsync(new DeliveryFilter(), null, 10, None)).Count);
    }

    [Fact]
    public async Task One_that_was_made_again_names_the_newest_that_says_the_same()
    {
        var (ledger, postback, second, third) = (Store.Postbacks(), Builders.Postback(1), Builders.NewId(), Builders.NewId());
        await ledger.NewAsync("1001", postback);
        await ledger.EndAsync(Assert.Single(await ledger.FirstAsync()));
        Assert.Null((await ledger.FindDeliveryAsync(postback.DeliveryId, None))!.ResentAs);
        foreach (var id in new[] { second, third })
        {
            await ResendAsync(ledger, postback, id);
            await ledger.EndAsync(Assert.Single(await ledger.RetriesAsync()));
        }
        await ledger.OweAsync("1001", Builders.Postback(2));

        Assert.Equal([third, third, null, null], (await ledger.ListAsync(new DeliveryFilter(), null, 10, None)).Select(row => row.ResentAs));
    }

    [Fact]
    public async Task One_that_has_ended_says_whether_it_may_not_be_sent_again_as_a_resend_of_it_would()
    {
        var (ledger, failed, delivered, calledOff, waits) = (Store.Postbacks(), Builders.Postback(1), Builders.Postback(2), Builders.Postback(3), Builders.Postback(4));
        await ledger.NewAsync("1001", failed);
        await SaysAsync(false);
        await ledger.EndAsync(Assert.Single(await ledger.FirstAsync()), DeliveryState.Failed);
        await SaysAsync(false);
        await ledger.OweAsync("1001", delivered);
        await SaysAsync(true, false);
        await ledger.EndAsync(Assert.Single(await ledger.FirstAsync()));
        await ledger.OweAsync("1001", calledOff);
        await ledger.CancelAsync(calledOff.DeliveryId, [], None);
        await SaysAsync(true, true, false);
        await ledger.OweAsync("1001", waits);
        await SaysAsync(true, true, true, false);
        await ledger.EndAsync(Assert.Single(await ledger.FirstAsync()), DeliveryState.Failed);
        await ResendAsync(ledger, waits, Builders.NewId());
        await ledger.OweAsync("1001", Builders.Postback(5, target: "https://other.example"));
        await SaysAsync(true, true, true, false, false, false);

        async Task SaysAsync(params bool[] expected)
        {
            var rows = await ledger.ListAsync(new DeliveryFilter(), null, 10, None);
            Assert.Equal(expected, rows.Select(row => row.IsSuperseded));
            foreach (var row in rows)
                Assert.Equal(row.IsSuperseded, await ResendAsync(ledger, row.Postback, Builders.NewId(), dryRun: true) is Resent.Superseded);
        }
    }

    [Fact]
    public async Task What_is_committed_for_the_second_lane_comes_in_it()
    {
        var ledger = Store.Postbacks();
        var order = await ledger.AddAsync(Builders.About(Builders.NewId(), "1001"));

        Assert.Equal(Committed.Taken, await ledger.CommitAsync(order.Commit(Builders.Postback(1)) with { Lane = Lane.Retry }, None));

        Assert.Empty(await ledger.FirstAsync());
        Assert.Equal(1, Assert.Single(await ledger.RetriesAsync()).Attempt);
    }

    [Fact]
    public async Task A_repeat_that_moved_the_targets_place_on_does_not_stand_in_the_way()
    {
        var (ledger, postback) = (Store.Postbacks(), Builders.Postback(100));
        await ledger.NewAsync("1001", postback);
        await ledger.EndAsync(Assert.Single(await ledger.FirstAsync()), DeliveryState.Failed);
        var order = await ledger.GetAsync();
        await ledger.CommitAsync((order with { Targets = new Dictionary<string, TargetRecord> { [Builders.Tracker] = new(200, null, null) } }).Commit(), None);

        Assert.False((await ledger.FindDeliveryAsync(postback.DeliveryId, None))!.IsSuperseded);
        Assert.Equal(Resent.Due, await ResendAsync(ledger, postback, Builders.NewId()));
    }

    [Fact]
    public async Task What_was_called_off_does_not_follow_what_was_told_since()
    {
        var (ledger, postback) = (Store.Postbacks(), Builders.Postback(100));
        await ledger.NewAsync("1001", postback);
        await ledger.CancelAsync(postback.DeliveryId, [], None);
        var order = await ledger.GetAsync();
        await ledger.CommitAsync((order with { Targets = new Dictionary<string, TargetRecord> { [Builders.Tracker] = new(200, null, null) } }).Commit(), None);

        Assert.True((await ledger.FindDeliveryAsync(postback.DeliveryId, None))!.IsSuperseded);
        Assert.Equal(Resent.Superseded, await ResendAsync(ledger, postback, Builders.NewId()));
    }

    [Fact]
    public async Task A_resend_that_fails_does_not_undo_what_was_delivered_before()
    {
        var (ledger, postback) = (Store.Postbacks(), Builders.Postback(1));
        await ledger.NewAsync("1001", postback);
        await ledger.EndAsync(Assert.Single(await ledger.FirstAsync()));
        await ResendAsync(ledger, postback, Builders.NewId());
        await ledger.EndAsync(Assert.Single(await ledger.RetriesAsync()), DeliveryState.Failed);

        Assert.Equal(1, (await ledger.GetAsync()).Targets[Builders.Tracker].Sent?.Sequence);
    }

    [Fact]
    public async Task One_that_waits_is_called_off_once_and_what_stood_behind_it_comes()
    {
        var (ledger, first, e) = (Store.Postbacks(), Builders.Postback(1), Builders.Event());
        await ledger.NewAsync("1001", first);
        await ledger.OweAsync("1001", Builders.Postback(2));

        Assert.True(await ledger.CancelAsync(first.DeliveryId, [e], None));
        Assert.False(await ledger.CancelAsync(first.DeliveryId, [Builders.Event()], None));
        Assert.False(await ledger.CancelAsync(Builders.NewId(), [Builders.Event()], None));

        Assert.Equal(e.Id, Assert.Single(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None)).Id);
        Assert.Equal(DeliveryState.Cancelled, (await ledger.FindDeliveryAsync(first.DeliveryId, None))?.State);
        var second = Assert.Single(await ledger.FirstAsync());
        Assert.Equal(2, second.Postback.Sequence);
        Assert.False(await ledger.CancelAsync(second.Postback.DeliveryId, [], None));
    }

    [Fact]
    public async Task Deliveries_are_listed_as_they_were_made_page_by_page_and_those_that_fit()
    {
        var ledger = Store.Postbacks();
        var before = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        for (var i = 0; i < 6; i++)
            await ledger.NewAsync($"{1000 + i}", Builders.Postback(1, i < 3 ? StatusEvent.Hold : StatusEvent.Approve, target: i % 2 is 0 ? Builders.Tracker : "https://other.example"));
        foreach (var claim in await ledger.FirstAsync(perTarget: 2))
            await ledger.EndAsync(claim, DeliveryState.Failed);

        async Task<string> Listed(DeliveryFilter filter, bool newestFirst = false)
        {
            List<DeliveryRow> found = [];
            while (await ledger.ListAsync(filter, found.LastOrDefault()?.Place, 2, None, newestFirst) is { Count: > 0 } page)
                found.AddRange(page);
            return string.Join(' ', found.Select(row => row.About.OrderId![3..]));
        }

        Assert.Equal("0 1 2 3 4 5", await Listed(new DeliveryFilter()));
        Assert.Equal("0 1 2 3 4 5", await Listed(new DeliveryFilter("first", "buyer", From: before, To: before.AddHours(1))));
        Assert.Equal("", await Listed(new DeliveryFilter("second")));
        Assert.Equal("", await Listed(new DeliveryFilter(Partner: "nobody")));
        Assert.Equal("", await Listed(new DeliveryFilter(To: before)));
        Assert.Equal("", await Listed(new DeliveryFilter(From: before.AddHours(1))));
        Assert.Equal("0 2 4", await Listed(new DeliveryFilter(Target: Builders.Tracker)));
        Assert.Equal("0 1 2", await Listed(new DeliveryFilter(Event: StatusEvent.Hold)));
        Assert.Equal("0 1 2 3", await Listed(new DeliveryFilter(State: DeliveryState.Failed)));
        Assert.Equal("0 2", await Listed(new DeliveryFilter(State: DeliveryState.Failed, Event: StatusEvent.Hold, Target: Builders.Tracker)));
        Assert.Equal("5 4 3 2 1 0", await Listed(new DeliveryFilter(), newestFirst: true));
        Assert.Equal("4 2 0", await Listed(new DeliveryFilter(Target: Builders.Tracker), newestFirst: true));
    }

    [Fact]
    public async Task What_waits_is_listed_with_its_next_attempt_the_next_first()
    {
        var ledger = Store.Postbacks();
        for (var i = 0; i < 3; i++)
            await ledger.NewAsync($"{1000 + i}", Builders.Postback(1));
        var claims = (await ledger.FirstAsync()).OrderBy(c => c.About.OrderId).ToArray();
        await ledger.RetryAsync(claims[0], TimeSpan.FromHours(2));
        await ledger.RetryAsync(claims[1], TimeSpan.FromHours(1));
        await ledger.EndAsync(claims[2]);
        await ledger.OweAsync("1000", Builders.Postback(2));

        var pending = await ledger.PendingAsync(new DeliveryFilter(), 10, None);

        Assert.Equal(["1001", "1000"], pending.Where(row => row.State is DeliveryState.Waiting).Select(row => row.About.OrderId));
        Assert.Equal([1, 1, 0], pending.OrderBy(row => row.State).Select(row => row.Attempts));
        Assert.InRange(pending.Single(row => row.About.OrderId is "1001").DueAt!.Value - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(55), TimeSpan.FromMinutes(60));
        Assert.Null(pending.Single(row => row.State is DeliveryState.Behind).DueAt);
        Assert.Single(await ledger.PendingAsync(new DeliveryFilter(), 1, None));
        Assert.Empty(await ledger.PendingAsync(new DeliveryFilter(Campaign: "other"), 10, None));
    }

    private IEnumerable<bool> SaidToRepeat() => told.Select(e => ((PostbackResent)e.Message).Recorded);

    private Task<Resent> ResendAsync(IPostbackLedger ledger, Postback postback, Guid id, bool recorded = true, bool dryRun = false) => ledger.ResendAsync(postback.DeliveryId, id, recorded, (about, due, isRepeat) =>
    {
        var e = Builders.Event(new PostbackResent(about, due, isRepeat, null, null, Builders.Now));
        told.Add(e);
        return e;
    }, None, dryRun);
}
