using System.Net;
using System.Text;
using System.Text.Json;

namespace LeadRelay.Intake;

/// <summary>A request's body, read: its fields flat by path (<c>client.phone</c>), and the payload as it may be kept.</summary>
/// <param name="Fields">By name, in any case; of a name that came twice, the first value that is not empty.</param>
/// <param name="Raw">As received, with credentials replaced.</param>
/// <param name="ApiKey">The key, if the body carried one.</param>
public sealed record Body(IReadOnlyDictionary<string, string> Fields, RawPayload Raw, string? ApiKey)
{
    /// <summary>Largest body in bytes.</summary>
    public const int Limit = 64 * 1024;

    private const int MaxDepth = 8;
    private const int MaxFields = 300;

    /// <summary>Reads it, or says why it cannot be read; then the payload is all there is.</summary>
    public static async Task<(Body Body, Refusal? Refusal)> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        var bytes = new byte[Limit + 1];
        var length = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
        return Read(request.Method, request.ContentType ?? "", bytes.AsSpan(0, length));
    }

    /// <summary>The same for bytes at hand.</summary>
    public static (Body Body, Refusal? Refusal) Read(string method, string contentType, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Limit)
            return (Unread(method, contentType, bytes[..1024]), new Refusal(413, "body_too_large", $"The body is larger than {Limit / 1024} KB. Its first kilobyte was kept."));
        var type = contentType.Split(';')[0].Trim();
        if (type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            return ReadForm(method, contentType, bytes);
        if (type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase))
            return ReadJson(method, contentType, bytes);
        return (Unread(method, contentType, bytes), new Refusal(415, "unsupported_media_type", "Send JSON (Content-Type: application/json) or a form (application/x-www-form-urlencoded)."));
    }

    private static (Body, Refusal?) ReadForm(string method, string contentType, ReadOnlySpan<byte> bytes)
    {
        var fields = new FieldBag();
        var kept = new List<string>();
        foreach (var pair in Encoding.UTF8.GetString(bytes).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var left, var right] ? (left, right) : (pair, "");
            var isKey = fields.Add(WebUtility.UrlDecode(name).Replace('[', '.').Replace("]", "", StringComparison.Ordinal), WebUtility.UrlDecode(value));
            kept.Add(isKey ? $"{name}={Credentials.Mask}" : pair);
        }
        return fields.ToBody(new RawPayload(method, contentType, string.Join('&', kept)));
    }

    private static (Body, Refusal?) ReadJson(string method, string contentType, ReadOnlySpan<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes.ToArray(), new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (json.RootElement.ValueKind is not JsonValueKind.Object)
                return (Unread(method, contentType, bytes), new Refusal(400, "invalid_json", "The body must be a JSON object."));
            var fields = new FieldBag();
            fields.AddAll(json.RootElement, "");
            return fields.ToBody(Payload(method, contentType, Credentials.CutFromJson(bytes)));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for escapes that are no character
        {
            return (Unread(method, contentType, bytes), new Refusal(400, "invalid_json", $"The body is not valid JSON: {e.Message}"));
        }
    }

    /// <summary>A body that was not understood may hold a credential anywhere, so what looks like one is cut out of the text.</summary>
    private static Body Unread(string method, string contentType, ReadOnlySpan<byte> bytes)
    {
        var raw = Payload(method, contentType, bytes);
        return new Body(new Dictionary<string, string>(), raw.Base64 ? raw : raw with { Body = Credentials.CutFromText(raw.Body) }, null);
    }

    private static RawPayload Payload(string method, string contentType, ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes)
            ? new RawPayload(method, contentType, Encoding.UTF8.GetString(bytes))
            : new RawPayload(method, contentType, Convert.ToBase64String(bytes), Base64: true);

    private sealed class FieldBag
    {
        private readonly Dictionary<string, string> fields = new(StringComparer.OrdinalIgnoreCase);
        private string? apiKey;

        /// <summary>True when it was a credential, and so is no field.</summary>
        public bool Add(string name, string value)
        {
            if (Credentials.Names.Contains(name.Split('.')[^1]))
            {
                apiKey ??= value.Trim();
                return true;
            }
            if (name is not "" && (!fields.TryGetValue(name, out var known) || known is ""))
                fields[name] = value.Trim();
            return false;
        }

        public void AddAll(JsonElement element, string path)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var property in element.EnumerateObject())
                        AddAll(property.Value, path is "" ? property.Name : $"{path}.{property.Name}");
                    break;
                case JsonValueKind.Array:
                    foreach (var (item, index) in element.EnumerateArray().Select((item, index) => (item, index)))
                        AddAll(item, $"{path}.{index}");
                    break;
                case JsonValueKind.String:
                    Add(path, element.GetString()!);
                    break;
                case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                    Add(path, element.GetRawText());
                    break;
                default:
                    break;
            }
        }

        public (Body, Refusal?) ToBody(RawPayload raw) => (new Body(fields, raw, apiKey),
            fields.Count > MaxFields ? new Refusal(400, "too_many_fields", $"The body has more than {MaxFields} fields.") : null);
    }
}
