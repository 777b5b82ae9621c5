using LeadRelay.AuditStore;
using LeadRelay.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Configuration;

namespace LeadRelay.Tests.Rules.AuditStore;

/// <summary>What may be asked of an export.</summary>
public class ExportAskedTests
{
    private static readonly Reader Operator = new(null, true, null);

    [Theory]
    [InlineData("", false, false, "audit-messages-20260304.ndjson")]
    [InlineData("format=csv", true, false, "audit-messages-20260304.csv")]
    [InlineData("format=ndjson&view=log&campaign=demo", false, true, "audit-log-demo-20260304.ndjson")]
    [InlineData("view=messages&campaign=a%2F..%22%0D%0Ab&from=2026-03-01&to=2026-04-01", false, false, "audit-messages-a_..___b-20260301-20260401.ndjson")]
    [InlineData("format=&view=", false, false, "audit-messages-20260304.ndjson")]
    public void Format_and_view_are_taken_as_given_and_name_the_file(string query, bool isCsv, bool isLog, string fileName)
    {
        var (asked, fault) = Read(query);

        Assert.Null(fault);
        Assert.Equal((isCsv, isLog, fileName), (asked!.IsCsv, asked.IsLog, asked.FileName));
        Assert.True(asked.Search.Query.OldestFirst);
    }

    [Theory]
    [InlineData("limit=5", "leave out limit")]
    [InlineData("after=1-2", "leave out after")]
    [InlineData("order=newest", "leave out order")]
    [InlineData("format=xml", "ndjson or csv, not \"xml\"")]
    [InlineData("view=all", "messages or log, not \"all\"")]
    [InlineData("view=log&kind=LeadSubmitted", "OrderCreated")]
    [InlineData("colour=red", "no parameter colour")]
    [InlineData("from=soon", "from must be a time")]
    public void What_cannot_be_is_refused_with_what_can(string query, string sentence) => Assert.Contains(sentence, Read(query).Fault, StringComparison.Ordinal);

    [Fact]
    public void The_log_is_of_the_kinds_that_have_calls_and_of_those_asked_for()
    {
        Assert.Equal(LogStatus.Kinds, Read("view=log").Asked!.Search.Query.Kinds);
        Assert.Equal([nameof(OrderRefused)], Read("view=log&kind=OrderRefused,LeadSubmitted").Asked!.Search.Query.Kinds);
        Assert.Empty(Read("").Asked!.Search.Query.Kinds);
    }

    [Fact]
    public void An_export_ends_where_it_is_told_to_or_when_it_was_asked_for()
    {
        Assert.Equal(Builders.Now, Read("").Asked!.Search.Query.To);
        Assert.Equal(Builders.Now.AddYears(1), Read("to=2027-03-04T05:06:07Z").Asked!.Search.Query.To);
    }

    [Fact]
    public void A_partner_exports_its_own_whatever_it_asks_for()
    {
        var asked = Read("partner=other", new Reader("buyer", false, null)).Asked!;

        Assert.Equal("buyer", asked.Search.Query.Partner);
        Assert.Contains(nameof(LeadSubmitted), asked.Search.Query.Kinds);
        Assert.DoesNotContain(nameof(AuditRead), asked.Search.Query.Kinds);
    }

    private static (ExportAsked? Asked, string? Fault) Read(string query, Reader? reader = null)
    {
        var phones = new PhoneHashes(new ConfigurationBuilder().AddInMemoryCollection([new("Privacy:Key", "a long enough key of a test")]).Build());
        ExportAsked.TryRead(new QueryCollection(QueryHelpers.ParseQuery(query)), reader ?? Operator, phones, Builders.Now, out var asked, out var fault);
        return (asked, fault);
    }
}
