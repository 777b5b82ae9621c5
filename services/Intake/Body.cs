using System.Buffers;
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

    /// <summary>What the sender should know of how it was read.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Reads it, or says why it cannot be read; then the payload is all there is.</summary>
    public static async Task<(Body Body, Refusal? Refusal)> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        // Room for the largest body for each of the small ones would be most of what a lead takes of the memory.
        var bytes = ArrayPool<byte>.Shared.Rent(Limit + 1);
        try
        {
            var length = await request.Body.ReadAtLeastAsync(bytes.AsMemory(0, Limit + 1), Limit + 1, throwOnEndOfStream: false, ct);
            return Read(request.Method, request.ContentType ?? "", bytes.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>The same for bytes at hand.</summary>
    public static (Body Body, Refusal? Refusal) Read(string method, string contentType, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Limit)
            return (Unread(method, contentType, bytes[..1024]), new Refusal(413, "body_too_large", $"The body is larger than {Limit / 1024} KB. Its first kilobyte was kept."));
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        // One char per byte: so text can be taken apart and put together again without changing a byte.
        var text = Encoding.Latin1.GetString(bytes);
        switch (BodyForms.Of(contentType, text))
        {
            case BodyForm.Json:
                return ReadJson(method, contentType, bytes);
            case BodyForm.Form:
                var form = new FieldBag();
                return form.ToBody(Payload(method, contentType, FormBody.Read(text, form)));
            case BodyForm.Multipart:
                var parts = new FieldBag();
                return MultipartBody.Read(text, parts, out var warnings) is { } kept
                    ? parts.ToBody(Payload(method, contentType, kept), warnings)
                    : (Unread(method, contentType, bytes), new Refusal(400, "invalid_multipart", "The multipart body has no part with a name in it."));
            default:
                return (Unread(method, contentType, bytes), new Refusal(415, "unsupported_media_type",
                    "Send JSON (application/json) or a form (application/x-www-form-urlencoded or multipart/form-data)."));
        }
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
            return fields.ToBody(Payload(method, contentType, Encoding.Latin1.GetString(Credentials.CutFromJson(bytes))));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for escapes that are no character
        {
            return (Unread(method, contentType, bytes), new Refusal(400, "invalid_json", $"The body is not valid JSON: {e.Message}"));
        }
    }

    private static Body Unread(string method, string contentType, ReadOnlySpan<byte> bytes) =>
        new(new Dictionary<string, string>(), Payload(method, contentType, Encoding.Latin1.GetString(bytes)), null);

    /// <summary>What looks like a credential is cut out wherever it stands: a broken body is not taken apart as its sender meant it.</summary>
    private static RawPayload Payload(string method, string contentType, string latin1)
    {
        var bytes = Encoding.Latin1.GetBytes(Credentials.CutFromText(latin1));
        return System.Text.Unicode.Utf8.IsValid(bytes)
            ? new RawPayload(method, contentType, Encoding.UTF8.GetString(bytes))
            : new RawPayload(method, contentType, Convert.ToBase64String(bytes), Base64: true);
    }
}
