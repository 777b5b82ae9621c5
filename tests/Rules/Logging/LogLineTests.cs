using LeadRelay.Contracts;
using LeadRelay.Logging;
using LeadRelay.Tests.Rules.Contracts;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Tests.Rules.Logging;

public sealed class LogLineTests
{
    /// <summary>What may be told of a message: ids, codes, counts, times, our own words, and names in the configuration.</summary>
    private static readonly HashSet<string> Harmless =
    [
        "Event", "LeadId", "OrderId", "Campaign", "Partner", "Connection", "ClickId", "FirstLeadId", "UpdateId", "DeliveryId", "JobId", "Code", "Reason", "Field", "Rule", "Evidence", "StatusId", "StatusGroup",
        "StatusEvent", "Target", "Outcome", "Verdict", "HttpStatus", "Attempt", "Attempts", "DurationMs", "NextAttemptAt", "Look", "Looked", "Done", "DryRun", "Kind", "State", "Warnings", "Findings", "Reader", "What",
        "Personal", "Rows", "Before", "Deleted", "By", "Complete", "{OriginalFormat}",
    ];

    public static TheoryData<string> Contracts() => [.. WireTests.Types().Where(type => type.IsAssignableTo(typeof(IAudited))).Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Contracts))]
    public void Every_message_has_words_of_its_own_and_names_what_it_is_about(string message)
    {
        var (filled, line) = ((IAudited)Filled.Of(message), LogLine.Of((IAudited)Filled.Of(message)));

        Assert.StartsWith($"{message}: ", line.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("It was published", line.ToString(), StringComparison.Ordinal);
        Assert.Equal(filled.About.LeadId.ToString(), line.Single(field => field.Key is "LeadId").Value);
        Assert.Equal(filled.About.OrderId, line.Single(field => field.Key is "OrderId").Value);
        Assert.Equal(line.Count, line.Select(field => field.Key).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public void No_line_has_what_is_not_known_to_be_harmless(string message)
    {
        var line = LogLine.Of((IAudited)Filled.Of(message));

        Assert.Empty(line.Select(field => field.Key).Except(Harmless));
        // A filled value begins with the name of the member it is of.
        foreach (var member in new[] { "Text", "Comment", "Body", "Query", "Response", "Error", "Fault", "Url", "Filter", "Address", "Phone", "Warnings", "Findings", "Label", "Document", "Endpoint", "Method", "sub1", "Param-X" })
            Assert.DoesNotContain($"{member} ü", line.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public void The_template_says_the_same_with_names_in_the_place_of_values(string message)
    {
        var line = LogLine.Of((IAudited)Filled.Of(message));
        var template = Assert.IsType<string>(line[^1].Value);

        Assert.Equal(line.ToString(), line.SkipLast(1).Aggregate(template, (text, field) => text.Replace($"{{{field.Key}}}", $"{field.Value}", StringComparison.Ordinal)));
    }

    public static TheoryData<IAudited, LogLevel, string> Lines()
    {
        var (id, postback) = (new Guid("01985a2e-0000-7000-8000-000000000001"), Builders.Postback(1) with { DeliveryId = new Guid("01985a2e-0000-7000-8000-000000000002") });
        var about = new Subject(id, "main", "1001", "first");
        PostbackAttempted Attempt(int? status, DateTimeOffset? next, TrackerVerdict? verdict = null) =>
            new(about, postback, null, 2, "https://tracker.example/?key=k", status, "text", "error", next, Builders.Now, 12, null, verdict);
        const string Ids = "LeadId=01985a2e-0000-7000-8000-000000000001 OrderId=1001 Campaign=first Connection=main";
        const string Of = "StatusEvent=approve Target=https://tracker.example DeliveryId=01985a2e-0000-7000-8000-000000000002 " + Ids;
        return new()
        {
            { new LeadRefused(new Subject(Campaign: "first", Partner: "buyer"), 422, "invalid_phone", "text", "phone", Builders.Raw(), Builders.Now, "+4915112345678"), LogLevel.Warning,
                "LeadRefused: A call was refused. Code=invalid_phone HttpStatus=422 Field=phone Campaign=first Partner=buyer" },
            { new OrderCreated(about, Builders.Submitted(id), Builders.Exchange(), Builders.Now), LogLevel.Information,
                $"OrderCreated: SalesRender has the order. HttpStatus=200 DurationMs={Builders.Exchange().DurationMs} {Ids}" },
            { new OrderInDoubt(about, Builders.Submitted(id), "text", null, Builders.Now), LogLevel.Warning, $"OrderInDoubt: SalesRender may or may not have the order. {Ids}" },
            { Attempt(200, null), LogLevel.Information, $"PostbackAttempted: A tracker was called. Outcome=delivered HttpStatus=200 Attempt=2 DurationMs=12 {Of}" },
            { Attempt(200, null, TrackerVerdict.Credited), LogLevel.Information, $"PostbackAttempted: A tracker was called. Outcome=delivered Verdict=credited HttpStatus=200 Attempt=2 DurationMs=12 {Of}" },
            { Attempt(200, null, TrackerVerdict.Refused), LogLevel.Warning, $"PostbackAttempted: A tracker was called. Outcome=failed Verdict=refused HttpStatus=200 Attempt=2 DurationMs=12 {Of}" },
            { Attempt(503, Builders.Now), LogLevel.Warning, $"PostbackAttempted: A tracker was called. Outcome=retried HttpStatus=503 Attempt=2 DurationMs=12 NextAttemptAt=2026-03-04T05:06:07Z {Of}" },
            { Attempt(null, null), LogLevel.Warning, $"PostbackAttempted: A tracker was called. Outcome=failed Attempt=2 DurationMs=12 {Of}" },
            { new PostbackDelivered(about, postback, 2, Builders.Now), LogLevel.Information, $"PostbackDelivered: A postback was delivered. Attempts=2 {Of}" },
            { new PostbackDelivered(about, postback, 2, Builders.Now, TrackerVerdict.Received), LogLevel.Information, $"PostbackDelivered: A postback was delivered. Verdict=received Attempts=2 {Of}" },
            { new PostbackHeld(about, "77", null, "text", "comment", 1, Builders.Now), LogLevel.Warning, $"PostbackHeld: The campaign's map has no such status: no postback until it does. StatusId=77 {Ids}" },
            { new PostbackSkipped(about, StatusEvent.Hold, "hold", Builders.Tracker, "repeat", "text", "comment", 1, Builders.Now), LogLevel.Information,
                $"PostbackSkipped: No postback. Reason=repeat StatusEvent=hold Target=https://tracker.example {Ids}" },
            { new ResolveInDoubt(about with { OrderId = null }, "1001", Builders.Now, "text", Builders.Now), LogLevel.Information,
                "ResolveInDoubt: An operator says which order a lead in doubt has. LeadId=01985a2e-0000-7000-8000-000000000001 Campaign=first Connection=main" },
        };
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void Refusals_doubts_and_failures_are_warnings_and_each_line_says_what_came_of_it(IAudited message, LogLevel level, string text)
    {
        var line = LogLine.Of(message);

        Assert.Equal((level, text), (line.Level, line.ToString()));
    }

    [Theory]
    [InlineData("+4915112345678", "+49•••78")]
    [InlineData("anna@example.com", "a•••@•••")]
    [InlineData("4915112345678", "4915112345678")]
    [InlineData("w1234567890abc", "w1234567890abc")]
    public void An_id_that_somebody_chose_is_shown_without_what_somebody_can_be_reached_at(string given, string shown)
    {
        var line = LogLine.Of(new StatusUpdateRefused(new Subject(OrderId: given, Campaign: "first", ClickId: given), null, null, given, "text", null, Builders.Now));

        Assert.All(line.Where(field => field.Key is "OrderId" or "ClickId" or "Code"), field => Assert.Equal(shown, field.Value));
    }

    [Fact]
    public void An_id_of_any_length_makes_a_line_that_can_be_read()
    {
        var line = LogLine.Of(Builders.Changed(orderId: new string('7', 100_000)));

        Assert.InRange(line.ToString().Length, 100, 1000);
    }
}
