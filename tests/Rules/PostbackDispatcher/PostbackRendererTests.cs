using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using LeadRelay.Configuration;
using LeadRelay.PostbackDispatcher;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>Values are encoded, templates never touched, secrets never shown.</summary>
public class PostbackRendererTests
{
    [Theory]
    [InlineData(" ", "%20")]
    [InlineData("+", "%2B")]
    [InlineData("&", "%26")]
    [InlineData("=", "%3D")]
    [InlineData("#", "%23")]
    [InlineData("?", "%3F")]
    [InlineData("/", "%2F")]
    [InlineData(":", "%3A")]
    [InlineData("@", "%40")]
    [InlineData("!$'()*,;", "%21%24%27%28%29%2A%2C%3B")]
    [InlineData("[]{}", "%5B%5D%7B%7D")]
    [InlineData("%", "%25")]
    [InlineData("%20", "%2520")]
    [InlineData("\"<>\\^`|", "%22%3C%3E%5C%5E%60%7C")]
    [InlineData("\r\n\t\0", "%0D%0A%09%00")]
    [InlineData("ü €", "%C3%BC%20%E2%82%AC")]
    [InlineData("😀", "%F0%9F%98%80")]
    [InlineData("aZ09-._~", "aZ09-._~")]
    [InlineData("{click_id}", "%7Bclick_id%7D")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void A_value_is_encoded(string? value, string encoded)
    {
        var (real, masked) = Render("https://t.example/p/{click_id}?c={click_id}", _ => value);

        Assert.Equal($"https://t.example/p/{encoded}?c={encoded}", real);
        Assert.Equal(real, masked);
    }

    [Fact]
    public void Any_value_survives_the_way_to_the_tracker() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), value =>
    {
        value = value is null ? "" : string.Concat(value.EnumerateRunes());
        var query = Render("https://t.example/?c={click_id}&z=1", _ => value).Real["https://t.example/?c=".Length..];
        return Uri.UnescapeDataString(query[..^"&z=1".Length]) == value && !query[..^4].Contains('&', StringComparison.Ordinal);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("https://T.Example/Path/KeyAbC/postback?SubID=%7bx%7D&a=+&b=1,2;3&&=")]
    [InlineData("https://t.example/a/../b/./c//d?x=%2e%2E")]
    [InlineData("https://t.example/?x={}&y={ }")]
    public void The_template_itself_is_never_touched(string template)
    {
        var macros = Macros.Parse(template).Where(part => part.IsMacro).ToArray();
        Assert.All(macros, macro => Assert.Equal(" ", macro.Text));

        Assert.Equal(template.Replace("{ }", ""), Render(template, _ => null).Real);
    }

    [Theory]
    [InlineData("{click}", "click_id")]
    [InlineData("{clickid}", "click_id")]
    [InlineData("{lead}", "lead_id")]
    [InlineData("{reason}", "comment")]
    [InlineData("{sub7}", "sub7")]
    [InlineData("{param.X-y}", "param.X-y")]
    [InlineData("{raw:click}", "click_id")]
    [InlineData("{raw:param.X-y}", "param.X-y")]
    [InlineData("{status:approve=A B,cancel=c}", "status:approve=A B,cancel=c")]
    public void A_macro_is_asked_for_by_its_own_name(string macro, string name)
    {
        var asked = new List<string>();
        Render("https://t.example/?x=" + macro, asked.Add);

        Assert.Equal([name], asked);
    }

    [Theory]
    [InlineData("a/b?c=d&e=f;g,h", "a/b?c=d&e=f;g,h")]
    [InlineData("a%20b", "a%20b")]
    [InlineData("a b#c\"d\r\nü", "a%20b%23c%22d%0D%0A%C3%BC")]
    [InlineData(null, "")]
    public void A_raw_value_is_sent_as_it_is_but_for_what_cannot_stand_in_a_url(string? value, string sent)
    {
        Assert.Equal($"https://t.example/p/{sent}?c={sent}", Render("https://t.example/p/{raw:sub1}?c={raw:sub1}", _ => value).Real);

        var form = PostbackRenderer.Render(new PostbackTemplate("https://t.example", "") { Method = "POST", Body = new PostbackBody("application/x-www-form-urlencoded", "c={raw:sub1}") }, _ => value);
        Assert.Equal($"c={sent}", PostbackRenderer.Reveal(form, _ => "").Body);
    }

