using System.Globalization;
using System.Net;
using System.Text.Json;
using CsvHelper;
using Microsoft.Data.Sqlite;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>The audit as a file.</summary>
public sealed class AuditExport(RelayOf<InMemory> shared) : IClassFixture<RelayOf<InMemory>>
{
    /// <summary>Without its sign, which JSON may write in two ways.</summary>
    private const string Phone = "4915123456789";

    /// <summary>Not the reads, of which each export makes some.</summary>
    private const string OfLeads = "kind=LeadSubmitted,OrderCreated,PostbackDue,PostbackAttempted,PostbackDelivered";

    private Relay Relay => shared.Relay;

    [Fact]
    public async Task All_messages_of_a_lead_are_exported_oldest_first_and_both_formats_say_the_same()
    {
        var (lead, _) = await ApprovedAsync("both");

        var ndjson = Lines(await TextAsync($"audit/export?lead_id={lead}&{OfLeads}", "application/x-ndjson", "audit-messages-", ".ndjson"));
        var csv = Records(await TextAsync($"audit/export?lead_id={lead}&{OfLeads}&format=csv", "text/csv; charset=utf-8", "audit-messages-", ".csv"));

        Assert.Equal(["at", "kind", "message_id", "lead_id", "connection", "order_id", "campaign", "partner", "click_id", "correlation", "message"], ndjson[0].EnumerateObject().Select(m => m.Name));
        Assert.Equal(ndjson.Select(line => line.At("at")).Order(StringComparer.Ordinal), ndjson.Select(line => line.At("at")));
        var kinds = ndjson.Select(line => line.At("kind")).ToArray();
        Assert.Equal("LeadSubmitted", kinds[0]);
        Assert.Empty(new[] { "OrderCreated", "PostbackDue", "PostbackAttempted", "PostbackDelivered" }.Except(kinds));
        AssertSame(ndjson, csv);
    }

