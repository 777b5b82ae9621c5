using LeadRelay.Contracts;
using LeadRelay.Persistence.Audit;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>One record per lead, changed only by whoever has read it as it is.</summary>
public abstract class LeadViewsContract(IStoreUnderTest store) : StoreContract(store)
{
    [Fact]
    public async Task A_record_comes_back_as_it_was_written()
    {
        var view = View(1) with { End = new LeadEnd("created", "code", "accepted ü", StatusEvent.Approve), Delivered = 2, Failed = 1, Facts = """{"a":"$ü"}""" };

        Assert.Empty(await Store.LeadViews().WriteAsync([view], None));

        Assert.Equal([view with { Version = 1 }], await Store.LeadViews().OfLeadsAsync([view.LeadId, Builders.NewId()], None));
        Assert.Equal([view with { Version = 1 }], await Store.LeadViews().OfOrdersAsync([new OrderKey("main", view.About.OrderId!), new OrderKey("main", "none")], None));
        Assert.Empty(await Store.LeadViews().OfOrdersAsync([new OrderKey("other", view.About.OrderId!)], None));
    }

    [Fact]
    public async Task A_record_that_somebody_has_changed_since_is_not_written_and_named()
    {
        var views = Store.LeadViews();
        var (one, two) = (View(1), View(2));
        await views.WriteAsync([one], None);

        Assert.Equal([one.LeadId], await views.WriteAsync([one with { Facts = "late" }, two], None));
        Assert.Empty(await views.WriteAsync([one with { Version = 1, Facts = "next" }], None));
        Assert.Equal([one.LeadId], await views.WriteAsync([one with { Version = 1, Facts = "lost" }], None));

        Assert.Equal([("next", 2L), ("{}", 1L)], (await views.OfLeadsAsync([one.LeadId, two.LeadId], None)).OrderBy(v => v.At).Select(v => (v.Facts, v.Version)));
    }

    [Fact]
    public async Task Of_many_who_change_a_record_at_once_one_does_each_time()
    {
        var view = View(1) with { Facts = "0" };
        await Store.LeadViews().WriteAsync([view], None);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            var views = Store.LeadViews();
            for (var done = 0; done < 10;)
            {
                var read = Assert.Single(await views.OfLeadsAsync([view.LeadId], None));
                if (await views.WriteAsync([read with { Facts = $"{int.Parse(read.Facts, System.Globalization.CultureInfo.InvariantCulture) + 1}" }], None) is [])
                    done++;
            }
        }));

        Assert.Equal("40", Assert.Single(await Store.LeadViews().OfLeadsAsync([view.LeadId], None)).Facts);
    }

    [Fact]
    public async Task Leads_are_found_by_any_id_newest_first_and_only_the_partners_own()
    {
        var views = Store.LeadViews();
        var (a, b, c) = (View(1), View(2), View(3, partner: "shop"));
        var refused = View(4) with { End = new LeadEnd(LeadEnd.Rejected, "invalid_phone") };
        await views.WriteAsync([a, b, c, refused], None);
        var nothing = new LeadSearch("buyer", [], [], null, [], 10);

        async Task Finds(LeadSearch search, params StoredView[] expected) => Assert.Equal(expected.Select(v => v.LeadId), (await views.FindAsync(search, None)).Select(v => v.LeadId));

        await Finds(nothing);
        await Finds(nothing with { LeadIds = [a.LeadId, b.LeadId, c.LeadId, refused.LeadId, Builders.NewId()] }, b, a);
        await Finds(nothing with { ClickIds = ["click-1", "click-2", "click-3", "' OR 1=1 --"] }, b, a);
        await Finds(nothing with { Campaign = "first", OrderIds = ["1", "3"] }, a);
        await Finds(nothing with { Campaign = "second", OrderIds = ["1"] });
        await Finds(nothing with { LeadIds = [a.LeadId], ClickIds = ["click-2"] }, b, a);
        await Finds(nothing with { LeadIds = [a.LeadId, b.LeadId], Limit = 1 }, b);
        await Finds(nothing with { Partner = "shop", LeadIds = [a.LeadId, c.LeadId] }, c);
    }

    [Fact]
    public async Task Leads_are_counted_by_campaign_day_and_end()
    {
        var (views, day) = (Store.LeadViews(), new DateTimeOffset(2026, 3, 4, 0, 0, 0, TimeSpan.Zero));
        StoredView At(double hour, string? campaign, LeadEnd end, int delivered = 0, string partner = "buyer") =>
            View(0) with { LeadId = Builders.NewId(), At = day.AddHours(hour), About = new Subject(Campaign: campaign, Partner: partner), End = end, Delivered = delivered, Failed = 1 };
        var (approved, refused) = (new LeadEnd("created", null, "accepted", StatusEvent.Approve), new LeadEnd("refused", "no_money"));
        await views.WriteAsync([At(0, "first", approved, 2), At(23.99, "first", approved, 1), At(24, "first", approved), At(1, "first", refused), At(1, "second", approved, partner: "shop"), At(1, null, refused)], None);

        async Task<string> Counted(CountQuery query) => string.Join("; ", (await views.CountAsync(query, None))
            .Select(c => $"{c.Campaign} {c.Day:MM-dd} {c.End.State} {c.End.Code}{c.End.Label} {c.End.Event} {c.Leads} {c.Delivered} {c.Failed}"));

        Assert.Equal("first 03-04 created accepted Approve 2 3 2; first 03-04 refused no_money  1 0 1; first 03-05 created accepted Approve 1 0 1", await Counted(new CountQuery("first", null, null, null)));
        Assert.Equal("second 03-04 created accepted Approve 1 0 1", await Counted(new CountQuery(null, "shop", null, null)));
        Assert.Equal("first 03-05 created accepted Approve 1 0 1", await Counted(new CountQuery(null, null, day.AddDays(1), null)));
        Assert.Equal("first 03-04 refused no_money  1 0 1", await Counted(new CountQuery("first", "buyer", day.AddHours(0.5), day.AddHours(23))));
        Assert.StartsWith("first 03-04", await Counted(new CountQuery(null, null, null, null)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_with_details_are_found_by_their_age()
    {
        var views = Store.LeadViews();
        await views.WriteAsync([View(3) with { Facts = "c" }, View(1) with { Facts = "a" }, View(2), View(4) with { Facts = "d" }], None);

        Assert.Equal(["a", "c"], (await views.DetailedAsync(Builders.Now.AddSeconds(4), 10, None)).Select(v => v.Facts));
        Assert.Equal(["a"], (await views.DetailedAsync(Builders.Now.AddSeconds(4), 1, None)).Select(v => v.Facts));
    }

    private static StoredView View(int second, string partner = "buyer")
    {
        var leadId = Builders.NewId();
        return new StoredView(leadId, 0, Builders.Now.AddSeconds(second), new Subject(leadId, "main", $"{second}", "first", partner, $"click-{second}"), new LeadEnd("queued"), 0, 0, StoredView.NoDetails);
    }
}
