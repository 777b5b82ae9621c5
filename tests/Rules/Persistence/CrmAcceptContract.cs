using LeadRelay.Contracts;
using LeadRelay.Persistence.Crm;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>Taking requests over: known ones stay as they stand, refused ones may begin anew.</summary>
public abstract class CrmAcceptContract(IStoreUnderTest store) : StoreContract(store)
{
    [Fact]
    public async Task A_new_lead_waits_and_carries_its_message()
    {
        var (ledger, lead) = (Store.Crm(), CrmWork.Create());

        var (isNew, work) = await ledger.AcceptAsync(lead, null, None);

        Assert.True(isNew);
        Assert.Equal((lead.Id, WorkKind.Create, WorkState.Waiting, 1, 0, "hash"), (work.Id, work.Kind, work.State, work.Round, work.Attempt, work.BodyHash));
        Assert.Equal(lead.Message.About, work.Message.About);
        Assert.Equal("+491701234567", Assert.IsType<LeadSubmitted>(work.Message).Lead.Fields["phone"]);
        Assert.Null(work.Outcome);
        Assert.Null(work.Lease);
    }

    [Fact]
    public async Task What_is_accepted_once_is_known_to_every_replica_and_claimed_once()
    {
        var (one, other, lead) = (Store.Crm(), Store.Crm(), CrmWork.Create());
        await one.AcceptAsync(lead, null, None);

        Assert.False((await one.AcceptAsync(lead, null, None)).IsNew);
        Assert.False((await other.AcceptAsync(lead with { MessageId = Builders.NewId() }, null, None)).IsNew);

        Assert.Single(await one.ClaimAsync(10, Ages, ClaimLimits.None, None));
        Assert.Empty(await other.ClaimAsync(10, Ages, ClaimLimits.None, None));
    }

    [Fact]
    public async Task Another_body_under_the_same_id_changes_nothing()
    {
        var (ledger, lead) = (Store.Crm(), CrmWork.Create());
        await ledger.AcceptAsync(lead, null, None);

        var (isNew, work) = await ledger.AcceptAsync(CrmWork.Create(lead.Id, "another"), null, None);

        Assert.False(isNew);
        Assert.Equal("hash", work.BodyHash);
        Assert.Equal("hash", Assert.IsType<LeadSubmitted>(Assert.Single(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None)).Message).BodyHash);
    }

    [Fact]
    public async Task A_done_lead_tells_its_outcome_to_a_repeat()
    {
        var (ledger, lead) = (Store.Crm(), CrmWork.Create());
        var claim = await ledger.AcceptAndClaimAsync(lead);
        await ledger.SettleAsync(claim, WorkState.Done, "1001", null, [Builders.Event(Builders.Created(lead.Id))], None);

        var (isNew, work) = await Store.Crm().AcceptAsync(lead with { MessageId = Builders.NewId() }, null, None);

        Assert.False(isNew);
        Assert.Equal(WorkState.Done, work.State);
        Assert.Equal("1001", Assert.IsType<OrderCreated>(work.Outcome).About.OrderId);
        Assert.Empty(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));
    }

    [Fact]
    public async Task A_refused_lead_begins_anew_when_another_message_asks_even_with_another_body()
    {
        var (ledger, lead) = (Store.Crm(), CrmWork.Create());
        var first = await ledger.AcceptAndClaimAsync(lead);
        await ledger.SettleAsync(first, WorkState.Refused, null, null, [Builders.Event(Builders.Refused(lead.Id))], None);

        var (isNew, work) = await ledger.AcceptAsync(CrmWork.Create(lead.Id, "corrected"), null, None);

        Assert.True(isNew);
        Assert.Equal((WorkState.Waiting, 2, 0, "corrected"), (work.State, work.Round, work.Attempt, work.BodyHash));
        Assert.Null(work.Outcome);
        var second = Assert.Single(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));
        Assert.Equal((2, 1), (second.Round, second.Attempt));
        Assert.NotEqual(first.Lease, second.Lease);
        Assert.Null(await ledger.SettleAsync(first, WorkState.Done, "1001", null, [Builders.Event()], None));
    }

    [Fact]
    public async Task A_redelivery_of_the_message_that_was_refused_does_not_begin_anew()
    {
        var (ledger, lead) = (Store.Crm(), CrmWork.Create());
        var claim = await ledger.AcceptAndClaimAsync(lead);
        await ledger.SettleAsync(claim, WorkState.Refused, null, null, [Builders.Event(Builders.Refused(lead.Id))], None);

        var (isNew, work) = await ledger.AcceptAsync(lead, null, None);

        Assert.False(isNew);
        Assert.Equal(WorkState.Refused, work.State);
        Assert.IsType<OrderRefused>(work.Outcome);
        Assert.Empty(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));
    }

    [Theory]
    [InlineData(WorkState.Claimed)]
    [InlineData(WorkState.Done)]
    [InlineData(WorkState.InDoubt)]
    public async Task Nothing_but_a_refusal_lets_a_lead_begin_anew(WorkState state)
    {
        var (ledger, lead) = (Store.Crm(), CrmWork.Create());
        var claim = await ledger.AcceptAndClaimAsync(lead);
        if (state is not WorkState.Claimed)
            await ledger.SettleAsync(claim, state, null, null, [Builders.Event()], None);

        var (isNew, work) = await ledger.AcceptAsync(CrmWork.Create(lead.Id), null, None);

        Assert.False(isNew);
        Assert.Equal((state, 1), (work.State, work.Round));
        Assert.Empty(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));
    }

    [Fact]
    public async Task Many_replicas_that_accept_the_same_lead_at_once_make_one()
    {
        var (ledgers, lead) = (new[] { Store.Crm(), Store.Crm() }, CrmWork.Create());

        var accepted = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            Task.Run(() => ledgers[i % 2].AcceptAsync(lead with { MessageId = Builders.NewId() }, null, None))));

        Assert.Single(accepted, a => a.IsNew);
        Assert.Single(await ledgers[0].ClaimAsync(100, Ages, ClaimLimits.None, None));
    }
}

/// <summary>Requests for the contracts.</summary>
internal static class CrmWork
{
    public static NewWork Create(Guid? leadId = null, string bodyHash = "hash")
    {
        var id = leadId ?? Builders.NewId();
        return new NewWork(id, WorkKind.Create, Builders.NewId(), Builders.Submitted(id, bodyHash), bodyHash);
    }

    public static NewWork Update(string orderId = "1001", string label = "accepted")
    {
        var id = Builders.NewId();
        return new NewWork(id, WorkKind.Update, Builders.NewId(), Builders.Update(id, orderId, label), null);
    }

    public static async Task<Work> AcceptAndClaimAsync(this ICrmLedger ledger, NewWork work)
    {
        await ledger.AcceptAsync(work, null, CancellationToken.None);
        return Assert.Single(await ledger.ClaimAsync(10, TimeSpan.FromMinutes(10), ClaimLimits.None, CancellationToken.None));
    }
}
