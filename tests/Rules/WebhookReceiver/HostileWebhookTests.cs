using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace LeadRelay.Tests.Rules.WebhookReceiver;

/// <summary>Whatever comes, it is read or refused: an exception would lose it.</summary>
public class HostileWebhookTests
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"id\":", "\"status\":", "\"data\":", "\"orders\":", "\"ordersFetcher\":", "\"lead\":", "\"stringFields\":", "\"field\":", "\"name\":", "\"click_id\"",
        "\"value\":", "\"reward\":", "\"amount\":", "\"statusChangedAt\":", "\"string_1\":", "\"\\ud800\"", "\"\\ud800\":", "\"x\"", "\"{{id}}\"", "1", "1e999", "-1", "253402300799", "253402300800000", "null", "true", "\u0000", " ",
        "&", "=", "%", "%7B", "+", "[id]", "data[string_1]=", "id=", "\uFEFF",
    ];

    [Fact]
    public void Random_bytes_are_read_or_refused() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => Survives(bytes ?? [], ""))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Pieces_of_webhooks_in_any_order_are_read_or_refused()
    {
        var texts = Gen.Elements(Pieces).ListOf().Select(string.Concat);

        Prop.ForAll(texts.Zip(texts).ToArbitrary(), c => Survives(Encoding.UTF8.GetBytes(c.Item1), c.Item2)).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void Valid_JSON_of_any_shape_is_read_or_refused()
    {
        string[] names = ["id", "status", "data", "orders", "ordersFetcher", "lead", "stringFields", "field", "value", "reward", "amount", "statusChangedAt", "string_1", "externalId"];
        var leaf = Gen.Elements("1", "\"1001\"", "null", "true", "\"\\ud800\"", "\"{{x}}\"", "\"2026-01-01\"", "-1", "1e400", "\"\"");
        Gen<string> Json(int depth) => depth is 0 ? leaf : Gen.Frequency(
            (1, leaf),
            (3, from keys in Gen.Shuffle(names) from count in Gen.Choose(0, 4) from values in Json(depth - 1).ArrayOf(count) select "{" + string.Join(',', values.Select((value, i) => $"\"{keys[i]}\":{value}")) + "}"),
            (1, Json(depth - 1).ArrayOf(2).Select(values => "[" + string.Join(',', values) + "]")));

        Prop.ForAll(Json(5).ToArbitrary(), json => Survives(Encoding.UTF8.GetBytes(json), "?order_id=1")).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static bool Survives(byte[] body, string query)
    {
        var (messages, fault) = Webhook.Read(body, query);
        return messages.Count > 0 || fault is not null;
    }
}
