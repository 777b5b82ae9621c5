using LeadRelay.Contracts;
using LeadRelay.Persistence.Audit;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>Every message once, found by what it is about.</summary>
public abstract class AuditLogContract(IStoreUnderTest store) : StoreContract(store)
{
    private static readonly AuditQuery Everything = new(null, null, null, null, 1000);

    [Fact]
    public async Task An_entry_comes_back_as_it_was_appended()
    {
        var audit = Store.Audit();
        var entry = new AuditEntry(Builders.NewId(), "OrderCreated", Builders.Now, new Subject(Builders.NewId(), "main", "1001", "first", "buyer", "click-ü"), """{"message":{"x":"ü"}}""");

        await audit.AppendAsync([entry], None);

        Assert.Equal(entry, Assert.Single(await Store.Audit().QueryAsync(Everything, None)));
    }

    [Fact]
    public async Task Appending_again_changes_nothing_even_in_the_same_batch_and_at_once()
    {
        var (audit, entry) = (Store.Audit(), Entry(0));
        await audit.AppendAsync([entry, entry], None);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Store.Audit().AppendAsync([entry with { Envelope = $"{i}" }, Entry(i)], None)));

        var entries = await audit.QueryAsync(Everything, None);

        Assert.Equal(11, entries.Count);
        Assert.Equal("{}", entries.Single(e => e.MessageId == entry.MessageId).Envelope);
    }

    [Fact]
    public async Task A_query_gives_the_newest_first_and_no_more_than_its_limit()
    {
        var audit = Store.Audit();
        await audit.AppendAsync([Entry(1), Entry(5), Entry(3), Entry(2), Entry(4)], None);

        Assert.Equal("5 4 3", Seconds(await audit.QueryAsync(Everything with { Limit = 3 }, None)));
    }

    [Fact]
    public async Task A_query_filters_by_campaign_kind_and_time_from_inclusive_to_exclusive()
    {
        var audit = Store.Audit();
        await audit.AppendAsync([Entry(1), Entry(2, "LeadRefused"), Entry(3, campaign: "second"), Entry(4), Entry(5, campaign: null)], None);

        async Task<string> Found(AuditQuery query) => Seconds(await audit.QueryAsync(query, None));

        Assert.Equal("5 4 3 2 1", await Found(Everything));
        Assert.Equal("4 2 1", await Found(Everything with { Campaign = "first" }));
        Assert.Equal("2", await Found(Everything with { Kind = "LeadRefused" }));
        Assert.Equal("3 2", await Found(Everything with { From = At(2), To = At(4) }));
        Assert.Equal("4 1", await Found(Everything with { Campaign = "first", Kind = "OrderCreated" }));
        Assert.Equal("", await Found(Everything with { Campaign = "first' OR 1=1 --" }));
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
    public async Task Timelines_of_several_leads_are_those_of_each()
    {
        var (audit, one, two, none) = (Store.Audit(), Builders.NewId(), Builders.NewId(), Builders.NewId());
        await audit.AppendAsync(
        [
            Entry(3, about: new Subject(Connection: "main", OrderId: "1001")), Entry(2, about: new Subject(one, "main", "1001")), Entry(1, about: new Subject(one, "main")),
            Entry(5, about: new Subject(two, "main", "1002")), Entry(6, about: new Subject(Connection: "main", OrderId: "1002")), Entry(7, about: new Subject(Connection: "main", OrderId: "1003")),
        ], None);

        var timelines = await audit.TimelinesAsync([one, two, none], None);

        Assert.Equal(("1 2 3", "5 6", ""), (Seconds(timelines[one]), Seconds(timelines[two]), Seconds(timelines[none])));
    }

    [Fact]
    public async Task Leads_are_found_by_any_id_newest_first_and_only_those_the_partner_submitted()
    {
        var (audit, a, b, c) = (Store.Audit(), Builders.NewId(), Builders.NewId(), Builders.NewId());
        await audit.AppendAsync(
        [
            Entry(1, "LeadSubmitted", about: new Subject(a, "main", null, "first", "buyer", "click-a")), Entry(2, about: new Subject(a, "main", "1", "first", "buyer", "click-a")),
            Entry(3, "LeadSubmitted", about: new Subject(b, "main", null, "first", "buyer", "click-b")), Entry(4, about: new Subject(b, "main", "2", "first", "buyer", "click-b")),
            Entry(5, "LeadSubmitted", about: new Subject(c, "main", null, "first", "shop", "click-c")), Entry(6, about: new Subject(c, "main", "3", "first", "shop", "click-c")),
            // An advertiser's status names him with somebody else's lead.
            Entry(7, "OrderStatusUpdated", about: new Subject(c, "main", "3", "first", "buyer", "click-c")),
        ], None);
        var nothing = new LeadSearch("buyer", [], [], null, [], 10);

        async Task Finds(LeadSearch search, params Guid[] expected) => Assert.Equal(expected, await audit.FindLeadsAsync(search, None));

        await Finds(nothing);
        await Finds(nothing with { LeadIds = [a, b, c, Builders.NewId()] }, b, a);
        await Finds(nothing with { ClickIds = ["click-a", "click-b", "click-c", "' OR 1=1 --"] }, b, a);
        await Finds(nothing with { Campaign = "first", OrderIds = ["1", "3"] }, a);
        await Finds(nothing with { Campaign = "second", OrderIds = ["1"] });
        await Finds(nothing with { LeadIds = [a], ClickIds = ["click-b"] }, b, a);
        await Finds(nothing with { LeadIds = [a, b], Limit = 1 }, b);
        await Finds(nothing with { Partner = "shop", LeadIds = [a, c] }, c);
    }

    private static DateTimeOffset At(int second) => Builders.Now.AddSeconds(second);

    private static AuditEntry Entry(int second, string kind = "OrderCreated", string? campaign = "first", Subject? about = null) =>
        new(Builders.NewId(), kind, At(second), about ?? new Subject(Campaign: campaign), "{}");

    private static string Seconds(IEnumerable<AuditEntry> entries) => string.Join(' ', entries.Select(e => (e.At - Builders.Now).TotalSeconds));
}
