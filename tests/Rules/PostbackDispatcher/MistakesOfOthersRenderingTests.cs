using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;
using LeadRelay.Tests.Rules.Configuration;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>What other systems are known to get wrong when they make a postback; each test is named for the mistake.</summary>
public sealed class MistakesOfOthersRenderingTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_whole_url_is_lower_cased()
    {
        var sent = Sent("\"https://T.Example/KeY-AbC/PostBack?SubID={click_id}&Status=SALE&k={env:KEY}\"", clickId: "AbCdEf");

        Assert.Equal("https://T.Example/KeY-AbC/PostBack?SubID=AbCdEf&Status=SALE&k=S3Cret", sent.Url);
    }

    [Fact]
    public void Macros_are_replaced_without_url_encoding() =>
        Assert.Equal("https://t.example/?c=a%26status%3Dsale%26payout%3D999%23&s=hold", Sent("\"https://t.example/?c={click_id}&s={event}\"", clickId: "a&status=sale&payout=999#").Url);

    [Fact]
    public void An_empty_value_leaves_the_literal_macro() =>
        Assert.Equal("https://t.example/?a=&b=&c=&d=&e=click-1", Sent("\"https://t.example/?a={comment}&b={sub7}&c={param.none}&d={currency}&e={click_id}\"").Url);

    [Fact]
    public void Only_registered_and_approved_fire()
    {
        foreach (var statusEvent in Enum.GetValues<StatusEvent>())
            Assert.Equal($"https://t.example/?e={statusEvent.ToString().ToLowerInvariant()}", Sent("\"https://t.example/?e={event}\"", statusEvent).Url);
    }

    [Fact]
    public void A_POST_sends_an_empty_body()
    {
        var sent = Sent("""{"url": "https://t.example/", "form": {"c": "{click_id}", "why": "{comment}"}}""");

        Assert.Equal(("POST", "application/x-www-form-urlencoded", "c=click-1&why="), (sent.Method, sent.ContentType, sent.Body));
        Assert.Contains("an empty one tells a tracker nothing", folder.Set(ConfigFolder.Campaign, "postbacks", """{"url": "https://t.example/?c={click_id}", "method": "POST"}""").Fault().Why);
    }

    [Fact]
    public void The_payout_is_always_empty()
    {
        const string Template = "\"https://t.example/?payout={payout}&currency={currency}\"";

        Assert.Equal("https://t.example/?payout=12.50&currency=EUR", Sent(Template, StatusEvent.Approve, payout: 12.50m, currency: "EUR").Url);
        Assert.Equal("https://t.example/?payout=0&currency=EUR", Sent(Template, StatusEvent.Cancel, payout: 0, currency: "EUR").Url);
    }

    [Fact]
    public void A_macro_of_the_partners_tracker_is_sent_as_it_stands()
    {
        foreach (var macro in new[] { "{subid}", "${SUBID}", "{{click}}" })
            Assert.NotEmpty(folder.Set(ConfigFolder.Campaign, "postbacks", $"\"https://t.example/?c={macro}\"").Fault().Why);
        Assert.Equal("https://t.example/?c=click-1&s=%7Bsubid%7D", Sent("\"https://t.example/?c={click_id}&s={sub1}\"", sub1: "{subid}").Url);
    }

    [Fact]
    public void REPLACE_and_OPTIONAL_are_left_in_the_template() =>
        Assert.Equal(["postbacks[0]", "postbacks[1].form.payout", "postbacks[2].json.txid"], folder.Set(ConfigFolder.Campaign, "postbacks", """
            ["https://a.example/?cid={click_id}&payout=OPTIONAL", {"url": "https://b.example/", "form": {"cid": "{click_id}", "payout": "REPLACE"}},
             {"url": "https://c.example/", "json": {"cid": "{click_id}", "txid": "[OPTIONAL]"}}]
            """).Load().Faults.Select(fault => fault.Key));

    [Fact]
    public void A_macro_within_a_value_is_replaced_by_the_next_replacement()
    {
        var sent = Sent("""{"url": "https://t.example/?c={comment}&k={env:KEY}", "json": {"c": "{comment}", "k": "{env:KEY}"}}""", comment: "{env:KEY} {click_id}");

        Assert.Equal("https://t.example/?c=%7Benv%3AKEY%7D%20%7Bclick_id%7D&k=S3Cret", sent.Url);
        Assert.Equal("""{"c":"{env:KEY} {click_id}","k":"S3Cret"}""", sent.Body);
    }

    [Fact]
    public void Keitaro_takes_an_empty_status_for_a_sale()
    {
        var keitaro = ConfigLoader.Load(Samples.Folder, "embedded").Config!.Trackers["keitaro"];

        Assert.All(Enum.GetValues<StatusEvent>(), e => Assert.Contains(keitaro.Words[e], keitaro.KnownWords));
        Assert.Equal("{status}", keitaro.Form.Parameters["status"]);
    }

    /// <summary>What a tracker gets of a postback as it stands in a campaign's file.</summary>
    private PostbackRequest Sent(
        string json, StatusEvent statusEvent = StatusEvent.Hold, string clickId = "click-1", string? comment = null, decimal? payout = null, string? currency = null, string? sub1 = null)
    {
        var config = folder.Set(ConfigFolder.Campaign, "postbacks", json).Config();
        var template = Assert.Single(config.Templates(config.Campaigns["first"], "buyer", statusEvent));
        var delivery = new Delivery(
            Builders.Postback(5, statusEvent) with { Payout = payout, Currency = currency, Comment = comment }, Builders.About(Builders.NewId(), "1001", clickId),
            sub1 is null ? Builders.Nothing : new Dictionary<string, string> { ["sub1"] = sub1 }, null, 1, TimeSpan.Zero, Guid.Empty);
        return PostbackRenderer.Reveal(PostbackRenderer.Render(template, macro => MacroValues.Of(delivery, template, macro)), reference => reference is "env:KEY" ? "S3Cret" : throw new InvalidOperationException(reference));
    }
}
