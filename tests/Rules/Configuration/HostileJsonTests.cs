using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;

namespace LeadRelay.Tests.Rules.Configuration;

/// <summary>Whatever stands in a file, loading it ends in a configuration or in faults, never in an exception.</summary>
public sealed partial class HostileJsonTests : IDisposable
{
    /// <summary>Pieces that parsers and rules stumble over.</summary>
    private static readonly string[] Nasty =
    [
        "", "null", "\"\"", "\" \"", "{}", "[]", "[[]]", "[null]", "[{}]", "0", "-1", "1e999", "1e-999", "true", "\"\\ud800\"", "\"\\u0000\"", "\"{\"",
        "\"{{}}\"", "\"env:\"", "\"file:\\u0000\"", "\"http://\"", "\"http://[/\"", "\"http://xn--/\"", "\"http://a..b:0/{click}\"", "\"https://%zz/{env:}\"",
        "\"sha256:\"", "\"group:\"", "\"{\\\"status_map\\\": 1}\"", "{\"tracker\": \"binom\", \"base\": \"http://[::1]:1\"}",
        ",", ":", "\"", "{", "}", "[", "]", "/*", "//", "\uFEFF", "\"a\": \"b\",", "\"tracker\": \"binom\",",
        "{\"url\": \"http://t.example\", \"json\": {\"{click}\": [\"{\"]}}", "[\"http://t.example\", \"http://t.example\"]", "\"json\": {},", "\"content_type\": \";\",", "{\"\": \"\"}",
    ];

    /// <summary>Valid files in which every key there is occurs.</summary>
    private static readonly Dictionary<string, string> Full = new()
    {
        [ConfigFolder.Connection] = """
            {"base_url": "https://x.example", "company_id": "7", "token": "env:A", "auth_scheme": "Bearer", "time_limit_seconds": 5,
             "webhook": {"secrets": ["env:B", "file:c"], "reward_unit": "minor", "paths": {"order_id": ["id", "x[y].z"], "comment": "c"}}}
            """,
        [ConfigFolder.Partner] = $$$"""
            {"keys": ["sha256:{{{new string('a', 64)}}}"], "roles": ["partner"], "postbacks": {"tracker": "binom", "base": "https://t.example/{env:K}", "parameters": {"key": "{file:k}"} } }
            """,
        [ConfigFolder.Campaign] = """
            {"alias": "first", "connection": "main", "partners": ["buyer", "shop"], "token": "env:T", "project_id": "1", "initial_status_id": 2,
             "offer_id": 3, "webmaster_id": "4", "field_mapping": {"click_id": "stringFields.c", "ip": "source.ip"}, "required": ["email"],
             "country": "DE", "status_map": {"3": "accepted", "4": {"label": "x", "event": "hold"}, "group:SPAM": "ignore"},
             "payout": {"amount": 1.5, "currency": "EUR"}, "foreign_orders": true, "wait_seconds": 3,
             "postbacks": {"wait": "https://t.example/?c={click}", "approve": {"tracker": "binom", "base": "https://t.example", "parameters": {"key": "{env:K}"}, "words": {"approve": "sold"}},
                           "hold": [{"url": "https://a.example", "method": "POST", "form": {"c": "{click}"}, "headers": {"X-Key": "env:K"}, "required_first": true},
                                    {"url": "https://b.example", "json": {"c": ["{click}", 1]}}, {"url": "https://c.example", "body": "{click}", "content_type": "text/plain"}]}}
            """,
        [ConfigFolder.Tracker] = """
            {"title": "Binom", "transaction_id": "order", "repeat": "updates", "answers": [{"match": "no (?<reason>.*)", "means": "refused", "retry": true, "credited_on_retry": false}],
             "answer_otherwise": "received", "traps": ["None."], "source": "its documentation", "click_macro": "{clickid}", "path": "/click.php", "parameters": {"cnv_id": "{click}"}, "money_parameters": {"payout": "{payout}"},
             "words": {"wait": "new", "approve": "sold"}, "event_forms": {"wait": {"path": "/click", "parameters": {"cnv_id": "{click}"}}}, "needs": {"key": "the token"}, "known_words": ["new", "sold"],
             "without_status": "sold", "required_first": ["wait"]}
            """,
    };

    private readonly ConfigFolder folder = new();

    public HostileJsonTests()
    {
        foreach (var (file, json) in Full)
            folder.Write(file, json);
        folder.Config();
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void No_text_makes_the_loader_throw()
    {
        var texts = ArbMap.Default.GeneratorFor<string>();
        var cases = from file in Gen.Elements(Full.Keys.ToArray()) from text in texts select (file, text ?? "");

        Prop.ForAll(Arb.From(cases), c => Survives(c.file, c.Item2)).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    [Fact]
    public void No_change_to_a_valid_file_makes_the_loader_throw()
    {
        var edits = from at in Gen.Choose(0, 4000) from cut in Gen.Choose(0, 30) from put in Gen.Elements(Nasty) select (at, cut, put);
        var cases = from file in Gen.Elements(Full.Keys.ToArray()) from some in edits.NonEmptyListOf() select (file, some.Take(4).ToArray());

        Prop.ForAll(Arb.From(cases), c => Survives(c.file, c.Item2.Aggregate(Full[c.file], Edited))).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void No_value_in_place_of_another_makes_the_loader_throw()
    {
        foreach (var (file, text) in Full)
        {
            foreach (var value in Pieces().EnumerateMatches(text))
            {
                foreach (var nasty in Nasty)
                    Assert.True(Survives(file, text.Remove(value.Index, value.Length).Insert(value.Index, nasty)));
            }
        }
    }

    private bool Survives(string file, string text)
    {
        File.WriteAllBytes(Path.Combine(folder.Path, file), Encoding.UTF8.GetBytes(text));
        var result = folder.Load();
        folder.Write(file, Full[file]);
        return result.Config is null == result.Faults.Count > 0 && result.Faults.All(f => f.File is not "" && f.Why is not "");
    }

    private static string Edited(string text, (int At, int Cut, string Put) edit)
    {
        var at = edit.At % (text.Length + 1);
        return text.Remove(at, Math.Min(edit.Cut, text.Length - at)).Insert(at, edit.Put);
    }

    /// <summary>Keys, texts, numbers and words.</summary>
    [GeneratedRegex("\"[^\"]*\"|[0-9.]+|true")]
    private static partial Regex Pieces();
}
