using LeadRelay.Persistence.Crm;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>Of leads with one phone in one campaign the first goes, and the others wait for what becomes of it.</summary>
public abstract class CrmDuplicateContract(IStoreUnderTest store) : StoreContract(store)
{
    private static readonly DuplicateRule Rule = new("first", "+491701234567", TimeSpan.FromHours(1));

    [Fact]
    public async Task Of_many_at_once_on_two_replicas_one_goes_first()
    {
        var ledgers = new[] { Store.Crm(), Store.Crm() };
        var leads = Enumerable.Range(0, 30).Select(_ => CrmWork.Create() with { Duplicates = Rule }).ToArray();
        await Task.WhenAll(leads.Select((lead, i) => ledgers[i % 2].AcceptAsync(lead, null, None)));

        var first = Assert.Single(await ledgers[0].ClaimAsync(100, Ages, ClaimLimits.None, None));
        Assert.Null(first.WaitsFor);
        Assert.Empty(await ledgers[1].ClaimAsync(100, Ages, ClaimLimits.None, None));

        await ledgers[0].SettleAsync(first, WorkState.Done, "1001", null, [Builders.Event(Builders.Created(first.Id))], None);
        var others = await ledgers[1].ClaimAsync(100, Ages, ClaimLimits.None, None);
        Assert.Equal(29, others.Count);
        Assert.All(others, other => Assert.Equal(first.Id, other.WaitsFor));
    }

    [Theory]
    [InlineData("second", "+491701234567")]
    [InlineData("first", "+491701234568")]
    public async Task Another_campaign_or_phone_is_nobodys_duplicate(string campaign, string phone)
    {
        var ledger = Store.Crm();
        await ledger.AcceptAsync(CrmWork.Create() with { Duplicates = Rule }, null, None);
        await ledger.AcceptAsync(CrmWork.Create() with { Duplicates = Rule with { Campaign = campaign, Phone = phone } }, null, None);

        Assert.Equal(2, (await ledger.ClaimAsync(100, Ages, ClaimLimits.None, None)).Count);
    }

    [Fact]
    public async Task After_the_window_a_lead_is_a_first_one()
    {
        var ledger = Store.Crm();
        await ledger.AcceptAsync(CrmWork.Create() with { Duplicates = Rule }, null, None);
        await Task.Delay(20);
        await ledger.AcceptAsync(CrmWork.Create() with { Duplicates = Rule with { Window = TimeSpan.FromMilliseconds(10) } }, null, None);

        Assert.Equal(2, (await ledger.ClaimAsync(100, Ages, ClaimLimits.None, None)).Count);
    }

    [Fact]
    public async Task When_the_first_is_refused_one_takes_its_place_and_the_others_wait_for_that_one()
    {
        var ledger = Store.Crm();
        for (var i = 0; i < 4; i++)
            await ledger.AcceptAsync(CrmWork.Create() with { Duplicates = Rule }, null, None);
        var first = Assert.Single(await ledger.ClaimAsync(100, Ages, ClaimLimits.None, None));
        await ledger.SettleAsync(first, WorkState.Refused, null, null, [Builders.Event(Builders.Refused(first.Id))], None);

        var others = await ledger.ClaimAsync(100, Ages, ClaimLimits.None, None);
        Assert.Equal(3, others.Count);
        await Task.WhenAll(others.Select(other => Store.Crm().TakeOverAsync(other, Rule, None)));

        var second = Assert.Single(await ledger.ClaimAsync(100, Ages, ClaimLimits.None, None));
        Assert.Equal((null, 1), (second.WaitsFor, second.Attempt));
        foreach (var other in others.Where(other => other.Id != second.Id))
            Assert.Equal((second.Id, WorkState.Waiting), ((await ledger.FindLeadAsync(other.Id, None))!.WaitsFor!.Value, (await ledger.FindLeadAsync(other.Id, None))!.State));
    }

    [Fact]
    public async Task A_first_that_was_refused_competes_anew_when_it_is_submitted_again()
    {
        var (ledger, lead) = (Store.Crm(), CrmWork.Create() with { Duplicates = Rule });
        var claim = await ledger.AcceptAndClaimAsync(lead);
        await ledger.SettleAsync(claim, WorkState.Refused, null, null, [Builders.Event(Builders.Refused(lead.Id))], None);
        var second = await ledger.AcceptAndClaimAsync(CrmWork.Create() with { Duplicates = Rule });
        Assert.Null(second.WaitsFor);

        var again = await ledger.AcceptAsync(lead with { MessageId = Builders.NewId() }, null, None);

        Assert.Equal((true, second.Id), (again.IsNew, again.Work.WaitsFor));
    }
}
