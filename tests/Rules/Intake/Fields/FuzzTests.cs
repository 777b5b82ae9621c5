using System.Text;
using LeadRelay.Intake;

namespace LeadRelay.Tests.Rules.Intake.Fields;

/// <summary>Whatever arrives, nothing throws, and the key is never kept.</summary>
public class FuzzTests
{
    private const string Key = "K3y-of-the-partner-9f2c";

    private static readonly string[] Samples =
    [
        $$$"""{"api_key":"{{{Key}}}","phone":"0151 12345678","client":{"name":"Anna Müster","phone":"+49"},"data":{"sub1":"x","deep":[[1,2,{"a":null}]]}}""",
        $$$"""{"phone":1e400,"x":-0.0e-999,"phone":"2","Phone":"3","lone":"\ud800","pair":"\ud83d\ude00","data":{"api_key":"{{{Key}}}"},"cart":[{"id":1e9,"price":"9"},{}]}""",
        $"phone=0151+12345678&name=M%C3%BCller&client%5Bphone%5D=1&api_key={Key}&x=%&y=%4&z=%GG&%80=%ff&=&&q",
        $"--B0\r\nContent-Disposition: form-data; name=\"phone\"\r\n\r\n0151\r\n--B0\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\n{Key}\r\n--B0\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n\0\u0001\r\n--B0--\r\n",
        $"{string.Concat(Enumerable.Repeat("{\"a\":[", 40))}{string.Concat(Enumerable.Repeat("]}", 40))}api_key={Key}",
    ];

    private static readonly string[] Types = ["", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=B0", "text/csv", ";;;", "application/x+json; q=\"", "\0"];

    private static readonly string[] Pieces = ["{", "}", "[", "\"", "\\", "\\u", "\\ud800", "%", "%0", "&", "=", "--B0", "\r\n", "\n\n", "\0", ":", ",", "null", "1e999", "name=\"", "name=\"phone\"", "É", "😀", "cart.0.id", ";"];

    [Fact]
    public void No_body_makes_it_fall()
    {
        var rounds = Environment.GetEnvironmentVariable("LEADRELAY_LONG") is "1" ? 20_000 : 5_000;
        for (var seed = 0; seed < rounds; seed++)
        {
            var random = new Random(seed);
            var bytes = random.Next(5) is 0 ? Noise(random) : Mutated(random);
            try
            {
                var (body, _) = Body.Read("POST", Types[random.Next(Types.Length)], bytes);
                Normaliser.Normalise(body.Fields, random.Next(2) is 0 ? "DE" : null, new HashSet<string> { "name" });
                var kept = body.Raw.Base64 ? Encoding.Latin1.GetString(Convert.FromBase64String(body.Raw.Body)) : body.Raw.Body;
                Assert.DoesNotContain(Key, kept, StringComparison.Ordinal);
            }
            catch (Exception e)
            {
                Assert.Fail($"Seed {seed}, body {Encoding.Latin1.GetString(bytes)}: {e}");
            }
        }
    }

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(600)];
        random.NextBytes(bytes);
        if (bytes.Length > 0 && random.Next(2) is 0)
            bytes[0] = (byte)"{-a"[random.Next(3)];
        return bytes;
    }

    /// <summary>A sample with bytes changed, pieces put in, taken out or doubled, or its end gone; but the key and the name before it are let alone, for else it is no key.</summary>
    private static byte[] Mutated(Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(Samples[random.Next(Samples.Length)]).ToList();
        for (var changes = random.Next(8); changes > 0; changes--)
        {
            var (start, end) = Guarded(bytes);
            var at = random.Next(bytes.Count + 1);
            if (at > start && at < end)
                continue;
            var length = Math.Min(random.Next(12), (at <= start ? start : bytes.Count) - at);
            switch (random.Next(5))
            {
                case 0:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 1 when length > 0:
                    bytes.RemoveRange(at, length);
                    break;
                case 2 when length > 0:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 3 when length > 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 4 when at >= end:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    break;
            }
        }
        return [.. bytes];
    }

    private static (int Start, int End) Guarded(List<byte> bytes)
    {
        var text = Encoding.Latin1.GetString([.. bytes]);
        return (text.IndexOf("api_key", StringComparison.Ordinal), text.IndexOf(Key, StringComparison.Ordinal) + Key.Length);
    }
}
