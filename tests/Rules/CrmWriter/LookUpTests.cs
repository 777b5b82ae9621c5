using System.Text.Json;
using LeadRelay.CrmWriter;

namespace LeadRelay.Tests.Rules.CrmWriter;

public class LookUpTests
{
    private static readonly Guid Lead = new("0190163d-8694-739b-aea5-966c26f8ad91");
    private static readonly DateTimeOffset Submitted = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 5.0)]
    [InlineData(5, 25.0)]
    [InlineData(29.5, 0.5)]
    [InlineData(30, 90.0)]
    [InlineData(200, 100.0)]
    [InlineData(300, 300.0)]
    [InlineData(599, 1.0)]
    [InlineData(600, null)]
    [InlineData(10_000, null)]
    public void Looks_are_taken_over_the_settle_time(double elapsed, double? next) =>
        Assert.Equal(next, LookUp.Next(TimeSpan.FromSeconds(elapsed), TimeSpan.FromMinutes(10))?.TotalSeconds);

    [Theory]
    [InlineData("""{"id":"7","createdAt":"2026-03-04T12:00:01Z","data":{"stringFields":[{"value":null},{"value":"0190163d-8694-739b-aea5-966c26f8ad91"}]}}""", "7")]
    [InlineData("""{"id":7,"createdAt":"2026-03-04 12:00:01","lead":{"externalId":"0190163D-8694-739B-AEA5-966C26F8AD91"}}""", "7")]
    [InlineData("""{"id":"7","lead":{"externalId":"0190163d-8694-739b-aea5-966c26f8ad91"}}""", "7")]
    [InlineData("""{"id":"7","createdAt":"2026-03-04T12:00:01Z","lead":null,"data":{"stringFields":[{"value":"0190163d"}]}}""", null)]
    public void An_order_is_known_by_the_leads_id(string order, string? found) => Assert.Equal(found, Read(order).OrderId);

    [Theory]
    [InlineData("2026-03-04T12:00:01Z", false)]
    [InlineData("2026-03-04T11:56:00Z", false)]
    [InlineData("2026-03-04T11:54:59Z", true)]
    [InlineData("2026-03-04T13:54:59+02:00", true)]
    [InlineData("2026-03-04 01:00:00", false)]
    [InlineData("long ago", false)]
    public void A_full_page_is_the_last_when_it_reaches_back_before_the_lead(string oldest, bool isLast)
    {
        var newer = Enumerable.Repeat("""{"id":"1","createdAt":"2026-03-04T14:00:00Z"}""", LookUp.PageSize - 1);
        Assert.Equal(isLast, Read([.. newer, $$"""{"id":"2","createdAt":"{{oldest}}"}"""]).IsLast);
    }

    [Fact]
    public void Only_an_empty_page_ends_the_search_by_its_length()
    {
        Assert.True(Read().IsLast);
        Assert.False(Read("""{"id":"1","createdAt":"2026-03-04T14:00:00Z"}""").IsLast);
    }

    [Theory]
    [InlineData("[]", typeof(CrmOutcome.Refused))]
    [InlineData("""[{"id":"7","lead":{"externalId":"0190163d-8694-739b-aea5-966c26f8ad91"}}]""", typeof(CrmOutcome.Page))]
    public void An_answer_with_errors_proves_no_absence(string orders, Type outcome) =>
        Assert.IsType(outcome, OfLookUp("""{"data":{"ordersFetcher":{"orders":""" + orders + """}},"errors":[{"message":"no right"}]}"""));

    [Theory]
    [InlineData("""{"id":"1","createdAt":"2026-03-04T12:00:00Z"}""", """{"id":"2","createdAt":"2026-03-04T12:00:01Z"}""")]
    [InlineData("""{"id":null,"lead":{"externalId":"0190163d-8694-739b-aea5-966c26f8ad91"}}""")]
    public void What_cannot_be_judged_is_not_taken_for_absence(params string[] orders) => Assert.Throws<JsonException>(() => Read(orders));

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"data":null}""")]
    [InlineData("""{"data":{"ordersFetcher":{}}}""")]
    [InlineData("""{"errors":[]}""")]
    [InlineData("<html>")]
    public void An_answer_that_is_no_page_is_no_knowledge(string body) => Assert.IsType<CrmOutcome.InDoubt>(OfLookUp(body));

    private static CrmOutcome OfLookUp(string body) => CrmOutcome.OfLookUp(
        new CrmCall(new LeadRelay.Contracts.CrmExchange("https://crm.example", "query", JsonSerializer.SerializeToElement(1), 200, body, null, Submitted, 5), true, null), Lead, Submitted);

    private static CrmOutcome.Page Read(params string[] orders) =>
        LookUp.Read(JsonElement.Parse("""{"data":{"ordersFetcher":{"orders":[""" + string.Join(',', orders) + "]}}}"), Lead, Submitted);
}
