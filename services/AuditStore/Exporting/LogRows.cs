using System.Text.Json;
using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary><c>view=log</c>: a row for each call to SalesRender, with what was received, what was sent and what came back.</summary>
public static class LogRows
{
    public static readonly IReadOnlyList<string> Columns =
    [
        "at", "log_status", "campaign", "partner", "lead_id", "order_id", "click_id", "raw_payload", "endpoint", "document", "variables", "http_status", "response", "error",
        "duration_ms", "message_id",
    ];

    /// <summary>Where a message has the payload that it came of.</summary>
    private static readonly string[][] Payloads = [["submission", "raw"], ["request", "raw"], ["raw"], ["request", "cause", "raw"]];

    /// <summary>The rows of a page, in its order: fewer than messages, as some tell of no call.</summary>
    public static async Task<IReadOnlyList<Cell[]>> OfAsync(IReadOnlyList<AuditEntry> page, bool personal, IAuditLog audit, CancellationToken ct)
    {
        var submissions = await SubmissionsAsync([.. page.Where(NeedsSubmission)], personal, audit, ct);
        return [.. page.Select(entry => Of(entry, personal, () => PayloadOf(entry, submissions))).OfType<Cell[]>()];
    }

    /// <summary>Null when the message tells of no call.</summary>
    /// <param name="payload">The lead's own, for a message that does not carry it.</param>
    public static Cell[]? Of(AuditEntry entry, bool personal, Func<string?> payload)
    {
        using var message = JsonDocument.Parse(entry.Message);
        if (message.RootElement.At("exchange") is null)
            return null;
        using var masked = personal ? null : JsonDocument.Parse(PersonalData.Mask(entry.Message));
        var shown = (masked ?? message).RootElement;
        Cell Text(string name) => Cell.Text(shown.At("exchange", name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null);
        Cell Number(string name) => Cell.Number(shown.At("exchange", name)?.GetRawText());
        return
        [
            Cell.Own(message.RootElement.At("exchange", "at") is { } at && at.TryGetDateTimeOffset(out var began) ? began : entry.At),
            Cell.Own(LogStatus.Of(entry.Kind, message.RootElement)), Cell.Text(entry.About.Campaign), Cell.Text(entry.About.Partner), Cell.Own(entry.About.LeadId),
            Cell.Text(entry.About.OrderId), Cell.Text(entry.About.ClickId), Cell.Json(PayloadIn(shown) ?? payload()),
            Text("endpoint"), Text("document"), Cell.Json(shown.At("exchange", "variables") is { } variables ? OneLine.Of(variables) : null),
            Number("httpStatus"), Text("response"), Text("error"), Number("durationMs"), Cell.Own(entry.MessageId),
        ];
    }

    private static string? PayloadIn(JsonElement message) => Payloads.Select(path => message.At(path)).FirstOrDefault(found => found is not null) is { } raw ? OneLine.Of(raw) : null;

    /// <summary>What tells of a lead before it has an order, and does not carry it. With an order it is a status update or a verification.</summary>
    private static bool NeedsSubmission(AuditEntry entry) => entry is { Kind: nameof(OrderWriteDelayed) or nameof(OrderLookedUp), About: { LeadId: not null, OrderId: null } };

    private static async Task<ILookup<Guid, Submission>> SubmissionsAsync(AuditEntry[] entries, bool personal, IAuditLog audit, CancellationToken ct)
    {
        List<Submission> found = [];
        var query = new AuditQuery { LeadIds = entries.Select(entry => entry.About.LeadId!.Value).ToHashSet(), Kinds = [nameof(LeadSubmitted)], OldestFirst = true, Limit = 1000, MostText = Export.MostText };
        while (entries.Length > 0 && await audit.SearchAsync(query, ct) is { Count: > 0 } page)
        {
            foreach (var entry in page)
            {
                using var message = JsonDocument.Parse(personal ? entry.Message : PersonalData.Mask(entry.Message));
                found.Add(new Submission(entry.At, entry.About, PayloadIn(message.RootElement)));
            }
            query = query with { After = page[^1].Place };
        }
        return found.ToLookup(submission => submission.About.LeadId!.Value);
    }

    /// <summary>The last one before: a lead that was refused may have been submitted again. An advertiser's word on a lead is no submission.</summary>
    private static string? PayloadOf(AuditEntry entry, ILookup<Guid, Submission> submissions) => !NeedsSubmission(entry) ? null
        : submissions[entry.About.LeadId!.Value].LastOrDefault(s => s.At <= entry.At && s.About.Partner == entry.About.Partner && s.About.Campaign == entry.About.Campaign)?.Payload;

    private sealed record Submission(DateTimeOffset At, Subject About, string? Payload);
}
