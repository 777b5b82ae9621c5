using System.Text.Json;
using System.Text.RegularExpressions;

namespace LeadRelay.Intake;

/// <summary>Cuts API keys out of payloads before anybody else sees them.</summary>
public static partial class Credentials
{
    public const string Mask = "***";

    /// <summary>Names under which a body may carry the key; all have that word in them.</summary>
    public static readonly IReadOnlySet<string> Names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "api_key", "apikey", "api-key" };

    /// <summary>Whether a field is one of them or inside one, in whatever object, and with stray characters around it.</summary>
    public static bool IsName(string path) => path.Contains("key", StringComparison.OrdinalIgnoreCase) && path.Split('.').Any(part => Names.Contains(part.Trim(Strays)));

    private static readonly char[] Strays = [.. Enumerable.Range(0, 128).Select(c => (char)c).Where(c => !char.IsLetterOrDigit(c)), '\uFFFD'];

    /// <summary>Valid JSON with the values of credentials replaced; every other byte stays.</summary>
    public static byte[] CutFromJson(ReadOnlySpan<byte> json)
    {
        var (kept, copied) = (new List<byte>(json.Length), 0);
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is not JsonTokenType.PropertyName || !IsName(reader.GetString()!))
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

    /// <summary>Text with whatever looks like a credential replaced: in JSON, in JSON inside a text, in a form, in a part of a multipart body.</summary>
    public static string CutFromText(string text) => KeyInText().Replace(text, "$1" + Mask);

    /// <summary>A name, of which any letter may be escaped as in JSON or in a URL.</summary>
    private const string Name = @"(?:a|(?:\\u00|%)[46]1)(?:p|(?:\\u00|%)[57]0)(?:i|(?:\\u00|%)[46]9)(?:[_-]|(?:\\u00|%)5f|(?:\\u00|%)2d)?(?:k|(?:\\u00|%)[46]b)(?:e|(?:\\u00|%)[46]5)(?:y|(?:\\u00|%)[57]9)";

    // The value may also be a list or an object. The repetitions are bounded, so that no body makes the search slow.
    [GeneratedRegex("(" + Name + """(?:["'\s\\]|%2[27]){0,8}(?:[:=\n]|%3[AD])(?:["'\s\\]|%2[27]){0,8})(?!\*\*\*)((?<=["'])[^"'\\]+|[\[{][^\]}]*|[^&\s,;}<"'\\]+)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex KeyInText();
}
