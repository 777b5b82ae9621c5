using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>Whatever bytes come: an answer, a trace, and no harm. 20,000 bodies with <c>./test long</c>.</summary>
public sealed class NoiseAtTheDoors
{
    private static readonly string[] Types = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain", ""];

    private static readonly string[] Samples =
    [
        """{"phone":"+4915123456789","click_id":"abc","client":{"name":"Anna"},"cart":[{"id":1,"quantity":2,"price":12.5}]}""",
        """{"id":"17","status":{"id":"3","group":"APPROVED"},"statusChangedAt":"2026-01-02T03:04:05Z","data":{"string_1":"abc","stringFields":[{"field":{"id":"lead_id"},"value":"x"}]}}""",
        """{"data":{"ordersFetcher":{"orders":[{"id":1,"status":3},{"id":2,"status":"4"}]}}}""",
        "phone=%2B4915123456789&clickid=abc&sub1=x&reward[value]=12.5&id=18&status=3",
        "--b\r\nContent-Disposition: form-data; name=\"phone\"\r\n\r\n+4915123456789\r\n--b--\r\n",
        "{\"phone\":\"\\ud800\",\"id\":1e400,\"status\":\"\\u0000\"}",
        new string('[', 5000),
        "{\"phone\":\"1\",\"phone\":\"+4915123456789\",\"id\":1,\"id\":2}",
    ];

    [Fact]
    public async Task No_body_gets_a_5xx_and_each_leaves_a_record()
    {
        var count = TestRun.IsLong ? 20_000 : 1_000;
        var random = new Random(4711);
        var bodies = Enumerable.Range(0, count).Select(_ => (Type: Types[random.Next(Types.Length)], Bytes: Noise(random))).ToArray();
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Services = ["Intake", "WebhookReceiver", "AuditStore"],
            Configure = config => EndToEnd.Samples.Edit(Path.Combine(config, "partners", "demo-partner.json"),
                text => text.Insert(text.IndexOf('{', StringComparison.Ordinal) + 1, "\n  \"rate_limit\": { \"per_minute\": 1000000, \"burst\": 1000000 },")),
        });
        var (leads, webhooks) = (new ConcurrentDictionary<int, int>(), new ConcurrentDictionary<int, int>());
        var previews = 0;
        await Parallel.ForEachAsync(bodies, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (body, _) =>
        {
            var (status, answer) = await relay.SubmitAsync(Content(body), headers: ("Prefer", "respond-async"));
            leads.AddOrUpdate((int)status, 1, (_, n) => n + 1);
            if (status is HttpStatusCode.OK)
                Interlocked.Increment(ref previews);
            var webhook = await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, Content(body));
            webhooks.AddOrUpdate((int)webhook.Status, 1, (_, n) => n + 1);
        });

        Assert.All(leads.Keys.Concat(webhooks.Keys), status => Assert.InRange(status, 200, 499));
        int Count(ConcurrentDictionary<int, int> answers, int from) => answers.Where(a => a.Key >= from && a.Key < from + 200).Sum(a => a.Value);
        await relay.Eventually("every lead and refusal is in the audit", () => Task.FromResult(Kinds(relay)), kinds =>
            kinds.GetValueOrDefault("LeadSubmitted") == leads.GetValueOrDefault(202) && kinds.GetValueOrDefault("LeadRefused") == Count(leads, 400), TimeSpan.FromSeconds(60));
        await relay.Eventually("every webhook and refusal is in the audit", () => Task.FromResult(Kinds(relay)), kinds =>
            kinds.GetValueOrDefault("OrderStatusChanged") >= webhooks.GetValueOrDefault(200) && kinds.GetValueOrDefault("WebhookRefused") >= Count(webhooks, 400), TimeSpan.FromSeconds(60));
        Assert.Equal(count, leads.GetValueOrDefault(202) + previews + Count(leads, 400));
        foreach (var door in new[] { "Intake", "WebhookReceiver" })
        {
            Assert.DoesNotContain("unhandled exception", relay.Process(door).Output, StringComparison.OrdinalIgnoreCase);
            Assert.InRange(PeakMegabytes(relay.Process(door).Id), 1, 299);
        }
    }

    /// <summary>Random bytes, or a sample with some of its bytes changed, cut, doubled or repeated.</summary>
    private static byte[] Noise(Random random)
    {
        if (random.Next(4) is 0)
        {
            var bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            return bytes;
        }
        var sample = Encoding.UTF8.GetBytes(Samples[random.Next(Samples.Length)]).ToList();
        for (var changes = random.Next(6); changes > 0 && sample.Count > 0; changes--)
        {
            var at = random.Next(sample.Count);
            switch (random.Next(4))
            {
                case 0: sample[at] = (byte)random.Next(256); break;
                case 1: sample.RemoveRange(at, Math.Min(random.Next(1, 20), sample.Count - at)); break;
                case 2: sample.InsertRange(at, sample.GetRange(at, Math.Min(random.Next(1, 40), sample.Count - at))); break;
                default: sample.InsertRange(at, Enumerable.Repeat(sample[at], random.Next(2000))); break;
            }
        }
        return [.. sample];
    }

    private static ByteArrayContent Content((string Type, byte[] Bytes) body)
    {
        var content = new ByteArrayContent(body.Bytes);
        if (body.Type is not "")
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(body.Type);
        return content;
    }

    private static Dictionary<string, int> Kinds(Relay relay) =>
        Stored.Read(Path.Combine(relay.DataFolder, "audit.db"), "SELECT kind || ' ' || COUNT(*) FROM messages GROUP BY kind")
            .Select(row => row.Split(' ')).ToDictionary(row => row[0], row => int.Parse(row[1], CultureInfo.InvariantCulture));

    private static int PeakMegabytes(int process) =>
        int.Parse(File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
}
