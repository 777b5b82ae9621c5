using System.Text.Json;
using System.Text.RegularExpressions;

namespace LeadRelay.Intake;

/// <summary>Cuts API keys out of payloads before anybody else sees them.</summary>
public static partial class Credentials
{
    public const string Mask = "***";

    /// <summary>Names under which a body may carry the key.</summary>
    public static readonly IReadOnlySet<string> Names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "api_key", "apikey", "api-key" };

    /// <summary>Valid JSON with the values of credentials replaced; every other byte stays.</summary>
    public static byte[] CutFromJson(ReadOnlySpan<byte> json)
    {
        var (kept, copied) = (new List<byte>(json.Length), 0);
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is not JsonTokenType.PropertyName || !Names.Contains(reader.GetString()!))
                continue;
            reader.Read();
            kept.AddRange(json[copied..(int)reader.TokenStartIndex]);
            kept.AddRange("\"***\""u8);
            reader.Skip();
            copied = (int)reader.BytesConsumed;
        }
        kept.AddRange(json[copied..]);
        return [.. kept];
    }

    /// <summary>Text of no known form with whatever looks like a credential replaced.</summary>
    public static string CutFromText(string text) => KeyInText().Replace(text, "$1" + Mask);

    [GeneratedRegex("""(api[_-]?key["'\s]*(?:[:=]|%3D)\s*)("[^"]*"?|'[^']*'?|[^&\s,;}<]+)""", RegexOptions.IgnoreCase)]
    private static partial Regex KeyInText();
}
