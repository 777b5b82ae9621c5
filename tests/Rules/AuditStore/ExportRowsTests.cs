using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using CsvHelper;
using LeadRelay.AuditStore;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Audit;
using MassTransit.Serialization;

namespace LeadRelay.Tests.Rules.AuditStore;

/// <summary>An export's rows, and how they are written.</summary>
public class ExportRowsTests
{
    private static readonly Reader Operator = new(null, true, null);
    private static readonly Reader Buyer = new("buyer", false, null);
    private static readonly Guid LeadId = new("0190163d-8694-739b-aea5-966c26f8ad91");

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+49151", "'+49151")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "'\r=1")]
    [InlineData("\n=1", "'\n=1")]
    [InlineData("＝1+1", "'＝1+1")]
    [InlineData("＋1", "'＋1")]
    [InlineData("－1", "'－1")]
    [InlineData("＠SUM", "'＠SUM")]
    [InlineData("  =1", "'  =1")]
    [InlineData("\"=1", "'\"=1")]
    [InlineData("' \u00A0=1", "'' \u00A0=1")]
    [InlineData("\uFEFF=1", "'\uFEFF=1")]
    [InlineData("a=1", "a=1")]
    [InlineData("click-1", "click-1")]
    [InlineData("{\"a\":-1}", "{\"a\":-1}")]
    [InlineData("5-1", "5-1")]
    [InlineData(" ", " ")]
    [InlineData("", "")]
    [InlineData(null, null)]
    public void Text_that_a_spreadsheet_would_run_gets_an_apostrophe_and_other_text_stays(string? text, string? written) => Assert.Equal(written, Formula.Disarm(text));

    [Theory]
    [InlineData("plain")]
    [InlineData("with, comma")]
    [InlineData("with \"quotes\"")]
    [InlineData("two\r\nlines")]
    [InlineData("one\nline")]
    [InlineData(" spaces ")]
    [InlineData("Страße; 日本 🙂")]
    [InlineData("")]
    public async Task A_text_is_read_back_from_both_formats_as_it_was(string text)
    {
        Cell[] row = [Cell.Text(text), Cell.Number("-5"), Cell.Json("""{"a":[1,"x, \"y\""]}"""), Cell.Own(Builders.Now), Cell.Text(null)];
        string[] columns = ["text", "number", "json", "at", "nothing"];

        var csv = await WrittenAsync(body => new CsvRowWriter(body, columns), row, row);
        var ndjson = await WrittenAsync(body => new NdjsonWriter(body, columns), row, row);

        Assert.StartsWith("text,number,json,at,nothing\r\n", csv, StringComparison.Ordinal);
        Assert.EndsWith("\r\n", csv, StringComparison.Ordinal);
        var records = Csv(csv);
        Assert.Equal(2, records.Count);
        Assert.All(records, record => Assert.Equal([text, "-5", """{"a":[1,"x, \"y\""]}""", "2026-03-04T05:06:07.000Z", ""], columns.Select(name => record[name])));
        var lines = ndjson.Split('\n');
        Assert.Equal(("", 3), (lines[^1], lines.Length));
        var line = JsonElement.Parse(lines[1]);
        Assert.Equal((text, -5, "x, \"y\"", JsonValueKind.Null),
            (line.GetProperty("text").GetString(), line.GetProperty("number").GetInt32(), line.GetProperty("json").GetProperty("a")[1].GetString(), line.GetProperty("nothing").ValueKind));
    }

    [Fact]
    public void A_message_is_one_line_with_what_it_is_about_beside_it()
    {
        var row = Row(MessageRows.Columns, MessageRows.Of(Entry(Builders.Created(LeadId, "1001")), Operator, personal: true));

        Assert.Equal(("OrderCreated", LeadId.ToString(), "main", "1001", "first", "buyer", "click-1", "conversation"),
            (row["kind"], row["lead_id"], row["connection"], row["order_id"], row["campaign"], row["partner"], row["click_id"], row["correlation"]));
        Assert.DoesNotContain("\n", row["message"], StringComparison.Ordinal);
        Assert.Equal("+491701234567", JsonElement.Parse(row["message"]!).GetProperty("submission").GetProperty("lead").GetProperty("fields").GetProperty("phone").GetString());
    }

