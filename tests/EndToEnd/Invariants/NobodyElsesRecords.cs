using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CsvHelper;

namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>Whatever a partner asks, of whomever: nothing that it is told is another's.</summary>
public sealed partial class NobodyElsesRecords
{
    private const int Seed = 20261121;
    private static readonly int Requests = TestRun.IsLong ? 10_000 : 600;
    private static readonly string[] Partners = ["alpha", "bravo", "charlie"];

    private readonly Random random = new(Seed);

    /// <summary>A lead, and what tells of it. Phones and some click ids are the same for several partners' leads.</summary>
    private sealed record Known(string Partner, string Campaign, string LeadId, string OrderId, string ClickId, string Phone);

    [Fact]
    public async Task No_partner_ever_sees_another_partners_record()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Configure = Configure });
        var leads = await LeadsAsync(relay);
        using var audit = new HttpClient { BaseAddress = relay.AuditStore.BaseAddress };
        var (own, foreign, exported) = (0, 0, 0);
        // An answer may say again what was asked for, and a search later finds the refusals of earlier requests.
        var asked = Partners.ToDictionary(partner => partner, _ => new HashSet<string>());
        for (var i = 0; i < Requests; i++)
        {
            var partner = Pick(Partners);
            var (client, method, path, body) = random.Next(2) is 0 ? Status(relay, leads) : Audit(audit, leads);
            var (status, answer) = await Relay.SendAsync(client, method, path, body, ("X-Api-Key", $"{partner}-key"));
            var (question, told) = ($"{path} {(body is null ? "" : JsonSerializer.Serialize(body))}", Told(path, answer));
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{partner} {question}: {status} {told}");
            if (path.StartsWith("audit/statistics", StringComparison.Ordinal))
                AssertOwn(answer, partner, path, leads);
            exported += path.StartsWith("audit/export", StringComparison.Ordinal) && Orders(told).Count > 0 ? 1 : 0;
            asked[partner].UnionWith(leads.SelectMany(lead => new[] { lead.LeadId, lead.OrderId }).Where(id => question.Contains(id, StringComparison.OrdinalIgnoreCase)));
            foreach (var lead in leads.Where(lead => lead.Partner != partner))
            {
                // An advertiser knows the orders whose status it pushed.
                var isTold = told.Contains($"mark-{lead.Partner}", StringComparison.Ordinal) || told.Contains($"\"{lead.Partner}\"", StringComparison.Ordinal)
                    || (told.Contains(lead.LeadId, StringComparison.OrdinalIgnoreCase) && !asked[partner].Contains(lead.LeadId))
                    || (Orders(told).Contains(lead.OrderId) && !asked[partner].Contains(lead.OrderId) && !(partner is "bravo" && lead.Campaign is "shared"));
                if (isTold)
                    Assert.Fail($"{partner} asked {question} and was told of {lead}: …{Around(told, lead)}…");
                foreign += question.Contains(lead.LeadId, StringComparison.Ordinal) || question.Contains(lead.ClickId, StringComparison.Ordinal) ? 1 : 0;
            }
            own += leads.Any(lead => lead.Partner == partner && told.Contains(lead.LeadId, StringComparison.Ordinal)) ? 1 : 0;
        }
        // Both were tried: what is theirs, and what is not.
        Assert.True(own > Requests / 10 && foreign > Requests / 10, $"{own} of {Requests} answers had a record, {foreign} were about another's.");
        Assert.True(exported > Requests / 100, $"{exported} of {Requests} answers were exports with an order.");
    }

    /// <summary>Statistics have no ids to tell whose they are by, but what they count is known.</summary>
    private static void AssertOwn(JsonElement statistics, string partner, string path, IReadOnlyList<Known> leads)
    {
        var days = statistics.GetProperty("days").EnumerateArray().ToList();
        bool IsAsked(Known lead) => !path.Contains("campaign=", StringComparison.Ordinal) || path.Contains($"campaign={lead.Campaign}", StringComparison.Ordinal);
        var expected = leads.Where(lead => lead.Partner == partner && IsAsked(lead)).CountBy(lead => lead.Campaign).Select(own => (own.Key, (long)own.Value)).Order();
        var counted = days.GroupBy(day => day.At("campaign")!).Select(same => (same.Key, same.Sum(day => day.GetProperty("leads").GetInt64()))).Order();
        Assert.True(expected.SequenceEqual(counted), $"{partner} asked {path} and was told {statistics}, where its own are {string.Join(' ', expected)}.");
    }

    private (HttpClient, HttpMethod, string, object?) Status(Relay relay, IReadOnlyList<Known> leads)
    {
        var lead = Pick(leads);
        return random.Next(4) switch
        {
            0 => (relay.Intake(), HttpMethod.Get, $"leads/{lead.LeadId}", null),
            1 => (relay.Intake(), HttpMethod.Get, $"leads?click_id={lead.ClickId}", null),
            2 => (relay.Intake(), HttpMethod.Get, $"leads?campaign={Pick(leads).Campaign}&order_id={lead.OrderId}", null),
            _ => (relay.Intake(), HttpMethod.Post, "leads/query", new
            {
                lead_ids = Some(leads).Select(l => l.LeadId), click_ids = Some(leads).Select(l => l.ClickId), campaign = lead.Campaign, order_ids = Some(leads).Select(l => l.OrderId).Prepend(lead.OrderId),
            }),
        };
    }

    private (HttpClient, HttpMethod, string, object?) Audit(HttpClient audit, IReadOnlyList<Known> leads)
    {
        var lead = Pick(leads);
        if (random.Next(5) is 0)
            return (audit, HttpMethod.Get, $"leads/{lead.LeadId}/timeline", null);
        List<string> query = [.. new[]
        {
            $"lead_id={lead.LeadId}", $"order_id={lead.OrderId}", $"click_id={lead.ClickId}", $"phone={Uri.EscapeDataString(lead.Phone)}", $"campaign={lead.Campaign}", $"partner={Pick(Partners)}",
            "connection=sandbox", "comment=called", "kind=OrderStatusUpdated,PostbackAttempted,AuditRead", "kind=OrderStatusChanged", "order=oldest", $"limit={random.Next(1, 200)}",
        }.Where(_ => random.Next(6) is 0).DistinctBy(part => part.Split('=')[0])];
        var path = random.Next(8) switch { 0 => "audit/statistics", 1 or 2 => "audit/export", _ => "audit" };
        if (path is "audit/statistics")
            query.RemoveAll(part => !(part.StartsWith("campaign", StringComparison.Ordinal) || part.StartsWith("partner", StringComparison.Ordinal)));
        if (path is "audit/export")
        {
            query.RemoveAll(part => part.StartsWith("limit=", StringComparison.Ordinal) || part.StartsWith("order=", StringComparison.Ordinal));
            query.Add(Pick(["format=ndjson", "format=csv"]));
        }
        return (audit, HttpMethod.Get, $"{path}?{string.Join('&', query)}", null);
    }

    private static async Task<IReadOnlyList<Known>> LeadsAsync(Relay relay)
    {
        List<Known> leads = [];
        for (var i = 0; i < 24; i++)
        {
            var partner = Partners[i % 3];
            var (campaign, phone, click) = (i % 2 is 0 ? "shared" : $"of-{partner}", $"+49151230001{i / 6:00}", i % 4 is 0 ? $"common-{i / 12}" : $"click-{i}");
            var (_, answer) = await relay.SubmitAsync(new { phone, click_id = click, sub1 = $"mark-{partner}", name = "Anna Muster" }, campaign, $"{partner}-key", headers: ("Prefer", "wait=20"));
            leads.Add(new Known(partner, campaign, answer.At("lead_id")!, answer.At("order_id")!, click, phone));
        }
        foreach (var lead in leads.Where((_, i) => i % 3 is 0))
            await relay.SetStatusAsync(lead.OrderId, "4", "called three times");
        // One partner pushes statuses of others' orders, which names it with them.
        foreach (var lead in leads.Where(lead => lead.Campaign is "shared"))
            await Relay.SendAsync(relay.Intake(), HttpMethod.Post, $"leads/{lead.LeadId}/status", new { status = "accepted", comment = "called" }, ("X-Api-Key", "bravo-key"));
        await relay.Eventually("all of it is stored", async () => (await relay.AuditAsync("kind=OrderStatusUpdated&limit=1000")).Messages("OrderStatusUpdated").Count, count => count is 12);
        await relay.Eventually("every lead is counted", () => Relay.GetAsync(relay.AuditStore, "audit/statistics"),
            found => found.GetProperty("days").EnumerateArray().Sum(day => day.GetProperty("leads").GetInt64()) == leads.Count);
        await relay.Eventually("every order is known", async () => (await relay.AuditAsync("kind=OrderCreated&limit=1000")).Messages("OrderCreated").Count, count => count == leads.Count);
        return leads;
    }

    private static void Configure(string config)
    {
        foreach (var partner in Partners)
        {
            File.WriteAllText(Path.Combine(config, "partners", $"{partner}.json"), $$"""
                { "keys": ["sha256:{{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{partner}-key")))}}"], "roles": ["partner", "advertiser"],
                  "rate_limit": { "per_minute": 1000000, "burst": 1000000 } }
                """);
            Samples.Campaign(config, $"of-{partner}", ("[\"demo-partner\", \"demo-advertiser\"]", $"[\"{partner}\"]"));
        }
        Samples.Campaign(config, "shared", ("[\"demo-partner\", \"demo-advertiser\"]", "[\"alpha\", \"bravo\", \"charlie\"]"));
    }

    private T Pick<T>(IReadOnlyList<T> all) => all[random.Next(all.Count)];

    private IReadOnlyList<Known> Some(IReadOnlyList<Known> leads) => [.. leads.Where(_ => random.Next(5) is 0)];

    /// <summary>What an answer says; of a CSV with its columns' names, as JSON has them.</summary>
    private static string Told(string path, JsonElement answer) => answer.ValueKind switch
    {
        JsonValueKind.Undefined => "",
        JsonValueKind.String when path.EndsWith("format=csv", StringComparison.Ordinal) => Named(answer.GetString()!),
        JsonValueKind.String => answer.GetString()!,
        _ => answer.GetRawText(),
    };

    private static string Named(string text)
    {
        using var csv = CsvReader.FromText(text, CsvReaderOptions.Default);
        StringBuilder told = new();
        while (csv.Read())
        {
            for (var i = 0; i < csv.FieldCount; i++)
                told.Append(csv.Headers[i] is "message" ? csv.GetString(i) : $"\"{csv.Headers[i]}\":\"{csv.GetString(i)}\"").Append('\n');
        }
        return told.ToString();
    }

    private static string Around(string told, Known lead)
    {
        var at = new[] { $"mark-{lead.Partner}", $"\"{lead.Partner}\"", lead.LeadId, $"\"{lead.OrderId}\"" }
            .Select(text => told.IndexOf(text, StringComparison.OrdinalIgnoreCase)).Where(i => i >= 0).Min();
        return told[Math.Max(0, at - 300)..Math.Min(told.Length, at + 300)];
    }

    private static HashSet<string> Orders(string told) => [.. OrderId().Matches(told).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("\"order_?id\":\"([^\"]+)\"", RegexOptions.IgnoreCase)]
    private static partial Regex OrderId();
}
