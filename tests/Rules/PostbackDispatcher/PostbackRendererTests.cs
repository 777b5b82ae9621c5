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
    public void A_macro_is_asked_for_by_its_own_name(string macro, string name)
    {
        var asked = new List<string>();
        Render("https://t.example/?x=" + macro, asked.Add);

        Assert.Equal([name], asked);
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
