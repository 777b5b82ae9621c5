using LeadRelay.Contracts;
using LeadRelay.Persistence;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>A person is forgotten, and yet what is owed is delivered.</summary>
public abstract class PostbackErasePersonContract(IStoreUnderTest store) : StoreContract(store)
{
    private const string Anna = "Anna-Personowa";

    private static readonly RenderedPostback Request = new("GET", [new($"https://tracker.example/?c={Anna}")], new Dictionary<string, IReadOnlyList<RenderedPiece>>(), null, null);

    private readonly Subject about = Builders.About(Builders.NewId(), "1001");

    [Fact]
    public async Task Of_an_unknown_order_nothing_is_told()
    {
        var ledger = Store.Postbacks();
        await ledger.AddAsync(Builders.About(Builders.NewId(), "1002", clickId: "click-2"));

        Assert.False(await ledger.ErasePersonAsync(about, [Builders.Event()], None));

        Assert.Empty(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None));
    }

    [Fact]
    public async Task An_order_loses_what_only_the_partner_knows_the_meaning_of_and_keeps_its_ids()
    {
        var (ledger, told) = (Store.Postbacks(), Builders.Event());
        await AddAsync(ledger, about);
        await AddAsync(ledger, Builders.About(Builders.NewId(), "1002"));

        Assert.True(await ledger.ErasePersonAsync(about, [told], None));
        Assert.True(await Store.Postbacks().ErasePersonAsync(about, [told], None));

        var (order, other) = (await ledger.GetAsync(), await ledger.GetAsync("1002"));
        Assert.Equal(("s", ""), (order.Tracking["sub1"], order.Tracking["param.text"]));
        Assert.Equal(about, order.About);
        Assert.Equal(Anna, other.Tracking["param.text"]);
        Assert.Equal(told.Id, Assert.Single(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None)).Id);
    }

    [Fact]
    public async Task The_order_of_another_lead_with_the_same_click_is_not_touched()
    {
        var ledger = Store.Postbacks();
        await AddAsync(ledger, about);

        Assert.False(await ledger.ErasePersonAsync(about with { LeadId = Builders.NewId(), OrderId = null }, [Builders.Event()], None));

        Assert.Equal(Anna, (await ledger.GetAsync()).Tracking["param.text"]);
    }

    [Fact]
    public async Task Where_nothing_but_the_leads_id_is_known_its_order_is_found_by_that_alone()
    {
        var ledger = Store.Postbacks();
        await AddAsync(ledger, about);
        await AddAsync(ledger, Builders.About(Builders.NewId(), "1002"));
        await ledger.KeepAsync(Builders.NewId(), Changed("1001"), KeptFor.Verification, [], None);

        Assert.True(await ledger.ErasePersonAsync(new Subject(about.LeadId), [], None));
        Assert.False(await ledger.ErasePersonAsync(new Subject(Builders.NewId(), OrderId: "1002", ClickId: about.ClickId), [], None));
        Assert.False(await ledger.ErasePersonAsync(new Subject(Builders.NewId(), ClickId: about.ClickId), [], None));

        Assert.Equal(("", Anna), ((await ledger.GetAsync()).Tracking["param.text"], (await ledger.GetAsync("1002")).Tracking["param.text"]));
        AssertErased(Assert.Single(await ledger.KeptAsync(KeptFor.Verification, TimeSpan.Zero, 10, None)).Message);
    }

    [Fact]
    public async Task A_decision_about_the_order_as_it_was_before_is_made_anew()
    {
        var ledger = Store.Postbacks();
        var before = await AddAsync(ledger, about);

        await ledger.ErasePersonAsync(about, [], None);

        Assert.Equal(Committed.Touched, await ledger.CommitAsync(before.Commit(), None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_was_decided_about_is_erased(bool wasKept)
    {
        var (ledger, id, postback) = (Store.Postbacks(), Builders.NewId(), Builders.Postback(1));
        if (wasKept)
            await ledger.KeepAsync(id, Changed("1001"), KeptFor.Verification, [], None);
        var order = await AddAsync(ledger, about) with { Latest = new LatestWord(id, 1) };
        await ledger.CommitAsync(order.Commit(postback with { CauseId = id }) with { MessageId = id, Message = Changed("1001") }, None);

        await ledger.ErasePersonAsync(about, [], None);

        var latest = Assert.Single(await ledger.OrdersAsync("first", null, 10, None)).Latest!;
        AssertErased(latest.Message);
        Assert.Equal(("3", "1001"), (latest.Message.StatusId, latest.Message.About.OrderId));
        AssertErased(Assert.Single(await ledger.FirstAsync()).Cause!);
        Assert.True(await ledger.KnowsAsync(id, None));
    }

    [Theory]
    [InlineData(KeptFor.Order)]
    [InlineData(KeptFor.Stranger)]
    [InlineData(KeptFor.Verification)]
    public async Task A_message_that_is_kept_for_the_order_is_erased_and_kept_still(KeptFor reason)
    {
        var ledger = Store.Postbacks();
        Subject[] mine = [new(Connection: "main", OrderId: "1001"), new(about.LeadId, "main"), new(Connection: "main", ClickId: "click-1")];
        foreach (var subject in mine.Append(new Subject(Connection: "main", OrderId: "1002")))
            await ledger.KeepAsync(Builders.NewId(), Changed("1001") with { About = subject }, reason, [], None);
        await AddAsync(ledger, about);

        await ledger.ErasePersonAsync(about, [], None);

        var kept = await ledger.KeptAsync(reason, TimeSpan.Zero, 10, None);
        Assert.Equal(4, kept.Count);
        Assert.All(kept.Take(3), each => AssertErased(each.Message));
        Assert.Contains(Anna, MessageJson.Write(kept[3].Message), StringComparison.Ordinal);
        Assert.Equal(reason is KeptFor.Verification ? 0 : 3, (await ledger.ReleasableAsync(10, None)).Count);
    }

    [Fact]
    public async Task A_message_that_waits_for_the_map_is_erased_and_waits_still()
    {
        var (ledger, id) = (Store.Postbacks(), Builders.NewId());
        var order = await AddAsync(ledger, about);
        await ledger.CommitAsync(order.Commit() with { MessageId = id, Message = Changed("1001"), Held = true }, None);

        await ledger.ErasePersonAsync(about, [], None);

        AssertErased(Assert.Single(await ledger.KeptAsync(KeptFor.StatusMap, TimeSpan.Zero, 10, None)).Message);
    }

    [Fact]
    public async Task A_delivery_that_waits_is_made_without_the_person()
    {
        var (ledger, postback) = (Store.Postbacks(), Builders.Postback(1) with { Comment = Anna });
        await AddAsync(ledger, about);
        await ledger.OweAsync("1001", postback);

        await ledger.ErasePersonAsync(about, [], None);

        var claim = Assert.Single(await ledger.FirstAsync());
        Assert.Equal(postback with { Comment = "" }, claim.Postback);
        Assert.Equal("", claim.Tracking["param.text"]);
        Assert.True(await ledger.EndAsync(claim));
    }

    [Fact]
    public async Task What_was_sent_is_forgotten_and_a_resend_makes_it_of_what_is_left()
    {
        var (ledger, postback, again) = (Store.Postbacks(), Builders.Postback(1) with { Comment = Anna }, Builders.NewId());
        await AddAsync(ledger, about);
        await ledger.OweAsync("1001", postback);
        await ledger.SettleAsync(Assert.Single(await ledger.FirstAsync()), new DeliveryOutcome(DeliveryState.Delivered, Sent: Request), [], None);

        await ledger.ErasePersonAsync(about, [], None);

        Assert.Equal(postback with { Comment = "" }, (await ledger.FindDeliveryAsync(postback.DeliveryId, None))!.Postback);
        Assert.Null((await ResendAsync(ledger, postback, again)).Recorded);
    }

    [Fact]
    public async Task A_resend_that_waits_with_its_request_loses_it()
    {
        var (ledger, postback) = (Store.Postbacks(), Builders.Postback(1));
        await AddAsync(ledger, about);
        await ledger.OweAsync("1001", postback);
        await ledger.SettleAsync(Assert.Single(await ledger.FirstAsync()), new DeliveryOutcome(DeliveryState.Delivered, Sent: Request), [], None);
        Assert.Equal(Resent.Due, await ledger.ResendAsync(postback.DeliveryId, Builders.NewId(), recorded: true, (_, _, _) => Builders.Event(), None));

        await ledger.ErasePersonAsync(about, [], None);

        Assert.Null(Assert.Single(await ledger.RetriesAsync()).Recorded);
    }

    [Fact]
    public async Task An_attempt_that_is_under_way_does_not_write_down_what_it_sent_and_the_next_one_does()
    {
        var (ledger, postback) = (Store.Postbacks(), Builders.Postback(1));
        await AddAsync(ledger, about);
        await ledger.OweAsync("1001", postback);
        var claim = Assert.Single(await ledger.FirstAsync());

        await ledger.ErasePersonAsync(about, [], None);
        Assert.True(await ledger.SettleAsync(claim, new DeliveryOutcome(DeliveryState.Waiting, TimeSpan.Zero, Builders.Event(), Request), [], None));

        claim = await ResendAsync(ledger, postback, Builders.NewId());
        Assert.Null(claim.Recorded);
        await ledger.SettleAsync(claim, new DeliveryOutcome(DeliveryState.Delivered, Sent: Request with { Url = [new("https://tracker.example/")] }), [], None);
        Assert.NotNull((await ResendAsync(ledger, postback, Builders.NewId())).Recorded);
    }

    private static async Task<Delivery> ResendAsync(IPostbackLedger ledger, Postback postback, Guid id)
    {
        Assert.Equal(Resent.Due, await ledger.ResendAsync(postback.DeliveryId, id, recorded: true, (_, _, _) => Builders.Event(), None));
        return Assert.Single(await ledger.RetriesAsync());
    }

    private static async Task<OrderRecord> AddAsync(IPostbackLedger ledger, Subject about)
    {
        var order = Orders.New(about) with { Tracking = new Dictionary<string, string> { ["sub1"] = "s", ["param.text"] = Anna } };
        Assert.Equal(Committed.Taken, await ledger.CommitAsync(order.Commit(), None));
        return await ledger.GetAsync(about.OrderId!);
    }

    private static OrderStatusChanged Changed(string orderId) => Builders.Changed(orderId) with
    {
        Comment = Anna, Raw = Builders.Raw($$$"""{"id":"{{{orderId}}}","data":{"humanNameFields":[{"value":{"firstName":"{{{Anna}}}"}}]}}"""),
    };

    private static void AssertErased(OrderStatusChanged message) => Assert.DoesNotContain(Anna, MessageJson.Write(message), StringComparison.Ordinal);
}
