using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadRelay.WebhookReceiver;

/// <summary>Why a webhook cannot be read.</summary>
public sealed record Fault(int Status, string Code, string Text);

/// <summary>
/// A webhook's payload as one JSON tree, whatever it came as: JSON, a form, or a query string. A form's
/// <c>reward[value]</c> becomes the member <c>reward.value</c>; what the query says counts where the body does not.
/// </summary>
public static class Payload
{
    private const int MaxDepth = 32;

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
        var raw = body.Length is 0 ? new RawPayload(method, contentType, query)
            : System.Text.Unicode.Utf8.IsValid(body) ? new RawPayload(method, contentType, Encoding.UTF8.GetString(body))
            : new RawPayload(method, contentType, Convert.ToBase64String(body), Base64: true);
        if (body.Length > limit)
            return (new JsonObject(), raw with { Body = raw.Body[..1024] }, new Fault(413, "body_too_large", $"The body is larger than {limit / 1024} KB; its beginning was kept."));
        var text = Encoding.UTF8.GetString(body).TrimStart('\uFEFF').Trim();
        JsonNode? tree;
        try
        {
            tree = text is ['{' or '[', ..]
                ? JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false })
                : Form(text);
            if (tree is JsonObject root)
                Merge(root, Form(query));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for escapes that are no character
        {
            return (new JsonObject(), raw, new Fault(400, "invalid_json", $"The body is not valid JSON: {e.Message}"));
        }
        return (tree ?? new JsonObject(), raw, null);
    }

    private static JsonObject Form(string text)
    {
        var form = new JsonObject();
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var left, var right] ? (left, right) : (pair, "");
            var key = WebUtility.UrlDecode(name).Replace('[', '.').Replace("]", "", StringComparison.Ordinal);
            if (key is not "" && form[key] is null)
                form[key] = WebUtility.UrlDecode(value);
        }
        return form;
    }

    private static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (name, value) in from)
        {
            if (into[name] is null)
                into[name] = value?.DeepClone();
        }
    }
}
