using System.Diagnostics.CodeAnalysis;

namespace LeadRelay.AuditStore;

/// <summary>What somebody wants exported, as it was written into the query string.</summary>
public sealed record ExportAsked(AuditSearch Search, bool IsCsv, bool IsLog)
{
    /// <summary>Their say is a search's: an export has everything.</summary>
    private static readonly string[] NotHere = ["limit", "after", "order"];

    private static readonly string[] Names = [.. AuditSearch.Names.Except(NotHere), "format", "view"];

    /// <summary>Reads it; false with a sentence that says what is wrong.</summary>
    /// <param name="now">Where an export ends that is given no end, so that it has one.</param>
    public static bool TryRead(IQueryCollection query, Reader reader, PhoneHashes phones, DateTimeOffset now, [NotNullWhen(true)] out ExportAsked? asked, [NotNullWhen(false)] out string? fault)
    {
        asked = null;
        if (NotHere.FirstOrDefault(query.ContainsKey) is { } name)
        {
            fault = $"An export has all that fits, the oldest first: leave out {name}.";
            return false;
        }
        if (!AuditSearch.TryRead(query, reader, phones, Names, out var search, out fault))
            return false;
        var (format, view) = (QueryText.Given(query["format"]) ?? "ndjson", QueryText.Given(query["view"]) ?? "messages");
        if (format is not ("ndjson" or "csv"))
            fault = $"format must be ndjson or csv, not \"{format}\".";
        if (view is not ("messages" or "log"))
            fault ??= $"view must be messages or log, not \"{view}\".";
        string[] ofCalls = view is "log" ? [.. LogStatus.Kinds.Where(kind => search.Query.Kinds.Count is 0 || search.Query.Kinds.Contains(kind))] : [];
        if (view is "log" && ofCalls is [])
            fault ??= $"view=log has calls to SalesRender. Of these tell the kinds {string.Join(", ", LogStatus.Kinds)}.";
        if (fault is not null)
            return false;
        search = search with { Query = search.Query with { OldestFirst = true, To = search.Query.To ?? now, Kinds = view is "log" ? ofCalls : search.Query.Kinds } };
        asked = new ExportAsked(search, format is "csv", view is "log");
        return true;
    }

    /// <summary>What the file is called: <c>audit-log-demo-20260301-20260401.csv</c>.</summary>
    public string FileName
    {
        get
        {
            static string? Day(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture);
            string?[] parts = ["audit", IsLog ? "log" : "messages", Search.Query.Campaign, Day(Search.Query.From), Day(Search.Query.To)];
            var name = string.Join('-', parts.OfType<string>());
            return $"{string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'))}.{(IsCsv ? "csv" : "ndjson")}";
        }
    }
}
