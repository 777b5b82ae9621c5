using System.Collections.Concurrent;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Crm;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>Claims: exclusive, leased, and one after the other for the updates of an order.</summary>
public abstract class CrmClaimContract(IStoreUnderTest store) : StoreContract(store)
{
    [Fact]
    public async Task Many_claimants_on_two_replicas_never_share_a_lead()
    {
        var ledgers = new[] { Store.Crm(), Store.Crm() };
        var leads = Enumerable.Range(0, 120).Select(_ => CrmWork.Create()).ToArray();
        await Task.WhenAll(leads.Select(lead => ledgers[0].AcceptAsync(lead, null, None)));

        var claimed = new ConcurrentBag<Work>();
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(async () =>
        {
            while (await ledgers[i % 2].ClaimAsync(3, Ages, ClaimLimits.None, None) is { Count: > 0 } some)
            {
                foreach (var work in some)
                    claimed.Add(work);
            }
        })));

        Assert.Equal(leads.Select(lead => lead.Id).Order(), claimed.Select(work => work.Id).Order());
        Assert.All(claimed, work => Assert.Equal((WorkState.Claimed, 1), (work.State, work.Attempt)));
    }

    [Fact]
    public async Task No_more_is_claimed_than_asked_for_and_the_oldest_first()
    {
        var ledger = Store.Crm();
        var leads = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            var lead = CrmWork.Create();
            leads.Add(lead.Id);
            await ledger.AcceptAsync(lead, null, None);
            await Clock.PassAsync();
        }

        Assert.Equal(leads[..2].Order(), (await ledger.ClaimAsync(2, Ages, ClaimLimits.None, None)).Select(work => work.Id).Order());
        Assert.Equal(leads[2..].Order(), (await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None)).Select(work => work.Id).Order());
    }

    [Fact]
    public async Task What_is_not_due_is_not_claimed()
    {
        var ledger = Store.Crm();
        var claim = await ledger.AcceptAndClaimAsync(CrmWork.Create());
        await ledger.SettleAsync(claim, WorkState.Waiting, null, Ages, [Builders.Event()], None);

        Assert.Empty(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));
    }

    [Fact]
    public async Task What_was_put_off_is_claimed_again_as_the_next_attempt_with_another_lease()
    {
        var ledger = Store.Crm();
        var first = await ledger.AcceptAndClaimAsync(CrmWork.Create());
        await ledger.SettleAsync(first, WorkState.Waiting, null, TimeSpan.Zero, [Builders.Event()], None);

        var second = Assert.Single(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));

        Assert.Equal((first.Id, 2, 1), (second.Id, second.Attempt, second.Round));
        Assert.Equal(first.Since, second.Since);
        Assert.NotEqual(first.Lease, second.Lease);
    }

    [Fact]
    public async Task An_expired_claim_is_reported_by_every_replica_and_never_claimed_again()
    {
        var (one, other, lead) = (Store.Crm(), Store.Crm(), CrmWork.Create());
        await one.AcceptAsync(lead, null, None);
        var claim = Assert.Single(await one.ClaimAsync(10, Over, ClaimLimits.None, None));

        var expired = Assert.Single(await other.ExpiredAsync(10, None));

        Assert.Equal((lead.Id, claim.Lease, WorkState.Claimed, 1), (expired.Id, expired.Lease, expired.State, expired.Attempt));
        Assert.Empty(await other.ClaimAsync(10, Ages, ClaimLimits.None, None));
    }

    [Fact]
    public async Task A_claim_within_its_lease_is_not_expired()
    {
        var ledger = Store.Crm();
        await ledger.AcceptAndClaimAsync(CrmWork.Create());

        Assert.Empty(await ledger.ExpiredAsync(10, None));
    }

    [Fact]
    public async Task A_settled_claim_does_not_expire_any_more()
    {
        var ledger = Store.Crm();
        await ledger.AcceptAsync(CrmWork.Create(), null, None);
        var claim = Assert.Single(await ledger.ClaimAsync(10, Over, ClaimLimits.None, None));
        Assert.NotNull(await ledger.SettleAsync(claim, WorkState.Done, "1001", null, [Builders.Event()], None));

        Assert.Empty(await ledger.ExpiredAsync(10, None));
    }

    [Fact]
    public async Task Updates_of_one_order_run_one_at_a_time_in_the_order_they_came()
    {
        var ledgers = new[] { Store.Crm(), Store.Crm() };
        var updates = Enumerable.Range(0, 4).Select(i => CrmWork.Update("1001", $"label {i}")).ToArray();
        foreach (var update in updates)
            await ledgers[0].AcceptAsync(update, null, None);

        var order = new List<string>();
        for (var i = 0; i < updates.Length; i++)
        {
            var claim = Assert.Single(await ledgers[i % 2].ClaimAsync(10, Ages, ClaimLimits.None, None));
            Assert.Empty(await ledgers[(i + 1) % 2].ClaimAsync(10, Ages, ClaimLimits.None, None));
            order.Add(Assert.IsType<StatusUpdateRequested>(claim.Message).Label);
            await ledgers[i % 2].SettleAsync(claim, i is 1 ? WorkState.Refused : WorkState.Done, null, null, [Builders.Event()], None);
        }

        Assert.Equal(["label 0", "label 1", "label 2", "label 3"], order);
    }

    [Fact]
    public async Task An_update_that_was_put_off_still_holds_back_the_later_ones_of_its_order()
    {
        var ledger = Store.Crm();
        var first = await ledger.AcceptAndClaimAsync(CrmWork.Update());
        await ledger.AcceptAsync(CrmWork.Update(), null, None);
        await ledger.SettleAsync(first, WorkState.Waiting, null, Ages, [Builders.Event()], None);

        Assert.Empty(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));
    }

    [Fact]
    public async Task Updates_of_other_orders_and_creations_are_not_held_back()
    {
        var ledger = Store.Crm();
        await ledger.AcceptAndClaimAsync(CrmWork.Update("1001"));
        await ledger.AcceptAsync(CrmWork.Update("1002"), null, None);
        await ledger.AcceptAsync(CrmWork.Create(), null, None);
        await ledger.AcceptAsync(CrmWork.Create(), null, None);

        Assert.Equal(3, (await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None)).Count);
    }

    [Fact]
    public async Task Updates_of_one_order_that_come_at_once_on_two_replicas_run_one_at_a_time_each_knowing_of_those_behind()
    {
        var ledgers = new[] { Store.Crm(), Store.Crm() };
        var updates = Enumerable.Range(0, 12).Select(_ => CrmWork.Update()).ToArray();
        await Task.WhenAll(updates.Select((update, i) => Task.Run(() => ledgers[i % 2].AcceptAsync(update, null, None))));

        var claimed = new List<Guid>();
        for (var left = updates.Length - 1; left >= 0; left--)
        {
            var some = await Task.WhenAll(ledgers.Select(ledger => Task.Run(() => ledger.ClaimAsync(10, Ages, ClaimLimits.None, None))));
            var claim = Assert.Single(some.SelectMany(works => works));
            Assert.Equal(left > 0, await ledgers[left % 2].HasNewerUpdateAsync(claim, None));
            claimed.Add(claim.Id);
            await ledgers[left % 2].SettleAsync(claim, WorkState.Done, null, null, [Builders.Event()], None);
        }

        Assert.Equal(updates.Select(update => update.Id).Order(), claimed.Order());
    }

    [Fact]
    public async Task A_verification_waits_for_the_updates_that_came_before_it_and_for_no_later_one()
    {
        var ledger = Store.Crm();
        var asked = new OrderVerificationRequested(Builders.About(orderId: "1001"), Builders.NewId(), Builders.Changed(), Builders.Now);
        var verification = new NewWork(Builders.NewId(), WorkKind.Verify, Builders.NewId(), asked, null);
        var first = await ledger.AcceptAndClaimAsync(CrmWork.Update());
        await ledger.AcceptAsync(verification, null, None);
        await ledger.AcceptAsync(CrmWork.Update(), null, None);
        Assert.Empty(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));

        await ledger.SettleAsync(first, WorkState.Done, null, null, [Builders.Event()], None);

        Assert.Contains(verification.Id, (await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None)).Select(work => work.Id));
    }

    [Fact]
    public async Task What_cannot_be_claimed_yet_takes_no_place_of_its_connection()
    {
        var ledger = Store.Crm();
        await ledger.AcceptAndClaimAsync(CrmWork.Update());
        await ledger.AcceptAsync(CrmWork.Update(), null, None);
        await Clock.PassAsync();
        var lead = CrmWork.Create();
        await ledger.AcceptAsync(lead, null, None);

        var claim = Assert.Single(await ledger.ClaimAsync(1, Ages, new ClaimLimits(new Dictionary<string, int> { ["main"] = 1 }, [], []), None));

        Assert.Equal(lead.Id, claim.Id);
    }

    [Fact]
    public async Task Of_two_connections_the_oldest_are_claimed_first_and_one_that_has_no_place_leaves_it_to_the_other()
    {
        var ledger = Store.Crm();
        var leads = new List<Guid>();
        for (var i = 0; i < 6; i++)
        {
            var lead = CrmWork.Create();
            var message = (LeadSubmitted)lead.Message;
            leads.Add(lead.Id);
            await ledger.AcceptAsync(lead with { Message = message with { About = message.About with { Connection = i % 2 is 0 ? "main" : "other" } } }, null, None);
            await Clock.PassAsync();
        }

        var oldest = await ledger.ClaimAsync(2, Ages, ClaimLimits.None, None);
        Assert.Equal(leads[..2].Order(), oldest.Select(work => work.Id).Order());
        var ofOther = await ledger.ClaimAsync(10, Ages, new ClaimLimits(new Dictionary<string, int> { ["main"] = 0, ["other"] = 5 }, [], []), None);
        Assert.Equal(new[] { leads[3], leads[5] }.Order(), ofOther.Select(work => work.Id).Order());
    }
}

/// <summary>Waiting for what tests cannot set: the store's clock.</summary>
internal static class Clock
{
    /// <summary>Returns when the clock, which counts milliseconds, shows another time.</summary>
    public static async Task PassAsync()
    {
        var since = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        while (TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() < since + 2)
            await Task.Yield();
    }

    /// <summary>Asks until there is something.</summary>
    public static async Task<T> EventuallyAsync<T>(Func<Task<T?>> ask) where T : class
    {
        for (var tries = 0; tries < 1_000; tries++)
        {
            if (await ask() is { } found)
                return found;
            await Task.Delay(10);
        }
        throw new TimeoutException("There was nothing for ten seconds.");
    }
}