    [Fact]
    public void A_partner_sees_neither_the_calls_nor_the_leads_that_its_pushes_touch()
    {
        var created = Row(MessageRows.Columns, MessageRows.Of(Entry(Builders.Created(LeadId, "1001")), Buyer, personal: false));
        var pushed = Row(MessageRows.Columns, MessageRows.Of(Entry(Builders.Update(Builders.NewId()) with { About = Builders.About(LeadId, "1001") }), Buyer, personal: false));

        Assert.Equal((null, "1001", LeadId.ToString(), null), (created["connection"], created["order_id"], created["lead_id"], created["correlation"]));
        Assert.DoesNotContain("exchange", created["message"], StringComparison.Ordinal);
        Assert.Equal((null, null, "1001"), (pushed["lead_id"], pushed["click_id"], pushed["order_id"]));
        Assert.DoesNotContain(LeadId.ToString(), pushed["message"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_is_shown_with_what_was_received_sent_and_answered()
    {
        var created = Builders.Created(LeadId) with { Submission = Builders.Submitted(LeadId) with { Raw = Builders.Raw("""{"phone":"0170"}""") } };
        var row = Row(LogRows.Columns, LogRows.Of(Entry(created), true, () => "unused")!);

        Assert.Equal(("2026-03-04T05:06:07.000Z", "order_created", "first", "1001", "https://crm.example/companies/7/CRM", "mutation { x }", "200", "{}", "12", null),
            (row["at"], row["log_status"], row["campaign"], row["order_id"], row["endpoint"], row["document"], row["http_status"], row["response"], row["duration_ms"], row["error"]));
        Assert.Equal("""{"phone":"0170"}""", JsonElement.Parse(row["raw_payload"]!).GetProperty("body").GetString());
        Assert.Equal("1", JsonElement.Parse(row["variables"]!).GetProperty("input").GetProperty("id").GetString());
        Assert.Null(LogRows.Of(Entry(created with { Exchange = null }), true, () => null));
    }

    [Fact]
    public void A_payload_is_found_wherever_a_message_has_it()
    {
        var update = Builders.Update(Builders.NewId()) with { Raw = Builders.Raw("pushed") };
        var asked = new OrderVerificationRequested(Builders.About(orderId: "1001"), Builders.NewId(), Builders.Changed() with { Raw = Builders.Raw("hook") }, Builders.Now);
        IAudited[] messages =
        [
            new OrderStatusUpdated(update.About, update, Builders.Exchange(), Builders.Now),
            new StatusUpdateRefused(update.About, update, null, "no", "no", Builders.Exchange(), Builders.Now),
            new OrderVerified(asked.About, asked, "3", null, null, null, Builders.Exchange(), Builders.Now),
            new OrderWriteDelayed(Builders.About(LeadId), "busy", 1, Builders.Now, Builders.Exchange(), Builders.Now),
        ];

        Assert.Equal(["pushed", "pushed", "hook", "the lead's"], messages.Select(message =>
            JsonElement.Parse(Row(LogRows.Columns, LogRows.Of(Entry(message), true, () => """{"body":"the lead's"}""")!)["raw_payload"]!).GetProperty("body").GetString()));
    }

    private static AuditEntry Entry(IAudited message) => new(Builders.NewId(), message.GetType().Name, message.At, message.About, "conversation", null, null,
        JsonSerializer.Serialize(message, message.GetType(), SystemTextJsonMessageSerializer.Options));

    private static Dictionary<string, string?> Row(IReadOnlyList<string> columns, Cell[] row) => columns.Zip(row).ToDictionary(pair => pair.First, pair => pair.Second.Value);

    private static async Task<string> WrittenAsync(Func<PipeWriter, RowWriter> make, params Cell[][] rows)
    {
        using var file = new MemoryStream();
        var body = PipeWriter.Create(file, new StreamPipeWriterOptions(leaveOpen: true));
        using (var writer = make(body))
        {
            foreach (var row in rows)
                writer.Write(row);
        }
        await body.CompleteAsync();
        return Encoding.UTF8.GetString(file.ToArray());
    }

    private static List<Dictionary<string, string>> Csv(string text)
    {
        using var csv = CsvReader.FromText(text, CsvReaderOptions.Default);
        List<Dictionary<string, string>> records = [];
        while (csv.Read())
            records.Add(Enumerable.Range(0, csv.FieldCount).ToDictionary(i => csv.Headers[i], i => csv.GetString(i)));
        return records;
    }
}
