using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>Orders: how they are found, and that a decision is taken over whole or not at all.</summary>
public abstract class OrdersContract(IStoreUnderTest store) : StoreContract(store)
{
    [Fact]
    public async Task An_order_comes_back_as_it_was_committed()
    {
        var (ledger, about) = (Store.Postbacks(), Builders.About(Builders.NewId(), "1001"));
        var postback = Builders.Postback(5);
        var order = Orders.New(about) with
        {
            Tracking = new Dictionary<string, string> { ["sub1"] = "a", ["param.x"] = "ü" },
            Targets = new Dictionary<string, TargetRecord> { [Builders.Tracker] = new(5, TargetRecord.SalesRender, null) },
        };
        var messageId = Builders.NewId();

        Assert.Equal(Committed.Taken, await ledger.CommitAsync(new OrderCommit(order, messageId, null, false, [postback], [], []), None));

        Assert.True(await ledger.KnowsAsync(messageId, None));

        var known = await Store.Postbacks().GetAsync();
        Assert.Equal(about, known.About);
        Assert.Equal(order.Tracking, known.Tracking);
        Assert.Equal(new TargetRecord(5, TargetRecord.SalesRender, null), known.Targets[Builders.Tracker]);
        Assert.Equal(postback, Assert.Single(known.Waiting));
        Assert.NotEqual(0, known.Version);
    }

    [Fact]
    public async Task An_order_is_found_by_lead_else_by_order_else_by_click()
    {
        var ledger = Store.Postbacks();
        var (first, second) = (Builders.About(Builders.NewId(), "1001", "click-1"), Builders.About(Builders.NewId(), "1002", "click-2"));
        await ledger.AddAsync(first);
        await ledger.AddAsync(second);

        async Task<string> Found(Subject about) => string.Join(',', (await ledger.FindAsync(about, None)).Select(o => o.About.OrderId).Order());

        Assert.Equal("1001", await Found(new Subject(first.LeadId, "main", "1002", ClickId: "click-2")));
        Assert.Equal("1002", await Found(new Subject(Builders.NewId(), "main", "1002", ClickId: "click-1")));
        Assert.Equal("1002", await Found(new Subject(null, "main", "1002", ClickId: "click-1")));
        Assert.Equal("1001", await Found(new Subject(null, "main", null, ClickId: "click-1")));
        Assert.Equal("", await Found(new Subject(null, "main", "1003", ClickId: "click-1")));
        Assert.Equal("", await Found(new Subject(first.LeadId, "other")));
        Assert.Equal("", await Found(new Subject(null, "other", "1001")));
        Assert.Equal("", await Found(new Subject(null, "other", null, ClickId: "click-1")));
        Assert.Equal("", await Found(new Subject(Connection: "main")));
    }

    [Fact]
    public async Task Every_order_of_a_click_id_is_found()
    {
        var ledger = Store.Postbacks();
        await ledger.AddAsync(Builders.About(Builders.NewId(), "1001", "same"));
        await ledger.AddAsync(Builders.About(Builders.NewId(), "1002", "same"));

        Assert.Equal(2, (await ledger.FindAsync(new Subject(Connection: "main", ClickId: "same"), None)).Count);
    }

    [Fact]
    public async Task A_decision_is_not_taken_over_when_the_order_was_touched_since()
    {
        var (one, other) = (Store.Postbacks(), Store.Postbacks());
        var read = await one.AddAsync(Builders.About(Builders.NewId(), "1001"));
        await other.OweAsync("1001", Builders.Postback(1));
        var (messageId, late, e) = (Builders.NewId(), Builders.Postback(2), Builders.Event());

        var taken = await one.CommitAsync(new OrderCommit(
            read with { Tracking = new Dictionary<string, string> { ["sub1"] = "late" } }, messageId, Builders.Changed(), Held: true, [late], [], [e]), None);

        Assert.Equal(Committed.Touched, taken);
        Assert.False(await one.KnowsAsync(messageId, None));
        Assert.Empty(await one.KeptAsync(KeptFor.StatusMap, TimeSpan.Zero, 10, None));
        Assert.Empty(await one.LeftOverAsync(TimeSpan.Zero, 10, None));
        var known = await one.GetAsync();
        Assert.Empty(known.Tracking);
        Assert.Equal(1, Assert.Single(known.Waiting).Sequence);
    }

