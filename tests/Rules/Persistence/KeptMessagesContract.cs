using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>Messages that nothing can be decided about yet.</summary>
public abstract class KeptMessagesContract(IStoreUnderTest store) : StoreContract(store)
{
    [Fact]
    public async Task A_kept_message_is_known_and_comes_back_whole()
    {
        var (ledger, id, message) = (Store.Postbacks(), Builders.NewId(), Builders.Changed());
        Assert.False(await ledger.KnowsAsync(id, None));

        await ledger.KeepAsync(id, message, KeptFor.Order, [], None);

        Assert.True(await Store.Postbacks().KnowsAsync(id, None));
        var kept = Assert.Single(await ledger.KeptAsync(KeptFor.Order, TimeSpan.Zero, 10, None));
        Assert.Equal((id, message.About, "3"), (kept.Id, kept.Message.About, kept.Message.StatusId));
        Assert.Empty(await ledger.KeptAsync(KeptFor.Stranger, TimeSpan.Zero, 10, None));
        Assert.Empty(await ledger.KeptAsync(KeptFor.Order, Ages, 10, None));
    }

    [Fact]
    public async Task What_a_message_is_kept_for_can_change()
    {
        var (ledger, id, e) = (Store.Postbacks(), Builders.NewId(), Builders.Event());
        await ledger.KeepAsync(id, Builders.Changed(), KeptFor.Order, [], None);
        await ledger.KeepAsync(id, Builders.Changed(), KeptFor.Stranger, [e], None);

        Assert.Empty(await ledger.KeptAsync(KeptFor.Order, TimeSpan.Zero, 10, None));
        Assert.Equal(id, Assert.Single(await ledger.KeptAsync(KeptFor.Stranger, TimeSpan.Zero, 10, None)).Id);
        Assert.Equal(e.Id, Assert.Single(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None)).Id);
    }

    [Fact]
    public async Task A_forgotten_message_stays_known_and_is_kept_no_more()
    {
        var (ledger, id, e) = (Store.Postbacks(), Builders.NewId(), Builders.Event());
        await ledger.KeepAsync(id, Builders.Changed(), KeptFor.Stranger, [], None);
        await ledger.ForgetAsync(id, [e], None);
        await ledger.AddAsync(Builders.About(null, "1001"));

        Assert.True(await ledger.KnowsAsync(id, None));
        Assert.Empty(await ledger.KeptAsync(KeptFor.Stranger, TimeSpan.Zero, 10, None));
        Assert.Empty(await ledger.ReleasableAsync(10, None));
        Assert.Single(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None));
    }

    /// <summary>A person is forgotten by an order, and it has none.</summary>
    [Theory]
    [InlineData(KeptFor.Order)]
    [InlineData(KeptFor.Stranger)]
    public async Task Of_a_forgotten_message_nothing_stays_but_its_id(KeptFor reason)
    {
        var (ledger, id) = (Store.Postbacks(), Builders.NewId());
        await ledger.KeepAsync(id, Builders.Changed(), reason, [], None);
        await ledger.ForgetAsync(id, [], None);
        await ledger.NewAsync("1001", Builders.Postback(1) with { CauseId = id });

        Assert.True(await ledger.KnowsAsync(id, None));
        Assert.Null(Assert.Single(await ledger.FirstAsync()).Cause);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_was_decided_about_meanwhile_is_not_forgotten(bool held)
    {
        var (ledger, id) = (Store.Postbacks(), Builders.NewId());
        await ledger.KeepAsync(id, Builders.Changed(), KeptFor.Stranger, [], None);
        await ledger.AddAsync(Builders.About(null, "1001"));
        var commit = (await ledger.GetAsync()).Commit(Builders.Postback(1) with { CauseId = id }) with { MessageId = id, Message = Builders.Changed(), Held = held };
        Assert.Equal(Committed.Taken, await ledger.CommitAsync(commit, None));

        await Store.Postbacks().ForgetAsync(id, [], None);

        Assert.Equal(held ? 1 : 0, (await ledger.KeptAsync(KeptFor.StatusMap, TimeSpan.Zero, 10, None)).Count);
        Assert.Equal("3", Assert.Single(await ledger.FirstAsync()).Cause?.StatusId);
    }

    [Theory]
    [InlineData(KeptFor.Order)]
    [InlineData(KeptFor.Stranger)]
    [InlineData(KeptFor.StatusMap)]
    public async Task A_message_that_is_done_with_is_not_kept_again_by_somebody_who_is_late(KeptFor reason)
    {
        var (ledger, id) = (Store.Postbacks(), Builders.NewId());
        await ledger.KeepAsync(id, Builders.Changed(), KeptFor.Order, [], None);
        var order = await ledger.AddAsync(Builders.About(null, "1001"));
        await ledger.CommitAsync(order.Commit() with { MessageId = id, Message = Builders.Changed() }, None);

        await Store.Postbacks().KeepAsync(id, Builders.Changed(), reason, [], None);

        Assert.Empty(await ledger.KeptAsync(reason, TimeSpan.Zero, 10, None));
        Assert.Empty(await ledger.ReleasableAsync(10, None));
    }

    [Theory]
    [InlineData("lead")]
    [InlineData("order")]
    [InlineData("click")]
    public async Task A_message_is_released_when_its_order_is_known_by_any_of_its_names(string name)
    {
        var (ledger, id, leadId) = (Store.Postbacks(), Builders.NewId(), Builders.NewId());
        var about = name switch
        {
            "lead" => new Subject(leadId, "main"),
            "order" => new Subject(null, "main", "1001", ClickId: "other"),
            _ => new Subject(null, "main", ClickId: "click-1"),
        };
        await ledger.KeepAsync(id, Builders.Changed() with { About = about }, KeptFor.Order, [], None);
        await ledger.AddAsync(Builders.About(Builders.NewId(), "2002", "click-2"));
        Assert.Empty(await ledger.ReleasableAsync(10, None));

        await ledger.AddAsync(Builders.About(leadId, "1001", "click-1"));

        Assert.Equal(id, Assert.Single(await ledger.ReleasableAsync(10, None)).Id);
    }

    [Fact]
    public async Task A_stranger_is_released_too_but_not_what_waits_for_the_map()
    {
        var ledger = Store.Postbacks();
        var (stranger, unmapped) = (Builders.NewId(), Builders.NewId());
        await ledger.KeepAsync(stranger, Builders.Changed(), KeptFor.Stranger, [], None);
        await ledger.KeepAsync(unmapped, Builders.Changed(), KeptFor.StatusMap, [], None);
        await ledger.AddAsync(Builders.About(null, "1001"));

        Assert.Equal(stranger, Assert.Single(await ledger.ReleasableAsync(10, None)).Id);
    }

    [Theory]
    [InlineData("click-1", null, "two orders have the click id")]
    [InlineData("click-1", "1003", "another order id outweighs the click id")]
    [InlineData(null, "1003", "no order has the id")]
    public async Task A_message_is_not_released_when_it_does_not_mean_exactly_one_order(string? clickId, string? orderId, string why)
    {
        var ledger = Store.Postbacks();
        await ledger.KeepAsync(Builders.NewId(), Builders.Changed() with { About = new Subject(null, "main", orderId, ClickId: clickId) }, KeptFor.Order, [], None);
        await ledger.AddAsync(Builders.About(null, "1001", "click-1"));
        await ledger.AddAsync(Builders.About(null, "1002", "click-1"));

        Assert.True((await ledger.ReleasableAsync(10, None)).Count is 0, why);
    }

    [Fact]
    public async Task The_oldest_are_released_first()
    {
        var ledger = Store.Postbacks();
        var ids = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(Builders.NewId());
            await ledger.KeepAsync(ids[^1], Builders.Changed(), KeptFor.Order, [], None);
            await Clock.PassAsync();
        }
        await ledger.AddAsync(Builders.About(null, "1001"));

        Assert.Equal(ids[..2], (await ledger.ReleasableAsync(2, None)).Select(kept => kept.Id));
        Assert.Equal(ids[..2], (await ledger.KeptAsync(KeptFor.Order, TimeSpan.Zero, 2, None)).Select(kept => kept.Id));
    }

    [Fact]
    public async Task A_commit_can_hold_its_message_until_the_map_has_its_status()
    {
        var ledger = Store.Postbacks();
        var (order, held) = (await ledger.AddAsync(Builders.About(null, "1001")), Builders.NewId());

        await ledger.CommitAsync(order.Commit() with { MessageId = held, Message = Builders.Changed(statusId: "77"), Held = true }, None);

        Assert.True(await ledger.KnowsAsync(held, None));
        Assert.Equal("77", Assert.Single(await ledger.KeptAsync(KeptFor.StatusMap, TimeSpan.Zero, 10, None)).Message.StatusId);
        Assert.Empty(await ledger.ReleasableAsync(10, None));
    }

    [Theory]
    [InlineData(KeptFor.StatusMap)]
    [InlineData(KeptFor.Verification)]
    public async Task A_message_whose_order_was_known_when_it_was_kept_means_that_one_though_another_has_its_click_id_by_now(KeptFor reason)
    {
        var (ledger, id, message) = (Store.Postbacks(), Builders.NewId(), Builders.Changed() with { About = new Subject(null, "main", ClickId: "click-1") });
        var order = await ledger.AddAsync(Builders.About(null, "1001", "click-1"));
        await ledger.CommitAsync(order.Commit() with { MessageId = id, Message = message, Held = true }, None);
        if (reason is KeptFor.Verification)
            await ledger.KeepAsync(id, message, reason, [], None, order.About);
        await ledger.AddAsync(Builders.About(null, "1002", "click-1"));

        var kept = Assert.Single(await ledger.KeptAsync(reason, TimeSpan.Zero, 10, None));

        Assert.Equal(2, (await ledger.FindAsync(kept.Message.About, None)).Count);
        Assert.Equal("1001", Assert.Single(await ledger.FindAsync(kept.About, None)).About.OrderId);
    }

    [Fact]
    public async Task A_message_kept_for_want_of_its_order_names_none()
    {
        var ledger = Store.Postbacks();
        await ledger.KeepAsync(Builders.NewId(), Builders.Changed(), KeptFor.Order, [], None);

        Assert.Null(Assert.Single(await ledger.KeptAsync(KeptFor.Order, TimeSpan.Zero, 10, None)).Order);
    }
}
