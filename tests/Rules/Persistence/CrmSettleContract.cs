using LeadRelay.Persistence.Crm;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>Writing outcomes: compare-and-set by lease, askers told once, late words taken where they may be.</summary>
public abstract class CrmSettleContract(IStoreUnderTest store) : StoreContract(store)
{
    [Theory]
    [InlineData(WorkState.Done)]
    [InlineData(WorkState.Refused)]
    [InlineData(WorkState.InDoubt)]
    [InlineData(WorkState.Waiting)]
    public async Task The_same_claim_is_settled_once(WorkState state)
    {
        var ledger = Store.Crm();
        var claim = await ledger.AcceptAndClaimAsync(CrmWork.Create());

        Assert.NotNull(await ledger.SettleAsync(claim, state, null, Ages, [Builders.Event()], None));
        Assert.Null(await ledger.SettleAsync(claim, state, null, Ages, [Builders.Event()], None));

        Assert.Single(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None));
    }

    [Fact]
    public async Task Of_many_who_settle_one_claim_one_succeeds()
    {
        var ledgers = new[] { Store.Crm(), Store.Crm() };
        var claim = await ledgers[0].AcceptAndClaimAsync(CrmWork.Create());

        var settled = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            Task.Run(() => ledgers[i % 2].SettleAsync(claim, WorkState.Done, $"{1000 + i}", null, [Builders.Event()], None))));

        Assert.Single(settled, askers => askers is not null);
        Assert.Single(await ledgers[0].LeftOverAsync(TimeSpan.Zero, 100, None));
    }

    [Fact]
    public async Task A_lease_of_an_earlier_attempt_settles_nothing()
    {
        var ledger = Store.Crm();
        var first = await ledger.AcceptAndClaimAsync(CrmWork.Update());
        await ledger.SettleAsync(first, WorkState.Waiting, null, TimeSpan.Zero, [Builders.Event()], None);
        Assert.Single(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));

        Assert.Null(await ledger.SettleAsync(first, WorkState.Done, null, null, [Builders.Event()], None));
        Assert.Single(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None));
    }

    [Fact]
    public async Task A_lead_in_doubt_still_takes_its_claimants_late_word()
    {
        var (ledger, watch, lead) = (Store.Crm(), Store.Crm(), CrmWork.Create());
        await ledger.AcceptAsync(lead, null, None);
        var claim = Assert.Single(await ledger.ClaimAsync(10, Over, ClaimLimits.None, None));
        var expired = Assert.Single(await watch.ExpiredAsync(10, None));
        Assert.NotNull(await watch.SettleAsync(expired, WorkState.InDoubt, null, null, [Builders.Event()], None));

        Assert.NotNull(await ledger.SettleAsync(claim, WorkState.Done, "1001", null, [Builders.Event(Builders.Created(lead.Id))], None));

        var known = (await ledger.AcceptAsync(lead, null, None)).Work;
        Assert.Equal(WorkState.Done, known.State);
        Assert.Equal(lead.Id, (await ledger.FindOrderAsync("main", "1001", None))?.LeadId);
    }

    [Fact]
    public async Task A_lead_that_is_done_does_not_fall_into_doubt()
    {
        var (ledger, lead) = (Store.Crm(), CrmWork.Create());
        await ledger.AcceptAsync(lead, null, None);
        var claim = Assert.Single(await ledger.ClaimAsync(10, Over, ClaimLimits.None, None));
        var expired = Assert.Single(await ledger.ExpiredAsync(10, None));
        await ledger.SettleAsync(claim, WorkState.Done, "1001", null, [Builders.Event()], None);

        Assert.Null(await ledger.SettleAsync(expired, WorkState.InDoubt, null, null, [Builders.Event()], None));
    }

    [Fact]
    public async Task Everybody_who_asked_before_the_outcome_is_told_once()
    {
        var (ledger, lead) = (Store.Crm(), CrmWork.Create());
        var (one, two) = (new Asker("intake.1", Builders.NewId()), new Asker("intake.2", Builders.NewId()));
        await ledger.AcceptAsync(lead, one, None);
        var claim = Assert.Single(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));
        await Store.Crm().AcceptAsync(lead, two, None);
        await ledger.AcceptAsync(lead, two, None);

        Assert.Empty((await ledger.SettleAsync(claim, WorkState.Waiting, null, TimeSpan.Zero, [Builders.Event()], None))!);
        claim = Assert.Single(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));
        var told = await ledger.SettleAsync(claim, WorkState.InDoubt, null, null, [Builders.Event()], None);
        Assert.Equal(new[] { one, two }.OrderBy(a => a.Instance), told!.OrderBy(a => a.Instance));

        Assert.Empty((await ledger.SettleAsync(claim, WorkState.Done, "1001", null, [Builders.Event()], None))!);
    }

    [Fact]
    public async Task Who_asks_with_another_body_or_after_the_outcome_does_not_join_those_who_wait()
    {
        var (ledger, lead, asker) = (Store.Crm(), CrmWork.Create(), new Asker("intake.1", Builders.NewId()));
        await ledger.AcceptAsync(lead, null, None);
        await ledger.AcceptAsync(CrmWork.Create(lead.Id, "another"), asker, None);
        var claim = Assert.Single(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));

        Assert.Empty((await ledger.SettleAsync(claim, WorkState.Refused, null, null, [Builders.Event(Builders.Refused(lead.Id))], None))!);

        await ledger.AcceptAsync(lead, asker, None);
        await ledger.AcceptAsync(CrmWork.Create(lead.Id), null, None);
        claim = Assert.Single(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));
        Assert.Empty((await ledger.SettleAsync(claim, WorkState.Done, "1001", null, [Builders.Event()], None))!);
    }

    [Fact]
    public async Task Who_asks_while_the_outcome_is_written_is_told_it_or_sees_it()
    {
        var ledgers = new[] { Store.Crm(), Store.Crm() };
        for (var round = 0; round < 10; round++)
        {
            var lead = CrmWork.Create();
            var claim = await ledgers[0].AcceptAndClaimAsync(lead);
            var askers = Enumerable.Range(0, 6).Select(i => new Asker($"intake.{i}", Builders.NewId())).ToArray();

            var asked = askers.Select((asker, i) => Task.Run(() => ledgers[i % 2].AcceptAsync(lead, asker, None))).ToArray();
            var told = await ledgers[1].SettleAsync(claim, WorkState.Done, "1001", null, [Builders.Event(Builders.Created(lead.Id))], None);
            var seen = askers.Zip(await Task.WhenAll(asked)).Where(each => each.Second.Work.State is WorkState.Done).Select(each => each.First);

            Assert.Equal(askers.OrderBy(asker => asker.Instance), told!.Concat(seen).OrderBy(asker => asker.Instance));
        }
    }

    [Fact]
    public async Task An_order_is_found_by_its_connection_and_id_once_it_is_made()
    {
        var (ledger, lead) = (Store.Crm(), CrmWork.Create());
        var claim = await ledger.AcceptAndClaimAsync(lead);
        Assert.Null(await ledger.FindOrderAsync("main", "1001", None));

        await ledger.SettleAsync(claim, WorkState.Done, "1001", null, [Builders.Event(Builders.Created(lead.Id))], None);

        Assert.Equal("first", (await ledger.FindOrderAsync("main", "1001", None))?.Campaign);
        Assert.Null(await ledger.FindOrderAsync("other", "1001", None));
        Assert.Null(await ledger.FindOrderAsync("main", "1002", None));
    }

    [Fact]
    public async Task An_update_alone_does_not_make_an_order_known()
    {
        var ledger = Store.Crm();
        await ledger.AcceptAsync(CrmWork.Update("1001"), null, None);

        Assert.Null(await ledger.FindOrderAsync("main", "1001", None));
    }
}
