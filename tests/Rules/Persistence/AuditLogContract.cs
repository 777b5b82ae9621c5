using LeadRelay.Contracts;
using LeadRelay.Persistence.Audit;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>Every message once, found by what it is about.</summary>
public abstract class AuditLogContract(IStoreUnderTest store) : StoreContract(store)
{
    private static readonly AuditQuery Everything = new() { Limit = 1000 };

    [Fact]
    public async Task An_entry_comes_back_as_it_was_appended()
    {
        var audit = Store.Audit();
        var entry = new AuditEntry(Builders.NewId(), "OrderCreated", Builders.Now, new Subject(Builders.NewId(), "main", "1001", "first", "buyer", "click-ü"), "conversation", "a1b2", "später", """{"x":"ü $set {}"}""");

        await audit.AppendAsync([entry], None);

        Assert.Equal(entry, Assert.Single(await Store.Audit().SearchAsync(Everything, None)) with { Place = null });
    }

    [Fact]
    public async Task Appending_again_changes_nothing_even_in_the_same_batch_and_at_once()
    {
        var (audit, entry) = (Store.Audit(), Entry(0));
        await audit.AppendAsync([entry, entry], None);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Store.Audit().AppendAsync([entry with { Message = $"{i}" }, Entry(i)], None)));

        var entries = await audit.SearchAsync(Everything, None);

        Assert.Equal(11, entries.Count);
        Assert.Equal("{}", entries.Single(e => e.MessageId == entry.MessageId).Message);
    }

    [Fact]
    public async Task What_the_store_will_never_take_is_set_apart_and_shown_and_the_others_are_stored()
    {
        var (audit, large) = (Store.Audit(), Entry(2) with { Message = $"\"{new string('ü', AuditEntry.MostBytes / 2)}\"" });

        Assert.Equal([large.MessageId], (await audit.AppendAsync([Entry(1), large, Entry(3)], None)).Select(entry => entry.MessageId));
        await audit.AppendAsync([large], None);

        Assert.Equal("3 1", Seconds(await audit.SearchAsync(Everything, None)));
        var apart = Assert.Single(await audit.ApartAsync(10, None));
        Assert.Equal((large.MessageId, large.Kind, large.At, AuditEntry.MostBytes + 2L), (apart.MessageId, apart.Kind, apart.At, apart.Bytes));
        Assert.Equal((large.Message[..ApartEntry.MostKept], false), (apart.Message, string.IsNullOrEmpty(apart.Reason)));
    }

    [Fact]
    public async Task A_search_gives_the_newest_first_or_the_oldest_and_no_more_than_its_limit()
    {
        var audit = Store.Audit();
        await audit.AppendAsync([Entry(1), Entry(5), Entry(3), Entry(2), Entry(4)], None);

        Assert.Equal("5 4 3", Seconds(await audit.SearchAsync(Everything with { Limit = 3 }, None)));
        Assert.Equal("1 2 3", Seconds(await audit.SearchAsync(Everything with { Limit = 3, OldestFirst = true }, None)));
    }

    [Fact]
    public async Task A_search_finds_by_each_thing_and_by_all_of_them_together()
    {
        var (audit, leadId) = (Store.Audit(), Builders.NewId());
        await audit.AppendAsync(
        [
            Entry(1), Entry(2, "LeadRefused"), Entry(3, campaign: "second"), Entry(4), Entry(5, campaign: null),
            Entry(6, about: new Subject(leadId, "main", "1001", "third", "buyer", "click-1")) with { PhoneHash = "a1", Comment = "Wants the BLUE one, später" },
            Entry(7, "PostbackDue", about: new Subject(leadId, "other", "1001", "third", "shop", "click-2")) with { PhoneHash = "a2", Comment = "позже" },
        ], None);

        async Task<string> Found(AuditQuery query) => Seconds(await audit.SearchAsync(query, None));

        Assert.Equal("7 6 5 4 3 2 1", await Found(Everything));
        Assert.Equal("4 2 1", await Found(Everything with { Campaign = "first" }));
        Assert.Equal("2", await Found(Everything with { Kinds = ["LeadRefused"] }));
        Assert.Equal("7 2", await Found(Everything with { Kinds = ["LeadRefused", "PostbackDue"] }));
        Assert.Equal("3 2", await Found(Everything with { From = At(2), To = At(4) }));
        Assert.Equal("4 1", await Found(Everything with { Campaign = "first", Kinds = ["OrderCreated"] }));
        Assert.Equal("", await Found(Everything with { Campaign = "first' OR 1=1 --" }));
        Assert.Equal("7 6", await Found(Everything with { LeadIds = [leadId, Builders.NewId()] }));
        Assert.Equal("7 6", await Found(Everything with { OrderId = "1001" }));
        Assert.Equal("6", await Found(Everything with { OrderId = "1001", Connection = "main" }));
        Assert.Equal("7", await Found(Everything with { ClickId = "click-2" }));
        Assert.Equal("6", await Found(Everything with { PhoneHash = "a1" }));
        Assert.Equal("7", await Found(Everything with { Partner = "shop" }));
        Assert.Equal("6", await Found(Everything with { Comment = "blue ONE" }));
        Assert.Equal("7", await Found(Everything with { Comment = "ПОЗ" }));
        Assert.Equal("", await Found(Everything with { Comment = "%" }));
        Assert.Equal("", await Found(Everything with { Comment = "Wants.*" }));
        Assert.Equal("6", await Found(Everything with { LeadIds = [leadId], ClickId = "click-1", PhoneHash = "a1", Campaign = "third", Partner = "buyer", Connection = "main", From = At(6), To = At(7), Comment = "blue" }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pages_have_everything_once_also_where_many_entries_are_of_one_instant(bool oldestFirst)
    {
        var audit = Store.Audit();
        AuditEntry[] all = [.. Enumerable.Range(0, 50).Select(i => Entry(i / 20))];
        await audit.AppendAsync(all, None);
        List<AuditEntry> read = [];
        var query = new AuditQuery { Campaign = "first", OldestFirst = oldestFirst, Limit = 7 };
        for (var page = await audit.SearchAsync(query, None); page.Count > 0; page = await audit.SearchAsync(query with { After = page[^1].Place }, None))
            read.AddRange(page);

        Assert.Equal(all.Select(e => e.MessageId).Order(), read.Select(e => e.MessageId).Order());
        Assert.Equal(oldestFirst ? read.OrderBy(e => e.At).Select(e => e.At) : read.OrderByDescending(e => e.At).Select(e => e.At), read.Select(e => e.At));
        await Assert.ThrowsAsync<FormatException>(() => audit.SearchAsync(query with { After = "x" }, None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pages_of_several_kinds_are_in_one_order(bool oldestFirst)
    {
        var audit = Store.Audit();
        string[] kinds = ["OrderCreated", "LeadRefused", "PostbackDue", "OrderRefused"];
        AuditEntry[] all = [.. Enumerable.Range(0, 60).Select(i => Entry(i / 7, kinds[i % 4]))];
        await audit.AppendAsync(all, None);
        List<AuditEntry> read = [];
        var query = new AuditQuery { Kinds = [.. kinds[..3], kinds[0]], From = At(1), To = At(8), OldestFirst = oldestFirst, Limit = 5 };
        for (var page = await audit.SearchAsync(query, None); page.Count > 0; page = await audit.SearchAsync(query with { After = page[^1].Place }, None))
            read.AddRange(page);

        var expected = all.Where(e => e.Kind != kinds[3] && e.At >= At(1) && e.At < At(8)).ToArray();
        Assert.Equal(expected.Select(e => e.MessageId).Order(), read.Select(e => e.MessageId).Order());
        Assert.Equal(oldestFirst ? read.OrderBy(e => e.At).Select(e => e.At) : read.OrderByDescending(e => e.At).Select(e => e.At), read.Select(e => e.At));
    }

    [Fact]
    public async Task A_page_ends_where_it_would_become_too_much_text_but_never_empty()
    {
        var audit = Store.Audit();
        await audit.AppendAsync([.. Enumerable.Range(1, 5).Select(second => Entry(second) with { Message = $"\"{new string('x', second is 3 ? 1000 : 98)}\"" })], None);
        var query = new AuditQuery { OldestFirst = true, MostText = 150 };

        var first = await audit.SearchAsync(query, None);
        var second = await audit.SearchAsync(query with { After = first[^1].Place }, None);
        var third = await audit.SearchAsync(query with { After = second[^1].Place }, None);

        Assert.Equal(("1 2", "3", "4 5"), (Seconds(first), Seconds(second), Seconds(third)));
    }

    [Fact]
    public async Task A_timeline_joins_what_names_the_lead_and_what_names_its_order_oldest_first()
    {
        var (audit, leadId) = (Store.Audit(), Builders.NewId());
        await audit.AppendAsync(
        [
            Entry(4, about: new Subject(Connection: "main", OrderId: "1001")),
            Entry(3, about: new Subject(leadId, "main", "1001")),
            Entry(1, about: new Subject(leadId, "main")),
            Entry(2, about: new Subject(leadId)),
            Entry(5, about: new Subject(Connection: "main", OrderId: "1001")),
            Entry(6, about: new Subject(Connection: "other", OrderId: "1001")),
            Entry(7, about: new Subject(Connection: "main", OrderId: "1002")),
            Entry(8, about: new Subject(Builders.NewId(), "main", "1001")),
            Entry(9, about: new Subject(Connection: "main")),
        ], None);

        Assert.Equal("1 2 3 4 5", Seconds(await audit.TimelineAsync(leadId, None)));
    }

    [Fact]
    public async Task A_lead_without_an_order_has_only_what_names_it()
    {
        var (audit, leadId) = (Store.Audit(), Builders.NewId());
        await audit.AppendAsync([Entry(1, about: new Subject(leadId, "main")), Entry(2, about: new Subject(Connection: "main")), Entry(3, about: new Subject())], None);

        Assert.Equal("1", Seconds(await audit.TimelineAsync(leadId, None)));
        Assert.Empty(await audit.TimelineAsync(Builders.NewId(), None));
    }

    [Fact]
    public async Task Leads_that_share_an_order_each_have_its_messages_and_none_of_each_others()
    {
        var (audit, one, two) = (Store.Audit(), Builders.NewId(), Builders.NewId());
        await audit.AppendAsync([Entry(1, about: new Subject(one, "main", "1001")), Entry(2, about: new Subject(two, "main", "1001")), Entry(3, about: new Subject(Connection: "main", OrderId: "1001"))], None);

        Assert.Equal(("1 3", "2 3"), (Seconds(await audit.TimelineAsync(one, None)), Seconds(await audit.TimelineAsync(two, None))));
    }

    [Fact]
    public async Task Messages_that_name_neither_campaign_nor_partner_are_found_by_those_of_their_lead_once_they_are_known()
    {
        var audit = Store.Audit();
        var order = new Subject(Builders.NewId(), "main", "1001", "first", "buyer", "click-1");
        await audit.AppendAsync(
        [
            Entry(1, about: new Subject(Connection: "main", OrderId: "1001")), Entry(2, about: new Subject(Connection: "other", OrderId: "1001")),
            Entry(3, about: new Subject(Connection: "main", OrderId: "1001", ClickId: "own")), Entry(4, about: new Subject(Connection: "main", OrderId: "1002")), Entry(5, about: order with { Campaign = "second" }),
            Entry(6, about: new Subject(order.LeadId, "main", "1001")), Entry(7, about: new Subject(Builders.NewId(), "main", "1001")),
            // An advertiser's push is the advertiser's.
            Entry(8, about: new Subject(order.LeadId, Partner: "shop")),
            Entry(9, about: new Subject(order.LeadId)), Entry(10, about: new Subject(Connection: "main", OrderId: "1003")),
        ], None);

        Assert.Equal("1 3", Seconds((await audit.OfOrdersAsync([new OrderKey("main", "1001"), new OrderKey("main", "1009")], None)).OrderBy(e => e.At)));
        await audit.AdoptAsync([], None);
        await audit.AdoptAsync([order, new Subject(Builders.NewId(), "main", "1003", "third")], None);
        await audit.AdoptAsync([order with { Campaign = "second", Partner = null, ClickId = null }], None);

        Assert.Equal("9 6 3 1", Seconds(await audit.SearchAsync(Everything with { Campaign = "first", Partner = "buyer" }, None)));
        Assert.Equal("10", Seconds(await audit.SearchAsync(Everything with { Campaign = "third" }, None)));
        Assert.Equal("9 6 5 1", Seconds(await audit.SearchAsync(Everything with { ClickId = "click-1" }, None)));
        Assert.Equal("3", Seconds(await audit.SearchAsync(Everything with { ClickId = "own" }, None)));
        Assert.Equal("1 3 5 6 8 9", Seconds(await audit.TimelineAsync(order.LeadId!.Value, None)));
    }

    [Fact]
    public async Task A_person_is_erased_in_all_of_the_leads_messages_and_in_no_others()
    {
        var (audit, leadId) = (Store.Audit(), Builders.NewId());
        AuditEntry Person(int second, Subject about) => Entry(second, about: about) with { PhoneHash = "a1", Comment = "anna", Message = """{"about":{"orderId":"1001"},"first_name":"Anna"}""" };
        await audit.AppendAsync([Person(1, new Subject(leadId, "main", "1001")), Person(2, new Subject(Connection: "main", OrderId: "1001")), Person(3, new Subject(Builders.NewId(), "main", "1002")), Person(4, new Subject())], None);

        await audit.EraseAsync(leadId, None);
        await audit.EraseAsync(leadId, None);

        Assert.All(await audit.TimelineAsync(leadId, None), e => Assert.Equal((PersonalData.Erase("""{"about":{"orderId":"1001"},"first_name":"Anna"}"""), null, null), (e.Message, e.PhoneHash, e.Comment)));
        Assert.Equal("4 3", Seconds(await audit.SearchAsync(Everything with { PhoneHash = "a1" }, None)));
        Assert.Equal("4 3", Seconds(await audit.SearchAsync(Everything with { Comment = "ann" }, None)));
        Assert.Equal((1, 0), (await audit.ErasePhoneAsync("a1", None), await audit.ErasePhoneAsync("a1", None)));
        Assert.Equal("3", Seconds(await audit.SearchAsync(Everything with { PhoneHash = "a1" }, None)));
    }

    [Fact]
    public async Task However_many_messages_a_lead_has_all_are_found_and_erased()
    {
        var (audit, leadId) = (Store.Audit(), Builders.NewId());
        await audit.AppendAsync([.. Enumerable.Range(0, 450).Select(second => Entry(second, about: new Subject(leadId)) with { Message = $$"""{"first_name":"Anna-{{second:000}}"}""" })], None);
        var all = Everything with { LeadIds = [leadId], OldestFirst = true };

        var found = await audit.SearchAsync(all, None);
        var little = await audit.SearchAsync(all with { MostText = found.Take(250).Sum(entry => entry.Message.Length) }, None);
        await audit.EraseAsync(leadId, None);

        Assert.Equal((450, 250), (found.Count, little.Count));
        Assert.Equal(found.Take(250).Select(entry => entry.MessageId), little.Select(entry => entry.MessageId));
        var erased = await audit.TimelineAsync(leadId, None);
        Assert.Equal(found.Select(entry => entry.MessageId), erased.Select(entry => entry.MessageId));
        Assert.DoesNotContain(erased, entry => entry.Message.Contains("Anna", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_erased_does_not_come_back_when_it_is_appended_again()
    {
        var (audit, leadId) = (Store.Audit(), Builders.NewId());
        var entry = Entry(1, about: new Subject(leadId)) with { Message = """{"first_name":"Anna"}""" };
        await audit.AppendAsync([entry], None);
        await audit.EraseAsync(leadId, None);
        await audit.AppendAsync([entry], None);

        Assert.DoesNotContain("Anna", Assert.Single(await audit.TimelineAsync(leadId, None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_oldest_of_a_kind_are_deleted_up_to_a_time_and_a_number()
    {
        var audit = Store.Audit();
        await audit.AppendAsync([Entry(1), Entry(2, "LeadRefused"), Entry(3), Entry(4), Entry(5)], None);

        Assert.Equal(2, await audit.PurgeAsync("OrderCreated", At(5), 2, None));
        Assert.Equal("5 4 2", Seconds(await audit.SearchAsync(Everything, None)));
        Assert.Equal(1, await audit.PurgeAsync("OrderCreated", At(5), 2, None));
        Assert.Equal("5 2", Seconds(await audit.SearchAsync(Everything, None)));
    }

    private static DateTimeOffset At(int second) => Builders.Now.AddSeconds(second);

    private static AuditEntry Entry(int second, string kind = "OrderCreated", string? campaign = "first", Subject? about = null) =>
        new(Builders.NewId(), kind, At(second), about ?? new Subject(Campaign: campaign), null, null, null, "{}");

    private static string Seconds(IEnumerable<AuditEntry> entries) => string.Join(' ', entries.Select(e => (e.At - Builders.Now).TotalSeconds));
}
