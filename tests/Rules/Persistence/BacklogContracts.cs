using LeadRelay.Contracts;
using LeadRelay.Persistence.Crm;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>What waits in CrmWriter's ledger.</summary>
public abstract class CrmBacklogContract(IStoreUnderTest store) : StoreContract(store)
{
    [Fact]
    public async Task An_empty_ledger_names_every_kind()
    {
        Assert.Equal([("create", 0), ("update", 0), ("verify", 0), ("look_up", 0), ("in_doubt", 0)], (await Store.Crm().BacklogAsync(None)).Select(backlog => (backlog.Kind, backlog.Count)));
    }

    [Fact]
    public async Task What_waits_and_what_is_in_doubt_is_counted_and_what_is_under_way_or_done_is_not()
    {
        var (ledger, doubted) = (Store.Crm(), CrmWork.Create());
        var doubt = await ledger.AcceptAndClaimAsync(doubted);
        Assert.NotNull(await ledger.SettleAsync(doubt, WorkState.InDoubt, null, Ages, [Builders.Event(Builders.InDoubt(doubted.Id))], None));
        var done = CrmWork.Create();
        Assert.NotNull(await ledger.SettleAsync(await ledger.AcceptAndClaimAsync(done), WorkState.Done, "1001", null, [Builders.Event(Builders.Created(done.Id))], None));
        await ledger.AcceptAndClaimAsync(CrmWork.Create());
        await ledger.AcceptAsync(CrmWork.Create(), null, None);
        await ledger.AcceptAsync(CrmWork.Create(), null, None);
        await ledger.AcceptAsync(CrmWork.Update(), null, None);

        var backlog = await Clock.EventuallyAsync(async () => await Store.Crm().BacklogAsync(None) is var read && read.Single(each => each.Kind is "create").Oldest > TimeSpan.Zero ? read : null);

        Assert.Equal([("create", 2), ("update", 1), ("verify", 0), ("look_up", 1), ("in_doubt", 1)], backlog.Select(each => (each.Kind, each.Count)));
        Assert.Equal([true, true, false, false, true], (await Clock.EventuallyAsync(async () => await Store.Crm().BacklogAsync(None) is var read && read.Count(each => each.Oldest > TimeSpan.Zero) is 3 ? read : null))
            .Select(each => each.Oldest > TimeSpan.Zero));
    }
}

/// <summary>What waits in PostbackDispatcher's ledger.</summary>
public abstract class PostbackBacklogContract(IStoreUnderTest store) : StoreContract(store)
{
    [Fact]
    public async Task What_waits_and_what_is_kept_is_counted_and_what_is_under_way_or_done_is_not()
    {
        var ledger = Store.Postbacks();
        Assert.Equal([("first", 0), ("retry", 0), ("order", 0), ("stranger", 0), ("status_map", 0), ("verification", 0)], (await ledger.BacklogAsync(None)).Select(backlog => (backlog.Kind, backlog.Count)));
        for (var i = 0; i < 4; i++)
            await ledger.NewAsync($"100{i}", Builders.Postback(1));
        var claims = await ledger.FirstAsync();
        await ledger.RetryAsync(claims[0], Ages);
        await ledger.RetryAsync(claims[1], TimeSpan.Zero);
        await ledger.EndAsync(claims[2]);
        await ledger.NewAsync("2001", Builders.Postback(1));
        await ledger.KeepAsync(Builders.NewId(), Builders.Changed("3001"), KeptFor.StatusMap, [], None);
        await ledger.KeepAsync(Builders.NewId(), Builders.Changed("3002"), KeptFor.StatusMap, [], None);
        await ledger.KeepAsync(Builders.NewId(), Builders.Changed("3003"), KeptFor.Order, [], None);
        await ledger.KeepAsync(Builders.NewId(), Builders.Changed("3004"), KeptFor.Stranger, [], None);

        var backlog = await Clock.EventuallyAsync(async () => await Store.Postbacks().BacklogAsync(None) is var read && read.Count(each => each.Oldest > TimeSpan.Zero) is 5 ? read : null);

        Assert.Equal([("first", 1), ("retry", 2), ("order", 1), ("stranger", 1), ("status_map", 2), ("verification", 0)], backlog.Select(each => (each.Kind, each.Count)));
        Assert.Equal(TimeSpan.Zero, backlog.Single(each => each.Kind is "verification").Oldest);
    }
}