    [Fact]
    public void A_secret_is_sent_and_never_shown()
    {
        var (real, masked) = Render("https://t.example/{env:KEY}/postback?c={click}&pass={file:k}", _ => "c 1", reference => reference is "env:KEY" ? "S3/CRET" : "p&q");

        Assert.Equal("https://t.example/S3%2FCRET/postback?c=c%201&pass=p%26q", real);
        Assert.Equal("https://t.example/***/postback?c=c%201&pass=***", masked);
    }

    [Theory]
    [InlineData("key=abc", "key=***")]
    [InlineData("KEY=abc", "KEY=***")]
    [InlineData("api_key=abc", "api_key=***")]
    [InlineData("token=a*b*c", "token=***")]
    [InlineData("secure=*abc", "secure=***")]
    [InlineData("password=a%26b;c,d", "password=***")]
    [InlineData("upd_key=abc", "upd_key=***")]
    [InlineData("access_token=", "access_token=")]
    [InlineData("token={env:K}tail", "token=***")]
    [InlineData("token=head{env:K}", "token=***")]
    [InlineData("monkey=abc", "monkey=abc")]
    [InlineData("keyword=abc", "keyword=abc")]
    public void A_parameter_that_is_a_credential_everywhere_is_not_shown_even_when_it_was_written_out(string parameter, string shown)
    {
        foreach (var (before, after) in new[] { ("?", ""), ("?c=1&", "&z=2"), ("?", "&key=abc") })
        {
            var masked = Render($"https://t.example/{before}{parameter}{after}", _ => "", _ => "S*CRET").Masked;

            Assert.Equal($"https://t.example/{before}{shown}{after.Replace("abc", "***")}", masked);
        }
    }

    [Theory]
    [InlineData("a \"b\" \\c", "a \"b\" \\c")]
    [InlineData("a\r\nSet-Cookie: x", "a%0D%0ASet-Cookie: x")]
    [InlineData("\t\0\u007f", "%09%00%7F")]
    [InlineData("ü€😀", "%C3%BC%E2%82%AC%F0%9F%98%80")]
    [InlineData("{click_id} 100%", "{click_id} 100%")]
    [InlineData(null, "")]
    public void In_a_header_what_is_not_printable_ASCII_is_encoded(string? value, string encoded) =>
        Assert.Equal($"id={encoded};", Sent(Url with { Headers = new Dictionary<string, string> { ["X-Id"] = "id={comment};" } }, _ => value).Headers["X-Id"]);

    [Theory]
    [InlineData("application/json", "a\"b\\c/d", "a\\\"b\\\\c/d")]
    [InlineData("application/json", "\r\n\t\0\u001b", "\\r\\n\\t\\u0000\\u001B")]
    [InlineData("application/json", "ü {x} 'y' <z> &", "ü {x} 'y' <z> &")]
    [InlineData("application/json", "😀", "\\uD83D\\uDE00")]
    [InlineData("application/vnd.tracker+json; charset=utf-8", "\"", "\\\"")]
    [InlineData("application/x-www-form-urlencoded", "a b&c=d+ü{}\n", "a%20b%26c%3Dd%2B%C3%BC%7B%7D%0A")]
    [InlineData("application/xml", "<a b=\"c\" d='e'>&amp;ü😀</a>", "&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;amp;ü😀&lt;/a&gt;")]
    [InlineData("text/xml; charset=utf-8", "a\r\n\tb\0\u001b\uffff", "a&#13;&#10;&#9;b")]
    [InlineData("text/plain", "a\"b\\c <&> ü😀\r\n{x}%20", "a\"b\\c <&> ü😀\r\n{x}%20")]
    [InlineData("application/json", null, "")]
    [InlineData("application/x-www-form-urlencoded", null, "")]
    [InlineData("application/xml", null, "")]
    [InlineData("text/plain", null, "")]
    public void In_a_body_a_value_is_escaped_as_its_content_type_wants(string contentType, string? value, string escaped) =>
        Assert.Equal($"[{escaped}] {{}} {{ }}", Sent(Post(contentType, "[{comment}] {} { }"), _ => value).Body);

