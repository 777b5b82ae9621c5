using LeadRelay.Sandbox;

namespace LeadRelay.Tests.Rules.Sandbox;

public sealed class ConversionTests
{
    [Theory]
    [InlineData("lead", "lead", "")]
    [InlineData("lead sale", "sale", "")]
    [InlineData("lead rejected", "rejected", "")]
    [InlineData("sale rejected", "rejected", "")]
    [InlineData("rebill rejected", "rejected", "")]
    [InlineData("lead sale rejected", "rejected", "")]
    [InlineData("sale sale", "sale", "already exists")]
    [InlineData("rejected sale", "rejected", "no way from rejected to sale")]
    [InlineData("rejected lead", "rejected", "no way from rejected to lead")]
    [InlineData("sale lead", "sale", "no way from sale to lead")]
    [InlineData("sale rebill", "sale", "no way from sale to rebill")]
    public void A_conversion_goes_the_ways_that_Keitaro_documents_and_says_which_it_did_not_go(string statuses, string status, string ignored)
    {
        var conversion = Assert.Single(Conversion.Of(statuses.Split(' ').Select(word => Sent($"subid=c&tid=1&status={word}"))));
        Assert.Equal(status, conversion.Status);
        Assert.Equal(statuses.Split(' '), conversion.History.Select(step => step.Status));
        Assert.Contains(ignored, conversion.History[^1].Ignored ?? "", StringComparison.Ordinal);
        Assert.Equal(ignored is "", conversion.History[^1].Ignored is null);
    }

    [Theory]
    [InlineData("subid=c&tid=1")]
    [InlineData("subid=c&tid=1&status=")]
    public void A_missing_status_is_a_sale(string query) => Assert.Equal("sale", Assert.Single(Conversion.Of([Sent(query)])).Status);

    [Theory]
    [InlineData("tid=1&status=sale")]
    [InlineData("subid=&tid=1&status=sale")]
    [InlineData("subid=c&tid=1&status=approved")]
    public void What_has_no_click_or_a_word_that_is_not_known_is_no_conversion(string query) => Assert.Empty(Conversion.Of([Sent(query)]));

    [Fact]
    public void Another_transaction_id_another_click_and_another_tracker_are_other_conversions()
    {
        Postback[] postbacks = [Sent("subid=c&tid=1&status=lead"), Sent("subid=c&tid=2&status=lead"), Sent("subid=d&tid=1&status=lead"), Sent("subid=c&status=lead"), Sent("subid=c&tid=1&status=lead", "other")];
        Assert.Equal(postbacks.Select(p => (p.Tracker, p.ClickId, p.Tid)), Conversion.Of(postbacks.Append(postbacks[1])).Select(c => (c.Tracker, (string?)c.ClickId, c.Tid)));
    }

    [Fact]
    public void Money_comes_with_the_change_that_counts_and_stays_until_another_sum_is_told()
    {
        Postback[] postbacks =
        [
            Sent("subid=c&tid=1&status=lead"), Sent("subid=c&tid=1&status=sale&payout=12.50&currency=EUR"), Sent("subid=c&tid=1&status=sale&payout=99"),
            Sent("subid=c&tid=1&status=rejected"),
        ];
        Assert.Equal(
            [(null, null), ("12.50", "EUR"), ("12.50", "EUR"), ("12.50", "EUR")],
            Enumerable.Range(1, postbacks.Length).Select(count => Conversion.Of(postbacks.Take(count)).Single()).Select(c => (c.Payout, c.Currency)));
    }

    private static Postback Sent(string query, string tracker = "keitaro")
    {
        var parameters = query.Split('&').Select(each => each.Split('=')).ToDictionary(each => each[0], each => each[1]);
        return Postback.Read(tracker, parameters, "2026-03-04T05:06:07.000Z", "GET", new Uri($"http://tracker.example/postback?{query}"));
    }
}
