using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LeadRelay.AuditStore;

/// <summary>JSON without line breaks, which only ever stand between its parts: on the wire messages are indented, and a row is a line.</summary>
public static class OneLine
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static string Of(string json)
    {
        if (json.AsSpan().IndexOfAny('\n', '\r') < 0)
            return json;
        using var parsed = JsonDocument.Parse(json);
        return Write(parsed.RootElement);
    }

    public static string Of(JsonElement json) => json.GetRawText() is var text && text.AsSpan().IndexOfAny('\n', '\r') < 0 ? text : Write(json);

    private static string Write(JsonElement json)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, Plain))
            json.WriteTo(writer);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
