using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadRelay.WebhookReceiver;

/// <summary>Why a webhook cannot be read.</summary>
public sealed record Fault(int Status, string Code, string Text);

/// <summary>
/// A webhook's payload as one JSON tree, whatever it came as: JSON, a form, or, where there is no body, the query string.
/// A form's <c>reward[value]</c> becomes the member <c>reward.value</c>.
/// </summary>
public static class Payload
{
    private const int MaxDepth = 32;
    private const int KeptOfTooLarge = 1024;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth };

    public static async Task<(JsonNode Payload, RawPayload Raw, Fault? Fault)> ReadAsync(HttpRequest request, int limit, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        for (int read; buffer.Length <= limit && (read = await request.Body.ReadAsync(chunk, ct)) > 0;)
            buffer.Write(chunk, 0, read);
        return Read(request.Method, request.ContentType ?? "", buffer.ToArray(), request.QueryString.Value ?? "", limit);
    }

    /// <summary>The same for bytes at hand. What the body is, is seen from its first character: content types are wrong too often.</summary>
    public static (JsonNode Payload, RawPayload Raw, Fault? Fault) Read(string method, string contentType, byte[] body, string query, int limit)
    {
        query = query.TrimStart('?');
        if (body.Length > limit)
            return (new JsonObject(), Keep(method, contentType, body[..KeptOfTooLarge], query), new Fault(413, "body_too_large", $"The body is larger than {limit / 1024} KB; its beginning was kept."));
        var raw = Keep(method, contentType, body, query);
        if (body.Length is 0)
            return (Form(query), raw, null);
        var text = Text(body).Trim();
        try
        {
            if (text is not ['{' or '[', ..])
                return (Form(text), raw, null);
            using var json = JsonDocument.Parse(text, Options);
            return (Tree(json.RootElement)!, raw, null);
        }
        catch (JsonException e)
        {
            return (new JsonObject(), raw, new Fault(400, "invalid_json", $"The body is not valid JSON: {e.Message}"));
        }
    }

    /// <summary>The names and values of a form or of a query string; of two of one name the last counts.</summary>
    public static JsonObject Form(string text)
    {
        var form = new JsonObject();
        foreach (var pair in text.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var left, var right] ? (left, right) : (pair, "");
            var key = WebUtility.UrlDecode(name).Replace('[', '.').Replace("]", "", StringComparison.Ordinal);
            if (key is not "")
                form[key] = WebUtility.UrlDecode(value);
        }
        return form;
    }

    /// <summary>Byte for byte: as text only where the same bytes can be made of it again.</summary>
    private static RawPayload Keep(string method, string contentType, byte[] body, string query)
    {
        if (body.Length is 0)
            return new RawPayload(method, contentType, query);
        var isText = body is not [0xEF, 0xBB, 0xBF, ..] && System.Text.Unicode.Utf8.IsValid(body);
        return new RawPayload(method, contentType, isText ? Encoding.UTF8.GetString(body) : Convert.ToBase64String(body), !isText, query is "" ? null : query);
    }

    /// <summary>UTF-8, unless a byte order mark says otherwise.</summary>
    private static string Text(byte[] body)
    {
        using var reader = new StreamReader(new MemoryStream(body), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        return reader.ReadToEnd();
    }

    /// <summary>
    /// As <see cref="JsonNode.Parse(string, JsonNodeOptions?, JsonDocumentOptions)"/>, except that of two members of one name
    /// the last counts, and texts that are none (half of a surrogate pair) are left out: a webhook is not lost for such things.
    /// </summary>
    private static JsonNode? Tree(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.String:
                return TextOf(() => element.GetString());
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(Tree)]);
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (var member in element.EnumerateObject())
                {
                    if (TextOf(() => member.Name) is { } name)
                        members[name] = Tree(member.Value);
                }
                return members;
            default:
                return JsonValue.Create(element.Clone());
        }
    }

    private static string? TextOf(Func<string?> read)
    {
        try { return read(); }
        catch (InvalidOperationException) { return null; }
    }
}
