using System.Text.Json;

namespace LeadRelay.Relayctl;

/// <summary>The commands on the audit: AuditStore's own API, from a shell.</summary>
internal sealed class AuditCommands(TextWriter output)
{
    /// <summary>Options that say which messages, as they are called in the query.</summary>
    public static readonly IReadOnlyList<string> Filter = ["--lead-id", "--connection", "--order-id", "--click-id", "--phone", "--campaign", "--partner", "--kind", "--comment", "--from", "--to"];

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ServiceApi api = new("AuditStore", 8082);

    public async Task<int> SearchAsync(Arguments args)
    {
        var found = await api.GetAsync($"audit?{Query(args, "--limit", "--after", "--order")}");
        Print(found);
        if (found.TryGetProperty("next", out var next) && next.ValueKind is JsonValueKind.String)
            output.WriteLine($"There may be more: the same with --after {next}");
        return 0;
    }

    public async Task<int> TimelineAsync(Arguments args)
    {
        Print(await api.GetAsync($"leads/{Uri.EscapeDataString(args.Name)}/timeline?{Query(args)}"));
        return 0;
    }

    public async Task<int> StatisticsAsync(Arguments args)
    {
        var days = (await api.GetAsync($"audit/statistics?{Query(args)}")).GetProperty("days");
        foreach (var day in days.EnumerateArray())
            output.WriteLine(JsonSerializer.Serialize(day, Readable));
        if (days.GetArrayLength() is 0)
            output.WriteLine("There are none.");
        return 0;
    }

    /// <summary>Writes the file to standard output as it comes.</summary>
    public async Task<int> ExportAsync(Arguments args)
    {
        using var file = Console.OpenStandardOutput();
        await api.DownloadAsync($"audit/export?{Query(args, "--format", "--view")}", file);
        return 0;
    }

    public async Task<int> ForgetAsync(Arguments args)
    {
        if (args["--lead-id"] is null == args["--phone"] is null)
            throw new UsageException("Say who: either --lead-id or --phone.");
        var forgotten = await api.PostAsync("audit/forget", new { lead_id = args["--lead-id"], phone = args["--phone"], reason = args["--reason"] });
        foreach (var lead in forgotten.GetProperty("leads").EnumerateArray())
            output.WriteLine($"The person of the lead {lead} is being forgotten: ./relayctl audit search --lead-id {lead} --kind PersonForgotten shows who has done it.");
        output.WriteLine($"{forgotten.GetProperty("leads").GetArrayLength()} lead(s), {forgotten.GetProperty("refused")} refused submission(s).");
        return 0;
    }

    private static string Query(Arguments args, params string[] others)
    {
        var given = Filter.Concat(others).Where(option => args[option] is not null).Select(option => $"{option[2..].Replace('-', '_')}={Uri.EscapeDataString(args[option]!)}");
        return string.Join('&', args.Has("--personal") ? given.Append("personal=true") : given);
    }

    private void Print(JsonElement found)
    {
        foreach (var entry in found.GetProperty("entries").EnumerateArray())
            output.WriteLine($"{entry.GetProperty("at")}  {entry.GetProperty("kind")}  {entry.GetProperty("message_id")}\n{JsonSerializer.Serialize(entry.GetProperty("message"), Readable)}");
        if (found.GetProperty("entries").GetArrayLength() is 0)
            output.WriteLine("There are none.");
    }
}
