using System.Text.Json;
using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Tests.Rules.Configuration;

/// <summary>Postbacks that are more than a URL: method, body and headers.</summary>
public sealed class PostbackBodyTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_object_with_nothing_but_a_url_is_that_url()
    {
        var template = Read("""{"url": "https://T.example/P?c={click}"}""");

        Assert.Equal(("https://T.example/P?c={click}", "https://t.example:443", "GET"), (template.Url, template.Target, template.Method));
        Assert.Null(template.Body);
        Assert.Empty(template.Headers);
        Assert.False(template.RequiredFirst);
    }

    [Theory]
    [InlineData("""{"form": {"a": "{click}", "b": "x"}}""", "application/x-www-form-urlencoded", "a={click_id}&b=x")]
    [InlineData("""{"form": {"d[x] &": "a b&c={sub1}/{env:K}", "e": ""}}""", "application/x-www-form-urlencoded", "d%5Bx%5D%20%26=a%20b%26c%3D{sub1}%2F{env:K}&e=")]
    [InlineData("""{"form": {"a": "{}{ }{\"x\":1}ü\n", "{}": "{param.x-y}"}}""", "application/x-www-form-urlencoded", "a=%7B%7D%7B%20%7D%7B%22x%22%3A1%7D%C3%BC%0A&%7B%7D={param.x-y}")]
    [InlineData("""{"json": {"a": "{click_id}", "b": [1.50, true, null, {"c": "{payout} {currency}"}]}}""", "application/json", """{"a":"{click_id}","b":[1.50,true,null,{"c":"{payout} {currency}"}]}""")]
    [InlineData("""{"json": {"a": "\"\\ü\n{click\u005fid}{}", "b": {}}}""", "application/json", """{"a":"\"\\ü\n{click_id}{}","b":{}}""")]
    [InlineData("""{"json": {}}""", "application/json", "{}")]
    [InlineData("""{"body": " <a b=\"{click}\">\n{status}</a>", "content_type": "application/xml; charset=utf-8"}""", "application/xml; charset=utf-8", " <a b=\"{click}\">\n{status}</a>")]
    [InlineData("""{"body": "{click}", "content_type": "text/plain"}""", "text/plain", "{click}")]
    [InlineData("""{"body": "{\"p\":{payout},\"q\":{}}", "content_type": "application/json"}""", "application/json", """{"p":{payout},"q":{}}""")]
    [InlineData("""{"method": "POST", "form": {"a": "b"}}""", "application/x-www-form-urlencoded", "a=b")]
    public void A_body_makes_a_POST(string json, string contentType, string body)
    {
        var template = Read($$"""{"url": "https://t.example/", {{json[1..]}}""");

        Assert.Equal("POST", template.Method);
        Assert.Equal(new PostbackBody(contentType, body), template.Body);
    }

    [Theory]
    [InlineData("""{"form": {"a": "{click}"}}""", "click_id", true)]
    [InlineData("""{"json": {"a": {"b": "{clickid}"}}}""", "click_id", true)]
    [InlineData("""{"body": "{x y}", "content_type": "text/plain", "headers": {"X": "{status}"}}""", "status", true)]
    [InlineData("""{"form": {"a": "{click}"}}""", "status", false)]
    public void What_a_body_or_a_header_shows_is_known(string json, string macro, bool shows) =>
        Assert.Equal(shows, Read($$"""{"url": "https://t.example/", {{json[1..]}}""").Shows(macro));

    [Theory]
    [InlineData("""{"method": "POST"}""", "method", "A POST needs form, json or body")]
    [InlineData("""{"method": "post", "form": {"a": "b"}}""", "method", "Did you mean \"POST\"?")]
    [InlineData("""{"method": "PUT"}""", "method", "GET, POST")]
    [InlineData("""{"method": "GET", "form": {"a": "b"}}""", "form", "A GET has no body")]
    [InlineData("""{"form": {"a": "b"}, "json": {"a": "b"}}""", "json", "There is form already")]
    [InlineData("""{"body": "x", "form": {"a": "b"}, "content_type": "text/plain"}""", "body", "There is form already")]
    [InlineData("""{"body": "x"}""", "content_type", "missing")]
    [InlineData("""{"form": {"a": "b"}, "content_type": "text/plain"}""", "content_type", "belongs to a body")]
    [InlineData("""{"body": "x", "content_type": "plain"}""", "content_type", "a content type")]
    [InlineData("""{"body": "x", "content_type": "{sub1}/x"}""", "content_type", "a content type")]
    [InlineData("""{"body": "x", "content_type": "multipart/form-data; boundary=x"}""", "content_type", "write form")]
    [InlineData("""{"body": "x", "content_type": "text/plain; charset=koi8-r"}""", "content_type", "UTF-8")]
    [InlineData("""{"body": "", "content_type": "text/plain"}""", "body", "empty")]
    [InlineData("""{"body": " {comment} {sub1}\n", "content_type": "text/plain"}""", "body", "empty")]
    [InlineData("""{"body": 5, "content_type": "text/plain"}""", "body", "a text in quotes")]
    [InlineData("""{"form": {}}""", "form", "empty")]
    [InlineData("""{"form": ["a"]}""", "form", "an object")]
    [InlineData("""{"form": {"a": 5}}""", "form.a", "a text in quotes")]
    [InlineData("""{"form": {"": "x"}}""", "form.", "no name")]
    [InlineData("""{"form": {"{sub1}": "x"}}""", "form.{sub1}", "macro in its name")]
    [InlineData("""{"form": {"a[{click}]": "x"}}""", "form.a[{click}]", "macro in its name")]
    [InlineData("""{"form": {"a": "OPTIONAL"}}""", "form.a", "placeholder")]
    [InlineData("""{"form": {"a": "env:KEY"}}""", "form.a", "stands in braces: {env:KEY}")]
    [InlineData("""{"form": {"a": "{clikc}"}}""", "form.a", "{clikc} is not a macro")]
    [InlineData("""{"json": "{}"}""", "json", "an object")]
    [InlineData("""{"json": [{"a": "b"}]}""", "json", "an object")]
    [InlineData("""{"json": {"a": [{"b": "{subid}"}]}}""", "json.a[0].b", "here use {click}")]
    [InlineData("""{"json": {"a": "{{click}}"}}""", "json.a", "single braces")]
    [InlineData("""{"json": {"a": "${click}"}}""", "json.a", "single braces")]
    [InlineData("""{"json": {"a": "{env:}"}}""", "json.a", "env:NAME")]
    [InlineData("""{"json": {"a": "{file:/a b}"}}""", "json.a", "letters, digits")]
    [InlineData("""{"json": {"a": "{param.x y}"}}""", "json.a", "letters, digits")]
    [InlineData("""{"json": {"{sub1}": "a"}}""", "json.{sub1}", "macro in its name")]
    [InlineData("""{"json": {"a": "[REPLACE]"}}""", "json.a", "placeholder")]
    [InlineData("""{"body": "<a>{clikc}</a>", "content_type": "text/xml"}""", "body", "{clikc} is not a macro")]
    [InlineData("""{"required_first": "yes"}""", "required_first", "true or false")]
    [InlineData("""{"haeders": {}}""", "haeders", "Did you mean \"headers\"?")]
    [InlineData("""{"tracker": "binom", "base": "https://t.example"}""", "url", "not known")]
    public void What_cannot_be_sent_is_a_fault(string json, string key, string why)
    {
        var fault = folder.Set(ConfigFolder.Campaign, "postbacks", $$"""{"hold": {"url": "https://t.example/", {{json[1..]}}}""").Load().Faults[0];

        Assert.Equal((ConfigFolder.Campaign, $"postbacks.hold.{key}"), (fault.File, fault.Key));
        Assert.Contains(why, fault.Why);
    }

    [Theory]
    [InlineData("""{"X-Lead": "{lead_id} of {campaign}"}""", "X-Lead", "{lead_id} of {campaign}")]
    [InlineData("""{"Authorization": "Bearer {env:TOKEN}"}""", "Authorization", "Bearer {env:TOKEN}")]
    [InlineData("""{"Authorization": "env:TOKEN"}""", "Authorization", "{env:TOKEN}")]
    [InlineData("""{"X-Api-Key": "file:/run/my key"}""", "X-Api-Key", "{file:/run/my key}")]
    [InlineData("""{"Idempotency-Key": "{order_id}-{event}"}""", "Idempotency-Key", "{order_id}-{event}")]
    [InlineData("""{"Accept": "application/json"}""", "Accept", "application/json")]
    public void A_header_is_text_and_macros_or_a_secret(string json, string name, string value) =>
        Assert.Equal(value, Assert.Single(Read($$"""{"url": "https://t.example/", "headers": {{json}}}""").Headers, header => header.Key == name).Value);

    [Theory]
    [InlineData("Authorization", "Bearer s3cret", "\"env:NAME\"")]
    [InlineData("x-api-KEY", "s3cret", "\"env:NAME\"")]
    [InlineData("X-Auth-Token", "s3cret", "\"env:NAME\"")]
    [InlineData("X-Secret", "s3cret", "\"env:NAME\"")]
    [InlineData("X-Id", "s3cret {clikc}", "not a macro")]
    [InlineData("X-Id", "s3cret {click", "without its counterpart")]
    [InlineData("X-Id", "s3cret {{click}}", "single braces")]
    [InlineData("X-Id", "s3cret\r\nX-Other: 1", "control character")]
    [InlineData("X-Id", "s3cret ü", "printable ASCII")]
    [InlineData("X-Id", "", "empty")]
    [InlineData("X Id", "s3cret", "name should be")]
    [InlineData("X-Id:", "s3cret", "name should be")]
    [InlineData("", "s3cret", "name should be")]
    [InlineData("content-type", "s3cret", "content_type")]
    [InlineData("Host", "s3cret", "remove it")]
    [InlineData("Content-Length", "s3cret", "remove it")]
    [InlineData("Content-Encoding", "s3cret", "remove it")]
    [InlineData("Transfer-Encoding", "s3cret", "remove it")]
    [InlineData("Connection", "s3cret", "remove it")]
    [InlineData("Cookie", "s3cret", "remove it")]
    [InlineData("User-Agent", "s3cret", "remove it")]
    [InlineData("Expect", "s3cret", "remove it")]
    [InlineData("Proxy-Authorization", "{env:S}", "remove it")]
    public void A_header_that_cannot_be_is_a_fault_that_does_not_show_it(string name, string value, string why)
    {
        var fault = folder.Set(ConfigFolder.Campaign, "postbacks", JsonSerializer.Serialize(new { url = "https://t.example", headers = new Dictionary<string, string> { [name] = value } })).Fault();

        Assert.Equal((ConfigFolder.Campaign, $"postbacks.headers.{name}", null), (fault.File, fault.Key, fault.Value));
        Assert.Contains(why, fault.Why);
        Assert.DoesNotContain("s3cret", fault.Why);
    }

    [Fact]
    public void A_header_that_stands_twice_in_different_case_is_a_fault() =>
        Assert.Contains("stands twice", folder.Set(ConfigFolder.Campaign, "postbacks", """{"url": "https://t.example", "headers": {"X-A": "1", "x-a": "2"}}""").Fault().Why);

    [Theory]
    [InlineData(20, true)]
    [InlineData(21, false)]
    public void There_are_up_to_20_headers(int count, bool fit) => Fits(fit, "20 headers", JsonSerializer.Serialize(
        new { url = "https://t.example", headers = Enumerable.Range(1, count).ToDictionary(n => $"X-{n}", n => "x") }));

    [Theory]
    [InlineData(16384, true)]
    [InlineData(16385, false)]
    public void A_body_has_up_to_16_KB(int bytes, bool fits)
    {
        Fits(fits, "16 KB", JsonSerializer.Serialize(new { url = "https://t.example", body = new string('x', bytes - 2) + "ü", content_type = "text/plain" }));
        Fits(fits, "16 KB", JsonSerializer.Serialize(new { url = "https://t.example", form = new { a = new string('x', bytes - 2) } }));
        Fits(fits, "16 KB", JsonSerializer.Serialize(new { url = "https://t.example", json = new { a = new string('x', bytes - """{"a":""}""".Length) } }));
    }

    [Fact]
    public void All_faults_of_a_postback_are_told_at_once_and_no_value_of_it_is_shown()
    {
        var result = folder.Set(ConfigFolder.Campaign, "postbacks", """
            {"approve": [
                {"url": "s3cret", "method": "POST", "headers": {"Cookie": "s3cret", "X-Key": "s3cret"}},
                {"url": "https://t.example", "json": {"a": "s3cret {x}", "b": ["s3cret {y}"]}, "form": {"k": "s3cret {z}"}},
                {"url": "https://u.example", "body": "s3cret {x}", "content_type": "multipart/x"}]}
            """).Load();

        Assert.Equal(
            ["[0].headers.Cookie", "[0].headers.X-Key", "[0].method", "[0].url", "[1].form.k", "[1].json", "[1].json.a", "[1].json.b[0]", "[2].body", "[2].content_type"],
            result.Faults.Select(fault => fault.Key["postbacks.approve".Length..]).Order(StringComparer.Ordinal));
        Assert.All(result.Faults, fault => Assert.DoesNotContain("s3cret", fault.ToString()));
    }

    [Theory]
    [InlineData("headers", "\"Authorization: Bearer s3cret\"", "an object")]
    [InlineData("headers", "[\"s3cret\"]", "an object")]
    [InlineData("form", "\"key=s3cret\"", "an object")]
    [InlineData("json", "\"s3cret\"", "an object")]
    [InlineData("json", "[\"s3cret\"]", "an object")]
    [InlineData("body", "{\"key\": \"s3cret\"}", "a text in quotes")]
    public void What_is_of_the_wrong_type_is_not_shown(string key, string json, string why)
    {
        var faults = folder.Set(ConfigFolder.Campaign, "postbacks", $$"""{"url": "https://t.example", "{{key}}": {{json}}}""").Load().Faults;
        var fault = Assert.Single(faults, fault => fault.Key == $"postbacks.{key}");

        Assert.Null(fault.Value);
        Assert.Contains(why, fault.Why);
        Assert.DoesNotContain("s3cret", fault.Why);
    }

    private void Fits(bool fits, string limit, string json)
    {
        folder.Set(ConfigFolder.Campaign, "postbacks", json);
        if (fits)
            folder.Config();
        else
            Assert.Contains(limit, folder.Fault().Why);
    }

    private PostbackTemplate Read(string json) => Assert.Single(folder.Set(ConfigFolder.Campaign, "postbacks", json).Config().Campaigns["first"].Postbacks[StatusEvent.Hold]);
}
