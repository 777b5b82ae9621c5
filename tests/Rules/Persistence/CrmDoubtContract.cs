using LeadRelay.Contracts;
using LeadRelay.Persistence.Crm;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>Doubts: looked into under one record, ended once, by whoever knows.</summary>
public abstract class CrmDoubtContract(IStoreUnderTest store) : StoreContract(store)
{
    [Fact]
    public async Task A_doubt_that_can_be_looked_into_makes_one_record_for_it()
    {
        var (ledger, lead) = (Store.Crm(), CrmWork.Create());
        await FallIntoDoubtAsync(ledger, lead, TimeSpan.Zero);

        var look = Assert.Single(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));
        Assert.Equal((await ledger.FindLeadAsync(lead.Id, None))!.LookUpId, look.Id);

        Assert.Equal((WorkKind.LookUp, lead.Id), (look.Kind, Assert.IsType<OrderInDoubt>(look.Message).About.LeadId));
        Assert.Equal(lead.Id, Assert.Single(await ledger.InDoubtAsync(10, None)).Id);
    }

    [Fact]
    public async Task A_doubt_that_cannot_be_looked_into_only_waits()
    {
        var (ledger, lead) = (Store.Crm(), CrmWork.Create());
        await FallIntoDoubtAsync(ledger, lead, null);

        Assert.Empty(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));
        Assert.Single(await ledger.InDoubtAsync(10, None));
    }

    [Fact]
    public async Task Of_many_who_end_a_doubt_one_succeeds_and_nobody_looks_any_more()
    {
        var (ledgers, lead) = (new[] { Store.Crm(), Store.Crm() }, CrmWork.Create());
        var doubt = await FallIntoDoubtAsync(ledgers[0], lead, TimeSpan.Zero);

        var ended = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() =>
            ledgers[i % 2].ResolveAsync(doubt, WorkState.Done, $"{1000 + i}", [Builders.Event(Builders.Created(lead.Id))], None))));

        Assert.Single(ended, askers => askers is not null);
        Assert.Empty(await ledgers[0].ClaimAsync(10, Ages, ClaimLimits.None, None));
        Assert.Empty(await ledgers[0].InDoubtAsync(10, None));
        Assert.Equal(WorkState.Done, (await ledgers[0].FindLeadAsync(lead.Id, None))?.State);
    }

    [Fact]
    public async Task A_lead_that_is_sent_again_takes_no_late_word_of_the_first_call_and_no_word_on_the_first_doubt()
    {
        var (ledger, lead) = (Store.Crm(), CrmWork.Create());
        var doubt = await FallIntoDoubtAsync(ledger, lead, TimeSpan.Zero);
        Assert.NotNull(await ledger.ResolveAsync(doubt, WorkState.Waiting, null, [Builders.Event()], None));

        Assert.Null(await ledger.SettleAsync(doubt, WorkState.Done, "1001", null, [Builders.Event()], None));
        var again = Assert.Single(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));
        Assert.Equal((lead.Id, 2), (again.Id, again.Attempt));
        Assert.NotNull(await ledger.SettleAsync(again, WorkState.InDoubt, null, null, [Builders.Event(Builders.InDoubt(lead.Id))], None));
        Assert.Null(await ledger.ResolveAsync(doubt, WorkState.Done, "1001", [Builders.Event()], None));
    }

    [Fact]
    public async Task Whoever_waits_is_told_the_end_of_a_doubt_that_came_before_he_was_told_of_it()
    {
        var (ledger, lead) = (Store.Crm(), CrmWork.Create());
        var doubt = await FallIntoDoubtAsync(ledger, lead, null);

        Assert.NotNull(await ledger.WitnessAsync("main", lead.Id, "1001", None));
        Assert.Equal("1001", (await ledger.FindLeadAsync(lead.Id, None))?.SeenOrderId);
        Assert.Empty((await ledger.ResolveAsync(doubt, WorkState.Done, "1001", [Builders.Event(Builders.Created(lead.Id))], None))!);
    }

    [Fact]
    public async Task What_somebody_saw_is_kept_through_a_call_and_never_replaced()
    {
        var (ledger, lead) = (Store.Crm(), CrmWork.Create());
        Assert.Null(await ledger.WitnessAsync("main", lead.Id, "1001", None));
        var claim = await ledger.AcceptAndClaimAsync(lead);
        Assert.Null(await ledger.WitnessAsync("other", lead.Id, "1003", None));
        await ledger.WitnessAsync("main", lead.Id, "1001", None);
        await ledger.WitnessAsync("main", lead.Id, "1002", None);
        await ledger.SettleAsync(claim, WorkState.InDoubt, null, null, [Builders.Event(Builders.InDoubt(lead.Id))], None);

        Assert.Equal("1001", (await ledger.FindLeadAsync(lead.Id, None))?.SeenOrderId);
    }

    [Fact]
    public async Task Limits_and_pauses_keep_leads_from_being_claimed()
    {
        var ledger = Store.Crm();
        for (var i = 0; i < 5; i++)
            await ledger.AcceptAsync(CrmWork.Create(), null, None);

        Assert.Empty(await ledger.ClaimAsync(10, Ages, new ClaimLimits(new Dictionary<string, int> { ["main"] = 0 }, [], []), None));
        Assert.Empty(await ledger.ClaimAsync(10, Ages, new ClaimLimits(new Dictionary<string, int>(), ["first"], ["main"]), None));
        Assert.Equal(2, (await ledger.ClaimAsync(10, Ages, new ClaimLimits(new Dictionary<string, int> { ["main"] = 2, ["other"] = 0 }, ["other"], ["main"]), None)).Count);
        Assert.Equal(3, (await ledger.ClaimAsync(10, Ages, new ClaimLimits(new Dictionary<string, int> { ["other"] = 0 }, [], []), None)).Count);
    }

    [Fact]
    public async Task A_newer_status_ends_those_of_the_order_that_wait_and_their_askers_are_told()
    {
        var (ledger, asker) = (Store.Crm(), new Asker("intake.1", Builders.NewId()));
        var (older, newer, foreign) = (CrmWork.Update(label: "hold"), Later(CrmWork.Update(label: "accepted"), 1), CrmWork.Update("1002"));
        await ledger.AcceptAsync(foreign, null, None);
        await ledger.AcceptAsync(older, asker, None);

        var accepted = await ledger.AcceptAsync(newer with { Supersede = work => Builders.Event(((StatusUpdateRequested)work.Message)) }, null, None);

        Assert.Equal((asker, "hold"), (Assert.Single(accepted.Superseded).Asker, ((StatusUpdateRequested)accepted.Superseded[0].Event.Message).Label));
        Assert.Equal(new[] { newer.Id, foreign.Id }.Order(), (await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None)).Select(work => work.Id).Order());
        Assert.Contains(accepted.Superseded[0].Event.Id, (await ledger.LeftOverAsync(TimeSpan.Zero, 10, None)).Select(e => e.Id));
    }

    [Fact]
    public async Task A_status_that_was_pushed_earlier_and_comes_later_is_the_one_that_ends_and_no_repeat_brings_it_back()
    {
        var ledger = Store.Crm();
        var (older, newer) = (CrmWork.Update(label: "hold"), Later(CrmWork.Update(label: "accepted"), 1));
        older = older with { Supersede = work => Builders.Event(work.Message) };
        await ledger.AcceptAsync(newer with { Supersede = work => Builders.Event(work.Message) }, null, None);

        var accepted = await ledger.AcceptAsync(older, null, None);
        var repeated = await ledger.AcceptAsync(older with { MessageId = Builders.NewId() }, null, None);

        Assert.Equal((false, false, WorkState.Done), (accepted.IsNew, repeated.IsNew, repeated.Work.State));
        Assert.Equal("hold", ((StatusUpdateRequested)Assert.Single(accepted.Superseded).Event.Message).Label);
        Assert.Equal(newer.Id, Assert.Single(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None)).Id);
    }

    [Fact]
    public async Task Of_many_statuses_that_come_at_once_on_two_replicas_the_one_that_was_pushed_last_remains()
    {
        var ledgers = new[] { Store.Crm(), Store.Crm() };
        var updates = Enumerable.Range(0, 12).Select(i => Later(CrmWork.Update(label: $"label {i}"), i) with { Supersede = work => Builders.Event(work.Message) }).ToArray();

        var accepted = await Task.WhenAll(updates.Select((update, i) => Task.Run(() => ledgers[i % 2].AcceptAsync(update, null, None))));

        Assert.Equal(updates[..^1].Select(update => update.Message).Cast<StatusUpdateRequested>().Select(update => update.Label).Order(),
            accepted.SelectMany(each => each.Superseded).Select(each => ((StatusUpdateRequested)each.Event.Message).Label).Order());
        Assert.Equal(updates[^1].Id, Assert.Single(await ledgers[0].ClaimAsync(20, Ages, ClaimLimits.None, None)).Id);
    }

    private static NewWork Later(NewWork update, int seconds) => update with { Message = (StatusUpdateRequested)update.Message with { At = update.Message.At.AddSeconds(seconds) } };

    [Fact]
    public async Task A_status_in_the_middle_of_its_call_is_not_superseded_and_knows_that_a_newer_one_waits()
    {
        var ledger = Store.Crm();
        var claim = await ledger.AcceptAndClaimAsync(CrmWork.Update());
        Assert.False(await ledger.HasNewerUpdateAsync(claim, None));

        var accepted = await ledger.AcceptAsync(CrmWork.Update() with { Supersede = _ => Builders.Event() }, null, None);

        Assert.Empty(accepted.Superseded);
        Assert.True(await ledger.HasNewerUpdateAsync(claim, None));
    }

    private static async Task<Work> FallIntoDoubtAsync(ICrmLedger ledger, NewWork lead, TimeSpan? lookIn)
    {
        var claim = await ledger.AcceptAndClaimAsync(lead);
        Assert.NotNull(await ledger.SettleAsync(claim, WorkState.InDoubt, null, lookIn, [Builders.Event(Builders.InDoubt(lead.Id))], None));
        return (await ledger.FindLeadAsync(lead.Id, None))!;
    }
}
