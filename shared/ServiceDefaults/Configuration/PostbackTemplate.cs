using System.Text.Json;

namespace LeadRelay.Configuration;

/// <summary>
/// One postback with macros in braces, checked when loaded: an absolute <c>http(s)</c> URL, only known macros, none in the
/// host. One that names a tracker has become one of these by then.
/// </summary>
/// <param name="Url">Literal text and macros, exactly as written: never altered in case or order.</param>
/// <param name="Target">Scheme, host and port: deliveries of one order to one target go one after the other.</param>
public sealed record PostbackTemplate(string Url, string Target)
{
    /// <summary><c>GET</c>, or <c>POST</c>, which alone has a <see cref="Body"/>.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>Further headers by name; values with macros, secrets among them.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public PostbackBody? Body { get; init; }

    /// <summary>The tracker must have had this event before a later one means anything to it: a newer status waits for it instead of replacing it.</summary>
    public bool RequiredFirst { get; init; }

    /// <summary>The tracker that it names; null for a bare one.</summary>
    public Tracker? Tracker { get; init; }

    /// <summary>What <c>{status}</c> stands for: the tracker's word for the event. Null without a tracker: the campaign's label.</summary>
    public string? Word { get; init; }

    /// <summary>What the tracker's answers mean.</summary>
    public AnswerRules Answers { get; init; } = AnswerRules.None;

    /// <summary>What <c>{tid}</c> stands for.</summary>
    public string? Tid(string? orderId, StatusEvent statusEvent) => Tracker is { TransactionId: TransactionId.Event } ? $"{orderId}-{statusEvent.ToString().ToLowerInvariant()}" : orderId;

    /// <summary>What <see cref="Target"/> is for a URL; null where a postback cannot have that URL.</summary>
    public static string? TargetOf(string url) => PostbackUrl.FaultOf(url) is null ? PostbackUrl.TargetOf(url) : null;

    /// <summary>Whether a macro's value can be seen in what is sent.</summary>
    public bool Shows(string macro) => Used.Contains(macro) && !(macro is "status" && Word is not null);

    /// <summary>Whether there is something to send for an event: each <c>{status:…}</c> has a word for it.</summary>
    public bool Covers(StatusEvent statusEvent) => Used.Where(Macros.IsMapping).All(mapping => Macros.WordFor(mapping, statusEvent) is not null);

    /// <summary>Whether one of the macros in it (canonical names, without <c>raw:</c>) is wanted.</summary>
    public bool UsesAny(Func<string, bool> isWanted) => Used.Any(isWanted);

    /// <summary>References to the secrets that it needs.</summary>
    public IEnumerable<string> Secrets => Used.Where(Macros.IsSecret);

    /// <summary>What it sends by name, as it is written: in the query, in a form, and as texts at the top of JSON.</summary>
    /// <param name="isAll">False where a body may hold more, deeper down or in another form.</param>
    internal IEnumerable<(string Name, string Value)> Parameters(out bool isAll)
    {
        var inQuery = PostbackUrl.ParametersOf(Url);
        isAll = true;
        if (Body is null)
            return inQuery;
        if (PostbackBody.IsForm(Body.ContentType))
            return inQuery.Concat(PostbackUrl.ParametersOf("?" + Body.Template).Select(p => (Uri.UnescapeDataString(p.Name), p.Value)));
        try
        {
            using var json = JsonDocument.Parse(Body.Template);
            var members = json.RootElement.ValueKind is JsonValueKind.Object ? json.RootElement.EnumerateObject().ToList() : [];
            isAll = members.Count > 0 && members.TrueForAll(member => member.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array));
            return [.. inQuery, .. members.Where(member => member.Value.ValueKind is JsonValueKind.String).Select(member => (member.Name, member.Value.GetString()!))];
        }
        catch (JsonException) // some other text
        {
            isAll = false;
            return inQuery;
        }
    }

    private IEnumerable<string> Used =>
        Headers.Values.Append(Url).SelectMany(Macros.Parse).Concat(Macros.ParseBody(Body?.Template ?? "")).Where(part => part.IsMacro).Select(part => Macros.Plain(part.Text));
}

/// <summary>The body of a POST.</summary>
/// <param name="ContentType">Decides how the macros' values are escaped: as JSON, as a form, as XML, or not at all.</param>
/// <param name="Template">Literal text, escaped as the content type wants it, and macros (see <see cref="Macros.ParseBody"/>).</param>
public sealed record PostbackBody(string ContentType, string Template)
{
    /// <summary>Whether values are URL-encoded in bodies of a type.</summary>
    public static bool IsForm(string contentType) => contentType.Contains("x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);
}