    [Fact]
    public async Task The_log_has_the_whole_way_of_a_call_and_is_masked_unless_it_is_asked_for_in_clear()
    {
        var (lead, order) = await ApprovedAsync("logged");

        var masked = await TextAsync($"audit/export?lead_id={lead}&view=log", "application/x-ndjson", "audit-log-", ".ndjson");
        var clear = await TextAsync($"audit/export?lead_id={lead}&view=log&personal=true", "application/x-ndjson", "audit-log-", ".ndjson");
        var csv = Records(await TextAsync($"audit/export?lead_id={lead}&view=log&personal=true&format=csv", "text/csv; charset=utf-8", "audit-log-", ".csv"));

        var row = Assert.Single(Lines(clear));
        Assert.Equal(("order_created", "demo", "demo-partner", lead, order, "logged", "200"),
            (row.At("log_status"), row.At("campaign"), row.At("partner"), row.At("lead_id"), row.At("order_id"), row.At("click_id"), row.At("http_status")));
        Assert.Contains(Phone, row.At("raw_payload", "body"), StringComparison.Ordinal);
        Assert.StartsWith("mutation", row.At("document"), StringComparison.Ordinal);
        Assert.Contains(Phone, row.GetProperty("variables").GetRawText(), StringComparison.Ordinal);
        Assert.Contains(order, row.At("response"), StringComparison.Ordinal);
        AssertSame([row], csv);
        var hidden = Assert.Single(Lines(masked));
        Assert.DoesNotContain(Phone, masked, StringComparison.Ordinal);
        Assert.Equal(("order_created", order, row.At("document")), (hidden.At("log_status"), hidden.At("order_id"), hidden.At("document")));
        Assert.DoesNotContain(Phone, await TextAsync($"audit/export?lead_id={lead}"), StringComparison.Ordinal);
        Assert.Contains(Phone, await TextAsync($"audit/export?lead_id={lead}&personal=true"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_retried_call_shows_what_was_submitted_though_its_message_does_not_carry_it()
    {
        await Relay.FaultAsync(new { target = "crm", kind = "status", status = 429, times = 1 });
        var (lead, _) = await ApprovedAsync("retried");

        var rows = Lines(await TextAsync($"audit/export?lead_id={lead}&view=log&personal=true"));

        Assert.Equal(["retry_scheduled", "order_created"], rows.Select(row => row.At("log_status")));
        Assert.All(rows, row => Assert.Contains("retried", row.At("raw_payload", "body"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_partner_exports_its_own_without_what_is_between_the_relay_and_the_CRM()
    {
        var (lead, _) = await ApprovedAsync("partners");

        var text = await TextAsync($"audit/export?lead_id={lead}", key: "demo-partner-key");

        Assert.Contains(Lines(text), line => (line.At("kind"), line.At("partner"), line.At("connection")) is ("OrderCreated", "demo-partner", null));
        Assert.DoesNotContain("exchange", text, StringComparison.Ordinal);
        Assert.DoesNotContain("mutation", text, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Forbidden, "not for partners"), await RefusedAsync("view=log", ("X-Api-Key", "demo-partner-key")));
        Assert.Equal((HttpStatusCode.Forbidden, "no permission"), await RefusedAsync("personal=true", ("X-Api-Key", "demo-partner-key")));
    }

    [Fact]
    public async Task Who_may_not_or_asks_for_what_there_is_not_gets_a_sentence_and_no_file()
    {
        Assert.Equal((HttpStatusCode.Unauthorized, "Not a reader"), await RefusedAsync("", ("X-Api-Key", "guessed")));
        Assert.Equal((HttpStatusCode.Forbidden, "no permission"), await RefusedAsync("personal=true", ("Authorization", $"Bearer {Relay.OperatorToken}")));
        foreach (var query in (string[])["limit=10", "after=1-1", "order=newest", "format=xml", "view=all", "view=log&kind=LeadSubmitted", "from=soon", "colour=red"])
            Assert.Equal((HttpStatusCode.BadRequest, "not understood"), await RefusedAsync(query, ("Authorization", $"Bearer {Relay.OperatorToken}")));
    }

    [Fact]
    public async Task Every_export_is_on_record_before_and_after_also_one_that_its_reader_broke_off()
    {
        await using var relay = await Relay.StartAsync();
        await relay.SubmitAsync(new { phone = $"+{Phone}", click_id = "many" });
        await relay.Eventually("it is stored", () => relay.AuditAsync("kind=LeadSubmitted&click_id=many"), found => found.Messages("LeadSubmitted").Count is 1);
        Multiply(Path.Combine(relay.DataFolder, "audit.db"), 20_000);

        Assert.Equal(20_001, Lines(await TextAsync("audit/export?kind=LeadSubmitted&campaign=demo", relay: relay)).Count);
        using (var answer = await relay.AuditStore.GetAsync(new Uri("audit/export?kind=LeadSubmitted&click_id=many", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead))
        {
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
            Assert.Equal("LeadSubmitted", JsonElement.Parse((await reader.ReadLineAsync())!).At("kind"));
        }

        var reads = await relay.Eventually("both ends are on record", async () => (await relay.AuditAsync("kind=AuditRead&order=oldest")).Messages("AuditRead"), found => found.Count is 4);
        Assert.All(reads, read => Assert.Equal(("export", "operator", "false"), (read.At("what"), read.At("reader"), read.At("personal"))));
        Assert.Equal([null, "20001", null], reads.Take(3).Select(read => read.At("rows")));
        Assert.InRange(long.Parse(reads[3].At("rows")!, CultureInfo.InvariantCulture), 1, 20_000);
        Assert.Equal("kind=LeadSubmitted&click_id=many", reads[3].At("filter"));
    }

    [Fact]
    public async Task No_more_than_four_are_exported_at_once()
    {
        await using var relay = await Relay.StartAsync();
        await relay.SubmitAsync(new { phone = $"+{Phone}", click_id = "many" });
        await relay.Eventually("it is stored", () => relay.AuditAsync("kind=LeadSubmitted&click_id=many"), found => found.Messages("LeadSubmitted").Count is 1);
        Multiply(Path.Combine(relay.DataFolder, "audit.db"), 50_000);
        Task<HttpResponseMessage> BeginAsync() => relay.AuditStore.GetAsync(new Uri("audit/export?kind=LeadSubmitted", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

        var open = new List<HttpResponseMessage>();
        while (open.Count < 4)
            open.Add(await BeginAsync());
        using (var refused = await BeginAsync())
        {
            Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(30)), (refused.StatusCode, refused.Headers.RetryAfter?.Delta));
            Assert.Equal("too many exports", JsonElement.Parse(await refused.Content.ReadAsStringAsync()).At("title"));
        }
        Assert.All(open, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        open.ForEach(answer => answer.Dispose());

        await relay.Eventually("there is a place again", async () =>
        {
            using var answer = await BeginAsync();
            return answer.StatusCode;
        }, status => status is HttpStatusCode.OK);
    }

    /// <summary>A lead whose order was approved, with everything that follows on record.</summary>
    private async Task<(string LeadId, string OrderId)> ApprovedAsync(string click)
    {
        var order = await Relay.OrderAsync("demo", click);
        await Relay.SetStatusAsync(order, "3");
        var found = await Relay.Eventually("the sale is delivered", () => Relay.AuditAsync($"click_id={click}"),
            f => f.Messages("PostbackDelivered").Count is 2 && f.Messages("OrderCreated").Count is 1);
        return (found.Messages("OrderCreated")[0].At("about", "leadId")!, order);
    }

    private async Task<string> TextAsync(string path, string? type = null, string? nameStart = null, string? nameEnd = null, string? key = null, Relay? relay = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (key is not null)
        {
            request.Headers.Add("Authorization", "none");
            request.Headers.Add("X-Api-Key", key);
        }
        using var answer = await (relay ?? Relay).AuditStore.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        var name = answer.Content.Headers.ContentDisposition!;
        Assert.Equal("attachment", name.DispositionType);
        Assert.Equal(type ?? "application/x-ndjson", answer.Content.Headers.ContentType!.ToString());
        Assert.StartsWith(nameStart ?? "audit-", name.FileName!.Trim('"'), StringComparison.Ordinal);
        Assert.EndsWith(nameEnd ?? ".ndjson", name.FileName.Trim('"'), StringComparison.Ordinal);
        return text;
    }

    private async Task<(HttpStatusCode, string?)> RefusedAsync(string query, (string Name, string Value) who)
    {
        var (status, problem) = await Relay.SendAsync(Relay.AuditStore, HttpMethod.Get, $"audit/export?{query}", null, who.Name is "Authorization" ? [who] : [who, ("Authorization", "none")]);
        Assert.NotNull(problem.At("detail"));
        return (status, problem.At("title"));
    }

    private static List<JsonElement> Lines(string ndjson) => [.. ndjson.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];

    private static List<Dictionary<string, string>> Records(string text)
    {
        using var csv = CsvReader.FromText(text, CsvReaderOptions.Default);
        List<Dictionary<string, string>> records = [];
        while (csv.Read())
            records.Add(Enumerable.Range(0, csv.FieldCount).ToDictionary(i => csv.Headers[i], i => csv.GetString(i)));
        return records;
    }

    private static void AssertSame(IReadOnlyList<JsonElement> ndjson, List<Dictionary<string, string>> csv) =>
        Assert.Equal(
            ndjson.Select(line => string.Join('|', line.EnumerateObject().Select(m => $"{m.Name}={line.At(m.Name)}"))),
            csv.Select(record => string.Join('|', record.Select(r => $"{r.Key}={r.Value}"))));

    /// <summary>Stores a submission many times over, more than lies in any buffer on the way.</summary>
    private static void Multiply(string file, int times)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 30 }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @times)
            INSERT INTO messages(message_id, kind, at, campaign, click_id, message)
            SELECT printf('00000000-0000-0000-0000-%012d', i), kind, at - i % 1000, campaign, click_id, message FROM messages, n WHERE kind = 'LeadSubmitted'
            """;
        command.Parameters.AddWithValue("@times", times);
        command.ExecuteNonQuery();
    }
}
