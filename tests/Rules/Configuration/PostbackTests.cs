using System.Text.Json;
using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Tests.Rules.Configuration;

public sealed class PostbackTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_bare_url_fires_on_every_event()
    {
        var postbacks = folder.Postback("\"https://T.example/Path?a={click}&s={status}\"");

        Assert.Equal(Enum.GetValues<StatusEvent>(), postbacks.Keys.Order());
        Assert.All(postbacks.Values, t => Assert.Equal(("https://T.example/Path?a={click}&s={status}", "https://t.example:443"), (t.Url, t.Target)));
    }

    [Fact]
    public void A_tracker_fires_on_every_event_it_has_a_word_for()
    {
        var postbacks = folder.Postback("""{"tracker": "binom", "base": "http://b.example:81/{env:KEY}/"}""");

        Assert.Equal([StatusEvent.Wait, StatusEvent.Approve], postbacks.Keys.Order());
        Assert.Equal("http://b.example:81/{env:KEY}/click.php?cnv_id={click}&cnv_status={status}", postbacks[StatusEvent.Wait].Url);
        Assert.Equal("http://b.example:81/{env:KEY}/click.php?cnv_id={click}&cnv_status={status}&payout={payout}", postbacks[StatusEvent.Approve].Url);
        Assert.Equal(("new", "sold well"), (postbacks[StatusEvent.Wait].Word, postbacks[StatusEvent.Approve].Word));
        Assert.False(postbacks[StatusEvent.Wait].Shows("status"), "The label is not in it: another label with the same event says the same.");
        Assert.Equal("http://b.example:81", postbacks[StatusEvent.Wait].Target);
    }

    [Fact]
    public void Each_event_can_have_its_own()
    {
        var postbacks = folder.Postback("""{"wait": "https://a.example/", "approve": {"tracker": "binom", "base": "https://b.example"}}""");

        Assert.Equal("https://a.example/", postbacks[StatusEvent.Wait].Url);
        Assert.Equal("https://b.example:443", postbacks[StatusEvent.Approve].Target);
        Assert.Equal(2, postbacks.Count);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8090/postback?subid={click}", "http://127.0.0.1:8090")]
    [InlineData("HTTPS://[::1]/{param.key}", "https://[::1]:443")]
    [InlineData("https://Tracker.example/?c={click_id}&s={sub15}&k={file:/run/secrets/k}", "https://tracker.example:443")]
    public void The_target_is_scheme_host_and_port(string url, string target) =>
        Assert.Equal(target, folder.Postback(JsonSerializer.Serialize(url))[StatusEvent.Hold].Target);

    [Theory]
    [InlineData("https://трекер.рф/?c={click}", "xn--e1aaowdh.xn--p1ai")]
    [InlineData("https://Трекер.РФ:8443", "xn--e1aaowdh.xn--p1ai")]
    [InlineData("http://t.bücher.example/", "t.xn--bcher-kva.example")]
    public void A_host_that_is_not_ASCII_is_a_fault_that_says_how_to_write_it(string url, string host)
    {
        var fault = folder.Set(ConfigFolder.Campaign, "postbacks", JsonSerializer.Serialize(url)).Fault();

        Assert.Equal(("postbacks", null), (fault.Key, fault.Value));
        Assert.EndsWith($"write the host as {host}.", fault.Why);
        Assert.Equal($"https://{host}:443", folder.Postback($"\"https://{host}/?c={{param.имя}}\"")[StatusEvent.Hold].Target);
    }

    [Fact]
    public void A_url_in_place_of_a_trackers_name_is_not_shown()
    {
        var fault = folder.Set(ConfigFolder.Campaign, "postbacks", """{"tracker": "https://t.example/s3cret", "base": "https://t.example"}""").Fault();

        Assert.Equal(("postbacks.tracker", null), (fault.Key, fault.Value));
        Assert.Contains("There is: binom.", fault.Why);
        Assert.DoesNotContain("s3cret", fault.Why);
    }

    [Fact]
    public void What_a_tracker_makes_of_its_base_is_checked_as_any_url()
    {
        folder.Set(ConfigFolder.Tracker, "parameters/y", $"\"{new string('y', 100)}\"");
        var fault = folder.Set(ConfigFolder.Campaign, "postbacks", JsonSerializer.Serialize(new { tracker = "binom", @base = "https://t.example/".PadRight(3900, 'x') })).Fault();

        Assert.Equal(("postbacks.base", null), (fault.Key, fault.Value));
        Assert.StartsWith("The URL that it makes with trackers/binom.json cannot be used.", fault.Why);
        Assert.Contains("4,000 characters", fault.Why);
    }

    [Theory]
    [InlineData("t.example/?c={click}", "absolute URL")]
    [InlineData("/postback", "absolute URL")]
    [InlineData("ftp://t.example/", "https:// or http://")]
    [InlineData("{scheme}://t.example/", "absolute URL")]
    [InlineData("https:///path", "absolute URL")]
    [InlineData("https://{click}.example/", "macro in its host")]
    [InlineData("https://t.example:{sub1}/", "macro in its host")]
    [InlineData("https://user:pass@t.example/", "user name")]
    [InlineData("https://t.example/#c={click}", "fragment")]
    [InlineData("https://t.example:99999/", "not a valid URL")]
    [InlineData("https://t.example/?c={subid}", "{subid}: Keitaro's macro belongs in the traffic link; here use {click}.")]
    [InlineData("https://t.example/?c={clikc}", "{clikc} is not a macro")]
    [InlineData("https://t.example/?c={status:lead=0 sale=1}", "\"lead\" is no event; there are wait, hold")]
    [InlineData("https://t.example/?c={status:approve}", "each event needs a word")]
    [InlineData("https://t.example/?c={status:approve=}", "each event needs a word")]
    [InlineData("https://t.example/?c={status:approve=a\"b}", "without quotes")]
    [InlineData("https://t.example/?c={status:approve=a,approve=b}", "an event twice")]
    [InlineData("https://t.example/?c={status:}", "is no event")]
    [InlineData("https://t.example/?c={raw:clikc}", "{clikc} is not a macro")]
    [InlineData("https://t.example/?c={raw:env:KEY}", "{raw:NAME} takes the name of a value")]
    [InlineData("https://t.example/?c={raw:status:approve=a}", "{raw:NAME} takes the name of a value")]
    [InlineData("https://t.example/?c={raw:raw:click}", "{raw:NAME} takes the name of a value")]
    [InlineData("https://t.example/?c={{click}}", "single braces")]
    [InlineData("https://t.example/?c=${click}", "single braces")]
    [InlineData("https://t.example/?c={click", "without its counterpart")]
    [InlineData("https://t.example/?c={}", "without its counterpart")]
    [InlineData("https://t.example/?k={env:}", "env:NAME")]
    [InlineData("https://t.example/?k={file:}", "env:NAME")]
    [InlineData("https://t.example/a b", "white space")]
    [InlineData("https://t.example/a\nb", "control character")]
    [InlineData("https://t.example/ü", "percent-encoded")]
    [InlineData("https://t.example/?c={click}&n=имя", "percent-encoded")]
    [InlineData("https://t.example/?c={click}&payout=OPTIONAL", "OPTIONAL is a placeholder")]
    [InlineData("https://t.example/?cid=[REPLACE]&x=1", "REPLACE is a placeholder")]
    public void A_url_that_cannot_work_is_a_fault_that_does_not_show_it(string url, string why)
    {
        foreach (var (json, key) in new[]
        {
            (JsonSerializer.Serialize(url), "postbacks"),
            (JsonSerializer.Serialize(new { hold = url }), "postbacks.hold"),
            (JsonSerializer.Serialize(new[] { "https://other.example", url }), "postbacks[1]"),
            (JsonSerializer.Serialize(new { hold = new { url } }), "postbacks.hold.url"),
        })
        {
            var fault = folder.Set(ConfigFolder.Campaign, "postbacks", json).Fault();

            Assert.Equal((ConfigFolder.Campaign, key, null), (fault.File, fault.Key, fault.Value));
            Assert.Contains(why, fault.Why);
            Assert.DoesNotContain("t.example", fault.Why);
        }
    }

    [Theory]
    [InlineData("[]", "postbacks", "1 to 5 items")]
    [InlineData("[5]", "postbacks[0]", "should be a URL")]
    [InlineData("[{}]", "postbacks[0].url", "missing")]
    [InlineData("{\"hold\": []}", "postbacks.hold", "1 to 5 items")]
    [InlineData("{\"hold\": [\"https://t.example\", 5]}", "postbacks.hold[1]", "should be a URL")]
    [InlineData("{\"hold\": [[\"https://t.example\"]]}", "postbacks.hold[0]", "should be a URL")]
    [InlineData("{\"hold\": [{\"tracker\": \"binom\", \"base\": \"https://t.example\"}]}", "postbacks.hold[0]", "Tracker binom has no word for hold")]
    [InlineData("[\"https://a.example\", \"https://b.example\", \"https://c.example\", \"https://d.example\", \"https://e.example\", \"https://f.example\"]", "postbacks", "1 to 5 items")]
    [InlineData("5", "postbacks", "per event")]
    [InlineData("{\"tracker\": \"binom\"}", "postbacks.base", "missing")]
    [InlineData("{\"base\": \"https://t.example\"}", "postbacks.tracker", "missing")]
    [InlineData("{\"tracker\": \"binom\", \"base\": \"t.example\"}", "postbacks.base", "absolute URL")]
    [InlineData("{\"tracker\": \"binom\", \"base\": \"https://{sub1}.example\"}", "postbacks.base", "macro in its host")]
    [InlineData("{\"tracker\": \"binom\", \"base\": \"https://t.example/?a=1\"}", "postbacks.base", "no query")]
    [InlineData("{\"tracker\": \"binom\", \"base\": \"https://t.example\", \"approve\": \"https://t.example\"}", "postbacks.approve", "not known")]
    [InlineData("{\"hold\": 5}", "postbacks.hold", "should be a URL")]
    [InlineData("{\"hold\": {\"tracker\": \"binom\", \"base\": \"https://t.example\"}}", "postbacks.hold", "Tracker binom has no word for hold")]
    public void A_postback_of_another_shape_is_a_fault(string json, string at, string why)
    {
        var fault = folder.Set(ConfigFolder.Campaign, "postbacks", json).Fault();

        Assert.Equal((ConfigFolder.Campaign, at), (fault.File, fault.Key));
        Assert.Contains(why, fault.Why);
    }

    [Fact]
    public void Every_one_of_a_list_is_sent()
    {
        var postbacks = folder.Postbacks("""["https://a.example/?c={click}", {"tracker": "binom", "base": "https://b.example"}, {"url": "https://c.example/", "form": {"c": "{click}"}}]""");

        Assert.Equal(["https://a.example:443", "https://b.example:443", "https://c.example:443"], postbacks[StatusEvent.Approve].Select(t => t.Target));
        Assert.Equal(["https://a.example:443", "https://c.example:443"], postbacks[StatusEvent.Trash].Select(t => t.Target));
    }

    [Fact]
    public void An_event_can_have_a_list_of_its_own()
    {
        var postbacks = folder.Postbacks("""{"wait": ["https://a.example/1", "http://a.example/2", "https://a.example:8443/3"], "hold": "https://a.example/4"}""");

        Assert.Equal(["https://a.example:443", "http://a.example:80", "https://a.example:8443"], postbacks[StatusEvent.Wait].Select(t => t.Target));
        Assert.Equal("https://a.example/4", Assert.Single(postbacks[StatusEvent.Hold]).Url);
        Assert.Equal(2, postbacks.Count);
    }

    [Theory]
    [InlineData("""["https://t.example/a", "https://b.example/", "https://T.example:443/b"]""", "postbacks[2]", "wait, hold, approve, cancel, trash")]
    [InlineData("""["https://t.example/a", {"tracker": "binom", "base": "https://t.example"}]""", "postbacks[1]", "wait, approve")]
    [InlineData("""{"cancel": ["https://t.example/a", {"url": "https://t.example/a"}]}""", "postbacks.cancel[1]", "cancel")]
    public void Two_of_one_event_at_one_target_are_a_fault_that_says_why(string json, string at, string events)
    {
        var fault = folder.Set(ConfigFolder.Campaign, "postbacks", json).Fault();

        Assert.Equal((ConfigFolder.Campaign, at, null), (fault.File, fault.Key, fault.Value));
        Assert.StartsWith($"Another one of {events} in this list goes to the same scheme, host and port. An order's postbacks to one target go one after the other", fault.Why);
    }

    [Fact]
    public void What_must_come_first_is_said_by_the_tracker_or_the_postback()
    {
        folder.Set(ConfigFolder.Tracker, "required_first", """["wait"]""");
        var postbacks = folder.Postbacks("""{"wait": [{"tracker": "binom", "base": "https://b.example"}, {"url": "https://c.example", "required_first": true}], "approve": [{"tracker": "binom", "base": "https://b.example"}, "https://c.example"]}""");

        Assert.All(postbacks[StatusEvent.Wait], template => Assert.True(template.RequiredFirst));
        Assert.All(postbacks[StatusEvent.Approve], template => Assert.False(template.RequiredFirst));
    }

    [Theory]
    [InlineData(4000, true)]
    [InlineData(4001, false)]
    public void A_url_has_up_to_4000_characters(int length, bool fits)
    {
        folder.Set(ConfigFolder.Campaign, "postbacks", $"\"{"https://t.example/".PadRight(length, 'x')}\"");

        if (fits)
            folder.Config();
        else
            Assert.Contains("4,000 characters", folder.Fault().Why);
    }

    [Fact]
    public void The_campaigns_template_goes_before_the_partners()
    {
        var config = folder.Set(ConfigFolder.Campaign, "postbacks", """{"approve": "https://c.example/"}""")
            .Set(ConfigFolder.Partner, "postbacks", "\"https://p.example/\"").Config();
        var campaign = config.Campaigns["first"];

        Assert.Equal("https://c.example/", Assert.Single(config.Templates(campaign, "buyer", StatusEvent.Approve)).Url);
        Assert.Equal("https://p.example/", Assert.Single(config.Templates(campaign, "buyer", StatusEvent.Trash)).Url);
        Assert.Empty(config.Templates(campaign, "shop", StatusEvent.Trash));
    }
}
