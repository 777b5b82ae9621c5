using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary>What somebody looks for in the audit, as it was written into the query string.</summary>
/// <param name="Text">As it goes on record: a phone number in it is replaced by its HMAC.</param>
/// <param name="Personal">In clear.</param>
public sealed record AuditSearch(AuditQuery Query, string Text, bool Personal)
{
    private const int MostAtOnce = 1000;

    /// <summary>What may be asked for in a search.</summary>
    public static readonly IReadOnlyList<string> Names =
        ["lead_id", "connection", "order_id", "click_id", "phone", "campaign", "partner", "kind", "comment", "from", "to", "personal", "limit", "after", "order"];

    /// <summary>Reads it; false with a sentence that says what is wrong.</summary>
    /// <param name="names">What may stand in the query, beside it things that are read elsewhere.</param>
    public static bool TryRead(IQueryCollection query, Reader reader, PhoneHashes phones, IReadOnlyList<string> names, [NotNullWhen(true)] out AuditSearch? search, [NotNullWhen(false)] out string? fault)
    {
        (search, fault) = (null, null);
        var given = query.ToDictionary(q => q.Key, q => QueryText.Given(q.Value.ToString()), StringComparer.Ordinal);
        if (given.Keys.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
            fault = $"There is no parameter {unknown} here. There are: {string.Join(", ", names)}.";
        string? Text(string name) => given.GetValueOrDefault(name);

        var asked = new AuditQuery
        {
            Connection = Text("connection"), OrderId = Text("order_id"), ClickId = Text("click_id"), PhoneHash = phones.Of(Text("phone")), Campaign = Text("campaign"),
            Partner = reader.Partner ?? Text("partner"), Comment = Text("comment"), After = Text("after"), Kinds = [.. (Text("kind") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
        };
        if (Text("phone") is { } phone && (asked.PhoneHash is null || phone.TrimStart().StartsWith('0')))
            fault ??= $"phone must be a number with its country code as +4915112345678, not \"{phone}\".";
        if (Text("lead_id") is { } lead)
        {
            if (Guid.TryParse(lead, out var id))
                asked = asked with { LeadIds = [id] };
            else
                fault ??= $"lead_id must be a lead's id, not \"{lead}\".";
        }
        if (asked.Kinds.FirstOrDefault(kind => !StoredMessage.Kinds.Contains(kind)) is { } strange)
            fault ??= $"There is no kind {strange}. There are: {string.Join(", ", StoredMessage.Kinds)}.";
        if (Text("from") is { } from)
            asked = asked with { From = QueryText.Time("from", from, ref fault) };
        if (Text("to") is { } to)
            asked = asked with { To = QueryText.Time("to", to, ref fault) };
        if (Text("limit") is { } limit)
        {
            if (int.TryParse(limit, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MostAtOnce)
                asked = asked with { Limit = number };
            else
                fault ??= $"limit must be 1 to {MostAtOnce}.";
        }
        if (Text("order") is { } order)
        {
            if (order is "newest" or "oldest")
                asked = asked with { OldestFirst = order is "oldest" };
            else
                fault ??= "order must be newest or oldest: which come first.";
        }
        if (Text("personal") is not (null or "true" or "false"))
            fault ??= "personal must be true or false.";
        if (fault is not null)
            return false;
        if (!reader.IsOperator)
            asked = PartnersView.Narrow(asked);
        search = new AuditSearch(asked, Record(given, asked), Text("personal") is "true");
        return true;
    }

    private static string Record(Dictionary<string, string?> given, AuditQuery asked) => string.Join('&', given.Where(g => g.Value is not null)
        .Select(g => g.Key is "phone" ? $"phone_hmac={asked.PhoneHash}" : $"{g.Key}={Uri.EscapeDataString(g.Value!)}"));
}