    [Fact]
    public async Task A_message_that_is_decided_about_is_not_decided_about_again()
    {
        var (one, other, id) = (Store.Postbacks(), Store.Postbacks(), Builders.NewId());
        var order = await one.AddAsync(Builders.About(Builders.NewId(), "1001"));
        await one.KeepAsync(id, Builders.Changed(), KeptFor.Order, [], None);
        var first = Builders.Postback(1);
        Assert.Equal(Committed.Taken, await one.CommitAsync(order.Commit(first) with { MessageId = id, Message = Builders.Changed() }, None));

        order = await other.GetAsync();
        Assert.Equal(Committed.Known, await other.CommitAsync(order.Commit(Builders.Postback(2), [first.DeliveryId], Builders.Event()) with { MessageId = id, Message = Builders.Changed() }, None));

        Assert.Equal(first, Assert.Single((await other.GetAsync()).Waiting));
        Assert.Empty(await other.LeftOverAsync(TimeSpan.Zero, 10, None));
    }

    [Theory]
    [InlineData("claim")]
    [InlineData("settle")]
    public async Task A_claim_and_its_settlement_touch_the_order(string what)
    {
        var ledger = Store.Postbacks();
        await ledger.NewAsync("1001", Builders.Postback(1));
        var read = await ledger.GetAsync();
        var claim = Assert.Single(await ledger.FirstAsync());
        if (what is "settle")
        {
            read = await ledger.GetAsync();
            await ledger.EndAsync(claim);
        }

        Assert.Equal(Committed.Touched, await ledger.CommitAsync(read.Commit(), None));
    }

    [Fact]
    public async Task An_order_is_made_once_however_many_try()
    {
        var (ledgers, about) = (new[] { Store.Postbacks(), Store.Postbacks() }, Builders.About(Builders.NewId(), "1001"));

        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() =>
            ledgers[i % 2].CommitAsync(Orders.New(about).Commit(Builders.Postback(i)), None))));

        Assert.Single(made, result => result is Committed.Taken);
        Assert.Single((await ledgers[0].GetAsync()).Waiting);
    }

    [Fact]
    public async Task Many_who_decide_about_one_order_at_once_lose_nothing()
    {
        var ledgers = new[] { Store.Postbacks(), Store.Postbacks() };
        await ledgers[0].AddAsync(Builders.About(Builders.NewId(), "1001"));

        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            OrderRecord order;
            do
            {
                order = await ledgers[i % 2].GetAsync();
            }
            while (await ledgers[i % 2].CommitAsync((
                order with { Tracking = new Dictionary<string, string>(order.Tracking) { [$"sub{i}"] = "x" } }).Commit(Builders.Postback(order.Waiting.Count)), None) is Committed.Touched);
        })));

        var known = await ledgers[0].GetAsync();
        Assert.Equal(16, known.Tracking.Count);
        Assert.Equal(Enumerable.Range(0, 16), known.Waiting.Select(d => (int)d.Sequence));
    }

    [Fact]
    public async Task An_order_made_from_a_webhook_learns_its_lead_later()
    {
        var ledger = Store.Postbacks();
        var adopted = await ledger.AddAsync(Builders.About(null, "1001"));
        var leadId = Builders.NewId();

        Assert.Equal(Committed.Taken, await ledger.CommitAsync((adopted with { About = adopted.About with { LeadId = leadId } }).Commit(), None));

        Assert.Equal("1001", Assert.Single(await ledger.FindAsync(new Subject(leadId, "main"), None)).About.OrderId);
    }

    [Fact]
    public async Task A_superseded_delivery_is_never_made()
    {
        var (ledger, older, newer) = (Store.Postbacks(), Builders.Postback(1), Builders.Postback(2));
        await ledger.NewAsync("1001", older);
        var order = await ledger.GetAsync();

        Assert.Equal(Committed.Taken, await ledger.CommitAsync(order.Commit(newer, [older.DeliveryId]), None));

        Assert.Equal(newer, Assert.Single((await ledger.GetAsync()).Waiting));
        Assert.Equal(newer, Assert.Single(await ledger.FirstAsync()).Postback);
    }
}