    [Fact]
    public void Any_value_survives_the_way_through_JSON() => ForAnyText(value =>
    {
        var body = Sent(Post("application/json", """{"a":{"b":["x{comment}","{click_id}{comment}"]},"{":"}"}"""), _ => value).Body!;
        using var document = JsonDocument.Parse(body);
        var list = document.RootElement.GetProperty("a").GetProperty("b");
        return list[0].GetString() == "x" + value && list[1].GetString() == value + value && document.RootElement.GetProperty("{").GetString() is "}";
    });

    [Fact]
    public void Any_value_survives_the_way_through_a_form() => ForAnyText(value =>
    {
        var fields = Sent(Post("application/x-www-form-urlencoded", "a={click_id}&b=x{comment}y&c="), _ => value).Body!.Split('&').Select(field => field.Split('='));
        return fields.Select(field => (field[0], Uri.UnescapeDataString(field[1]))).SequenceEqual([("a", value), ("b", $"x{value}y"), ("c", "")]);
    });

    [Fact]
    public void Any_value_that_XML_can_hold_survives_the_way_through_it() => ForAnyText(value =>
    {
        var root = XElement.Parse(Sent(Post("application/xml", "<r a=\"{comment}\"><b>{comment}</b></r>"), _ => value).Body!, LoadOptions.PreserveWhitespace);
        var kept = string.Concat(value.EnumerateRunes().Where(rune => !rune.IsBmp || XmlConvert.IsXmlChar((char)rune.Value)));
        return root.Attribute("a")!.Value == kept && root.Element("b")!.Value == kept;
    });

    [Fact]
    public void Any_value_makes_a_header_of_one_line() => ForAnyText(value =>
    {
        var header = Sent(Url with { Headers = new Dictionary<string, string> { ["X-Id"] = "id {comment}" } }, _ => value).Headers["X-Id"];
        return header.All(c => c is >= ' ' and <= '~') && (value.Any(c => c is < ' ' or > '~') || header == "id " + value);
    });

