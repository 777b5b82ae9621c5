using System.Globalization;

namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>Each rule of the books, broken and held.</summary>
public sealed class BooksTests
{
    private const string Order = "1001";
    private static readonly Guid Id = new("0190163d-8694-739b-aea5-966c26f8ad91");

    [Theory]
    // The tracker's receipts: which change, and ! for one that it refused. Superseded: what the audit says of changes.
    [InlineData("0 1 2 3", "")]
    [InlineData("0 1 1 2 3", "")]
    [InlineData("0! 0 1 2! 2 3", "")]
    [InlineData("0 1 3", "2")]
    [InlineData("3", "0 1 2")]
    [InlineData("0 1 3", "", Books.Told)]
    [InlineData("0 1 2! 3", "", Books.Told)]
    [InlineData("0 1 2", "3", Books.Told)]
    [InlineData("0 1 2 3!", "", Books.Told)]
    [InlineData("", "0 1 2", Books.Told, Books.Told, Books.Told, Books.Told)]
    [InlineData("0 2 1 3", "", Books.Forward)]
    [InlineData("0 1 2 3 3 2!", "", Books.Forward)]
    public void Each_accepted_status_came_or_gave_way_to_a_newer_one_that_came(string receipts, string superseded, params string[] broken)
    {
        var lead = Lead(receipts);
        Assert.Equal(broken, Broken(lead, Audit(lead, superseded: Numbers(superseded))));
    }

    [Fact]
    public void A_change_whose_webhook_was_not_accepted_need_not_come()
    {
        var lead = Lead("0 2", accepted: [2]);
        Assert.Empty(Broken(lead, Audit(lead)));
    }

    [Fact]
    public void An_accepted_lead_has_one_order_or_an_end_that_can_be_seen()
    {
        var (lost, refused, doubled) = (Lead("", orders: []), Lead("", orders: []), Lead("0 1 2 3", orders: [Order, "1002"]));
        Assert.Equal([Books.NotLost], Broken(lost, Audit(lost)));
        var said = Audit(refused);
        said.Refused.Add(Id);
        Assert.Empty(Broken(refused, said));
        Assert.Equal([Books.NotDoubled], Broken(doubled, Audit(doubled)));
    }

    [Fact]
    public void Clients_and_trackers_are_told_the_leads_own_order()
    {
        var told = Lead("0 1 2 3");
        told.ToldOrder = "1002";
        Assert.Equal([Books.OwnOrder], Broken(told, Audit(told)));
        var received = Lead("0 1 2");
        received.Receipts.Add(new Receipt(3, "1002", IsAccepted: true));
        Assert.Equal([Books.OwnOrder], Broken(received, Audit(received)));
    }

    [Fact]
    public void A_client_gets_an_answer_that_it_is_promised()
    {
        var odd = Lead("0 1 2 3");
        odd.OddAnswer = "500";
        Assert.Equal([Books.Answered], Broken(odd, Audit(odd)));
        Assert.Equal([Books.Answered], Broken(new Lead(Story.Of(1, 1, 8, TimeSpan.Zero)), new AuditWord()));
    }

    [Fact]
    public void Where_look_ups_are_trusted_no_operator_is_needed()
    {
        var (trusted, other) = (Lead("0 1 2 3", Story.Trusted), Lead("0 1 2 3"));
        (trusted.WasDecided, other.WasDecided) = (true, true);
        Assert.Equal([Books.DecidedAlone], Broken(trusted, Audit(trusted)));
        Assert.Empty(Broken(other, Audit(other)));
    }

    [Fact]
    public void Each_accepted_lead_and_webhook_is_in_the_audit()
    {
        var lead = Lead("0 1 2 3");
        var withoutLead = Audit(lead);
        withoutLead.Submitted.Clear();
        Assert.Equal([Books.OnRecord], Broken(lead, withoutLead));
        var withoutWebhook = Audit(lead);
        withoutWebhook.Webhooks.Remove((Order, 2));
        Assert.Equal([Books.OnRecord], Broken(lead, withoutWebhook));
    }

    [Theory]
    [InlineData("0 1 2 3", 0)]
    [InlineData("0 1! 1 2 3", 0)]
    [InlineData("0 1 1 2 2 2 3", 3)]
    public void What_came_again_though_it_was_taken_is_counted(string receipts, int repeats) => Assert.Equal(repeats, Books.Repeats(Lead(receipts)));

    [Fact]
    public void The_audits_export_is_read_line_by_line()
    {
        var audit = new AuditWord();
        audit.Take(Line("LeadSubmitted", """{"about":{"leadId":"x"},"raw":{"body":"{\"lead_id\":\"not this\"}"}}"""));
        audit.Take(Line("OrderRefused", "{}"));
        audit.Take(Line("OrderInDoubt", "{}"));
        audit.Take(Line("OrderStatusChanged", $$"""{"statusChangedAt":"{{new Change(2, 3, default, false).At:O}}","raw":{"body":"{\"statusChangedAt\":\"\"}"} }"""));
        audit.Take(Line("PostbackSkipped", $$"""{"reason":"superseded","sequence":{{new Change(1, 3, default, false).At.ToUnixTimeMilliseconds()}},"at":""}"""));
        audit.Take(Line("PostbackSkipped", """{"reason":"superseded","sequence":0}"""));
        audit.Take(Line("PostbackSkipped", """{"reason":"repeat","sequence":1}"""));

        Assert.Equal([Id], audit.Submitted);
        Assert.Equal([Id], audit.Refused);
        Assert.Equal([Id], audit.Doubted);
        Assert.Equal([(Order, 2)], audit.Webhooks);
        Assert.Equal([(Order, 1), (Order, 0)], audit.Superseded);

        static string Line(string kind, string message) => $$"""{"at":"","kind":"{{kind}}","message_id":"","lead_id":"{{Id}}","connection":"sandbox","order_id":"{{Order}}","campaign":null,"message":{{message}} }""";
    }

    /// <summary>One with three changes, all accepted unless it is said.</summary>
    private static Lead Lead(string receipts, string campaign = "first", int[]? accepted = null, string[]? orders = null)
    {
        var changes = Enumerable.Range(1, 3).Select(nth => new Change(nth, nth + 1, TimeSpan.Zero, IsToldTwice: false)).ToArray();
        var lead = new Lead(new Story(1, campaign, Waits: false, changes)) { Id = Id };
        lead.Orders.AddRange(orders ?? [Order]);
        foreach (var change in changes.Where(change => accepted is null || accepted.Contains(change.Nth)))
            lead.Accept(change);
        lead.Receipts.AddRange(receipts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text =>
            new Receipt(int.Parse(text.TrimEnd('!'), CultureInfo.InvariantCulture), Order, IsAccepted: !text.EndsWith('!'))));
        return lead;
    }

    /// <summary>With all of the lead in it.</summary>
    private static AuditWord Audit(Lead lead, params int[] superseded)
    {
        var audit = new AuditWord();
        audit.Submitted.Add(Id);
        audit.Webhooks.UnionWith(lead.Story.Changes.Select(change => (Order, change.Nth)));
        audit.Superseded.UnionWith(superseded.Select(nth => (Order, nth)));
        return audit;
    }

    private static int[] Numbers(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => int.Parse(number, CultureInfo.InvariantCulture))];

    private static IEnumerable<string> Broken(Lead lead, AuditWord audit) => Books.Broken(lead, audit).Select(each => each.Rule);
}
