using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LeadRelay.Tests.Rules.WebhookReceiver.Door;

/// <summary>Whatever comes, the door has an answer and a record of it.</summary>
public sealed class FuzzTests
{
    private static readonly int Bodies = Environment.GetEnvironmentVariable("LEADRELAY_LONG") is "1" ? 20_000 : 5_000;

    private static readonly string[] Words =
    [
        "id", "status", "data", "orders", "ordersFetcher", "lead", "reward", "amount", "value", "stringFields", "field", "click_id", "string_1", "externalId",
        "statusChangedAt", "group", "", ".", "a.b", "[x]", "{{id}}", "\\ud800", "\\u0000", "1e999", "99999999999999999999", "-0", "12,50", "9999-12-31T23:59:59+14:00",
    ];

    [Fact]
    public void No_body_makes_the_door_throw()
    {
        const int Seed = 20260304;
        var random = new Random(Seed);
        for (var i = 0; i < Bodies; i++)
        {
            var (body, query) = (Body(random), random.Next(3) is 0 ? Pairs(random) : "");
            try
            {
                var (orders, fault, raw) = Door.Read(body, query);
                Assert.True(orders.Count > 0 || fault is not null);
                Assert.Equal(body, body is [] ? [] : raw.Base64 ? Convert.FromBase64String(raw.Body) : Encoding.UTF8.GetBytes(raw.Body));
                foreach (var order in orders)
                    _ = JsonSerializer.Serialize(order.ToMessage("main", raw, Builders.Now));
            }
            catch (Exception e)
            {
                Assert.Fail($"Body {i} of seed {Seed}, base64 {Convert.ToBase64String(body)}, query {query}: {e}");
            }
        }
    }

    private static byte[] Body(Random random)
    {
        switch (random.Next(6))
        {
            case 0:
                var noise = new byte[random.Next(200)];
                random.NextBytes(noise);
                return noise;
            case 1:
                return Encoding.UTF8.GetBytes(Pairs(random));
            default:
                var json = Encoding.UTF8.GetBytes(Json(random, 5));
                // Every now and then a byte is wrong, or the end is missing.
                if (random.Next(4) is 0 && json.Length > 0)
                    json[random.Next(json.Length)] = (byte)random.Next(256);
                return random.Next(8) is 0 ? json[..random.Next(json.Length + 1)] : json;
        }
    }

    private static string Json(Random random, int depth) => random.Next(depth is 0 ? 4 : 8) switch
    {
        0 => random.Next(-5, 2_000).ToString(CultureInfo.InvariantCulture),
        1 => random.Next(2) is 0 ? "null" : "true",
        2 or 3 => $"\"{Word(random)}\"",
        4 => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Json(random, depth - 1)))}]",
        _ => $"{{{string.Join(',', Enumerable.Range(0, random.Next(6)).Select(_ => $"\"{Word(random)}\":{Json(random, depth - 1)}"))}}}",
    };

    private static string Pairs(Random random) =>
        string.Join('&', Enumerable.Range(0, random.Next(6)).Select(_ => $"{Word(random)}{(random.Next(3) is 0 ? $"[{Word(random)}]" : "")}={Word(random)}%{random.Next(100)}"));

    private static string Word(Random random) => Words[random.Next(Words.Length)];
}