    [Theory]
    [InlineData("application/json", """{"v":"{comment}","k":"{env:KEY}"}""")]
    [InlineData("application/x-www-form-urlencoded", "v={comment}&k={env:KEY}")]
    [InlineData("application/xml", "<r v=\"{comment}\" k=\"{env:KEY}\"/>")]
    [InlineData("text/plain", "{comment} {env:KEY}")]
    public void A_value_that_looks_like_a_macro_or_a_secret_is_never_resolved(string contentType, string body)
    {
        string[] bait = ["{env:KEY}", "env:KEY", "{file:k}", "file:k", "{click_id}", "{comment}", "***", "{", "}", "{env:", "KEY}", ""];
        var values = Gen.OneOf(from a in Gen.Elements(bait) from b in Gen.Elements(bait) select a + b, Text);
        var template = Post(contentType, body) with { Url = "https://t.example/{comment}?v={comment}&k={env:KEY}", Headers = new Dictionary<string, string> { ["X-Id"] = "{comment} {env:KEY}" } };

        Prop.ForAll(Arb.From(values), value =>
        {
            var asked = new List<string>();
            var secrets = new List<string>();
            var rendered = PostbackRenderer.Render(template, macro =>
            {
                asked.Add(macro);
                return value;
            });
            var real = PostbackRenderer.Reveal(rendered, reference =>
            {
                secrets.Add(reference);
                return "S3CRET";
            });
            // What is sent without the one secret of each place is what would be sent with another.
            var other = PostbackRenderer.Reveal(rendered, _ => "0THER");
            var shown = JsonSerializer.Serialize(PostbackRenderer.Masked(rendered));
            return asked.All(macro => macro is "comment") && asked.Count is 4 && secrets.SequenceEqual(["env:KEY", "env:KEY", "env:KEY"])
                && real.Url.Replace("S3CRET", "0THER", StringComparison.Ordinal) == other.Url && real.Body!.Replace("S3CRET", "0THER", StringComparison.Ordinal) == other.Body
                && !shown.Contains("S3CRET", StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("application/json", """{"k":"{env:KEY}","n":{"token":"literal\"quote","key":12345,"upd_key":"a{env:KEY}b","z":"https://x.example/?token=literal&y=1"}}""",
        """{"k":"S3\"CRET","n":{"token":"literal\"quote","key":12345,"upd_key":"aS3\"CRETb","z":"https://x.example/?token=literal&y=1"}}""",
        """{"k":"***","n":{"token":"***","key":"***","upd_key":"***","z":"https://x.example/?token=***&y=1"}}""")]
    [InlineData("application/x-www-form-urlencoded", "k={env:KEY}&token=literal&z=1", "k=S3%22CRET&token=literal&z=1", "k=***&token=***&z=1")]
    [InlineData("application/xml", "<k>{env:KEY}</k>", "<k>S3&quot;CRET</k>", "<k>***</k>")]
    [InlineData("text/plain", "{env:KEY}", "S3\"CRET", "***")]
    public void A_secret_in_a_body_is_escaped_like_any_value_and_never_shown(string contentType, string template, string real, string shown)
    {
        var rendered = PostbackRenderer.Render(Post(contentType, template), _ => "");

        Assert.Equal(real, PostbackRenderer.Reveal(rendered, _ => "S3\"CRET").Body);
        Assert.Equal(shown, PostbackRenderer.Masked(rendered).Body);
    }

    [Theory]
    [InlineData("Authorization", "Bearer {env:KEY}", "Bearer S3 CRET%0D%0A", "***")]
    [InlineData("X-Api-Key", "literal{event}", "literal", "***")]
    [InlineData("X-Sign", "a {env:KEY} b", "a S3 CRET%0D%0A b", "a *** b")]
    public void A_secret_in_a_header_is_never_shown(string name, string template, string real, string shown)
    {
        var rendered = PostbackRenderer.Render(Url with { Headers = new Dictionary<string, string> { [name] = template } }, _ => null);

        Assert.Equal(real, PostbackRenderer.Reveal(rendered, _ => "S3 CRET\r\n").Headers[name]);
        Assert.Equal(shown, PostbackRenderer.Masked(rendered).Headers[name]);
    }

    [Theory]
    [InlineData("application/json", """{"Sub1":"%7b{}","F":"function(){return 1}","n":"{A b}"}""")]
    [InlineData("application/xml", "<R A=\"{}\">&#x41; { } {ü}</R>")]
    [InlineData("text/plain", "{\"a\":{\"b\":{}}}")]
    public void The_rest_of_a_body_is_never_touched(string contentType, string template) =>
        Assert.Equal(template, Sent(Post(contentType, template), macro => throw new InvalidOperationException(macro)).Body);

    private static readonly PostbackTemplate Url = Builders.Template("https://t.example/");

    private static readonly Gen<string> Text = ArbMap.Default.GeneratorFor<string>().Select(text => text is null ? "" : string.Concat(text.EnumerateRunes()));

    private static PostbackTemplate Post(string contentType, string body) => Url with { Method = "POST", Body = new PostbackBody(contentType, body) };

    private static PostbackRequest Sent(PostbackTemplate template, Func<string, string?> value) =>
        PostbackRenderer.Reveal(PostbackRenderer.Render(template, value), reference => throw new InvalidOperationException($"{reference} is no secret."));

    private static void ForAnyText(Func<string, bool> holds) => Prop.ForAll(Arb.From(Text), holds).QuickCheckThrowOnFailure();

    private static (string Real, string Masked) Render(string url, Func<string, string?> value, Func<string, string> secret)
    {
        var rendered = PostbackRenderer.Render(Builders.Template(url), value);
        return (PostbackRenderer.Reveal(rendered, secret).Url, PostbackRenderer.Masked(rendered).Url);
    }

    private static (string Real, string Masked) Render(string template, Func<string, string?> value) =>
        Render(template, value, reference => throw new InvalidOperationException($"{reference} is no secret."));

    private static void Render(string template, Action<string> ask) => Render(template, macro =>
    {
        ask(macro);
        return null;
    });
}
