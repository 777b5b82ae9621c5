using System.Text;
using System.Text.Json;

namespace LeadRelay.Intake;

/// <summary>Which leads are asked for: those with any one of these ids.</summary>
public sealed record LeadQuery
{
    /// <summary>How many ids may be asked for at once.</summary>
    public const int MostIds = 1000;

    /// <summary>As they came; what is no id of a lead is unknown.</summary>
    public IReadOnlyList<string> LeadIds { get; init; } = [];

    public IReadOnlyList<string> ClickIds { get; init; } = [];

    /// <summary>Of the order ids.</summary>
    public string? Campaign { get; init; }

    public IReadOnlyList<string> OrderIds { get; init; } = [];

    /// <summary>Those of the lead ids that can be some.</summary>
    public IEnumerable<Guid> Ids => LeadIds.Select(id => Guid.TryParse(id, out var guid) ? guid : Guid.Empty).Where(id => id != Guid.Empty);

    /// <summary>Why it cannot be asked, if it cannot.</summary>
    public static (LeadQuery Query, Refusal? Refusal) Check(LeadQuery query) => (query, query switch
    {
        { LeadIds: [], ClickIds: [], OrderIds: [] } => new Refusal(422, "missing_field", "Say which leads: by lead_ids, by click_id (click_ids in a body), or by campaign and order_id (order_ids).", "click_id"),
        { OrderIds: not [], Campaign: null or "" } => new Refusal(422, "missing_field", "Say which campaign the orders belong to.", "campaign"),
        _ when query.LeadIds.Count + query.ClickIds.Count + query.OrderIds.Count > MostIds => new Refusal(422, "too_many_ids", $"Ask for at most {MostIds} ids at once."),
        _ => null,
    });

    public LeadViewsRequested For(string partner) => new(partner, [.. Ids], ClickIds, Campaign, OrderIds);
}

/// <summary>The body of <c>POST /leads/query</c>: JSON, larger than a lead's, with lists in it.</summary>
/// <param name="Raw">What is kept if it is refused: the beginning, with credentials replaced.</param>
public sealed record LeadQueryBody(LeadQuery Query, string? ApiKey, RawPayload Raw, Refusal? Refusal)
{
    private const int Limit = 256 * 1024;
    private const int Kept = 1024;

    public static async Task<LeadQueryBody> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        var bytes = new byte[Limit + 1];
        var length = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
        return Read(request.ContentType ?? "", bytes.AsMemory(0, length));
    }

    public static LeadQueryBody Read(string contentType, ReadOnlyMemory<byte> bytes)
    {
        var start = Encoding.UTF8.GetString(bytes[..Math.Min(Kept, bytes.Length)].Span);
        LeadQueryBody Refused(int status, string code, string text) => new(new LeadQuery(), null, new RawPayload("POST", contentType, Credentials.CutFromText(start)), new Refusal(status, code, text));
        if (bytes.Length > Limit)
            return Refused(413, "body_too_large", $"The body is larger than {Limit / 1024} KB.");
        try
        {
            using var json = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 4 });
            if (json.RootElement.ValueKind is not JsonValueKind.Object)
                return Refused(400, "invalid_json", "The body must be a JSON object.");
            string? Text(string name) => json.RootElement.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
            var key = Credentials.Names.Select(Text).FirstOrDefault(text => text is not null);
            var query = new LeadQuery { LeadIds = Ids(json.RootElement, "lead_ids"), ClickIds = Ids(json.RootElement, "click_ids"), Campaign = Text("campaign"), OrderIds = Ids(json.RootElement, "order_ids") };
            return new(query, key, Refused(0, "", "").Raw, null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for escapes that are no character
        {
            return Refused(400, "invalid_json", $"The body is not valid JSON: {e.Message}");
        }
    }

    /// <summary>Texts and numbers of a list; one value stands for a list of one.</summary>
    private static IReadOnlyList<string> Ids(JsonElement root, string name) => !root.TryGetProperty(name, out var value) ? []
        : [.. (value.ValueKind is JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
            .Select(id => id.ValueKind switch { JsonValueKind.String => id.GetString()!, JsonValueKind.Number => id.GetRawText(), _ => "" }).Where(id => id is not "").Distinct()];
}
