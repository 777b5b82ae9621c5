using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LeadRelay;

/// <summary>
/// What of a message is about a person, and what is not. Only what is known to be harmless is let through (ids, times,
/// statuses, amounts, our own words), so that a field nobody has thought of is hidden and not shown.
/// </summary>
public static class PersonalData
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly PersonalText Masking = new(erases: false);
    private static readonly PersonalText Erasing = new(erases: true);

    /// <summary>Puts what a person can still be told by out of sight, but leaves enough to recognise it: <c>A•••</c>, <c>+49•••78</c>.</summary>
    /// <param name="json">A message, or part of one.</param>
    public static string Mask(string json) => Change(json, Masking, isForeign: false);

    /// <summary>Takes it away for good. The message can still be read as what it was.</summary>
    /// <param name="json">A message, or part of one.</param>
    public static string Erase(string json) => Change(json, Erasing, isForeign: false);

    /// <summary>Free text for the log (a reason, an exception): without phone numbers and e-mail addresses. A name in it is not recognised.</summary>
    public static string MaskText(string text) => Masking.Text(text);

    /// <summary>An id or a code that others chose, for the log: ids are digits, so only a number that is led by a plus is meant, and e-mail addresses. Cut at 128 characters.</summary>
    public static string MaskId(string id) => Masking.Scrub(id.Length <= LongestId ? id : id[..LongestId] + "…", isUrl: true);

    private const int LongestId = 128;

    private static string Change(string json, PersonalText texts, bool isForeign)
    {
        var utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(json.Length));
        try
        {
            var reader = new Utf8JsonReader(utf8.AsSpan(0, Encoding.UTF8.GetBytes(json, utf8)));
            var changed = new ArrayBufferWriter<byte>(json.Length + 256);
            using var writer = new Utf8JsonWriter(changed, Relaxed);
            reader.Read();
            Value(ref reader, writer, texts, Treatment.Hidden, isForeign, null, isBase64: false);
            reader.Read(); // there must be nothing more
            writer.Flush();
            return Encoding.UTF8.GetString(changed.WrittenSpan);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    private static void Value(ref Utf8JsonReader reader, Utf8JsonWriter writer, PersonalText texts, Treatment treatment, bool isForeign, string? parent, bool isBase64)
    {
        isForeign |= treatment is Treatment.Foreign;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Members(ref reader, writer, texts, isForeign, parent);
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                    Value(ref reader, writer, texts, treatment, isForeign, parent, isBase64);
                writer.WriteEndArray();
                break;
            case JsonTokenType.String when treatment is Treatment.Kept && !reader.ValueIsEscaped:
                writer.WriteStringValue(reader.ValueSpan);
                break;
            case JsonTokenType.String:
                writer.WriteStringValue(Text(reader.GetString()!, texts, treatment, isBase64));
                break;
            case JsonTokenType.Number when treatment is not Treatment.Kept && Digits(reader.ValueSpan) >= PersonalText.FewestDigits:
                // Of our own members a number stays one, so that the message can be read.
                if (isForeign)
                    writer.WriteStringValue(texts.Hide(Encoding.UTF8.GetString(reader.ValueSpan), isName: false));
                else
                    writer.WriteNumberValue(0);
                break;
            default:
                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }
    }

    private static void Members(ref Utf8JsonReader reader, Utf8JsonWriter writer, PersonalText texts, bool isForeign, string? parent)
    {
        writer.WriteStartObject();
        var (isExchange, isBase64) = (false, false);
        Span<char> name = stackalloc char[256];
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var length = reader.ValueSpan.Length <= name.Length ? reader.CopyString(name) : -1;
            if (length < 0 || !texts.IsPlain(name[..length]))
            {
                // A name that could be somebody's cannot be hidden without becoming another's.
                reader.Skip();
                continue;
            }
            var treatment = PersonalNames.Of(name[..length], isForeign, parent, out var self);
            isExchange |= !isForeign && name[..length] is "document" or "endpoint";
            if (treatment is Treatment.Response)
                treatment = isExchange ? Treatment.Payload : Treatment.Text;
            writer.WritePropertyName(name[..length]);
            reader.Read();
            isBase64 |= !isForeign && name[..length] is "base64" && reader.TokenType is JsonTokenType.True;
            Value(ref reader, writer, texts, treatment, isForeign, self, !isForeign && name[..length] is "body" && (isBase64 || IsBase64(reader)));
        }
        writer.WriteEndObject();
    }

    private static string Text(string text, PersonalText texts, Treatment treatment, bool isBase64) => treatment switch
    {
        Treatment.Kept => text,
        Treatment.Text => texts.Text(text),
        Treatment.Url => texts.Url(text),
        Treatment.Filter => texts.Filter(text),
        Treatment.Value when Guid.TryParseExact(text, "D", out _) => text,
        Treatment.Payload when isBase64 => Convert.ToBase64String(Encoding.UTF8.GetBytes(texts.HideAll(text))),
        Treatment.Payload => Payload(text, texts),
        _ => texts.Hide(text, treatment is Treatment.Name),
    };

    /// <summary>A payload in the form it came in; what cannot be read is hidden whole.</summary>
    private static string Payload(string text, PersonalText texts)
    {
        if (text.AsSpan().TrimStart() is not ['{' or '[', ..])
            return texts.Form(text) ?? texts.HideAll(text);
        try
        {
            return Change(text, texts, isForeign: true);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for escapes that are no character
        {
            return texts.HideAll(text);
        }
    }

    /// <summary>Whether the payload that was read is in base64: that is said behind it.</summary>
    private static bool IsBase64(Utf8JsonReader ahead)
    {
        while (ahead.Read() && ahead.TokenType is JsonTokenType.PropertyName)
        {
            var isIt = ahead.ValueTextEquals("base64"u8);
            ahead.Read();
            if (isIt)
                return ahead.TokenType is JsonTokenType.True;
            ahead.Skip();
        }
        return false;
    }

    private static int Digits(ReadOnlySpan<byte> number)
    {
        var digits = 0;
        foreach (var c in number)
            digits += c is >= (byte)'0' and <= (byte)'9' ? 1 : 0;
        return digits;
    }
}
