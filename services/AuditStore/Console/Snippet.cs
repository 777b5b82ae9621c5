using System.Globalization;
using System.Text;

namespace LeadRelay.AuditStore;

/// <summary>
/// A text from outside as it may stand in a line of ours: line breaks, and signs that nobody sees or that turn the line's
/// direction around, are one space, so that it cannot pass for something that we say.
/// </summary>
internal static class Snippet
{
    /// <param name="most">Characters, with the … of one that was cut.</param>
    public static string Of(string? text, int most)
    {
        var (line, isGap) = (new StringBuilder(), false);
        Span<char> character = stackalloc char[2];
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (IsGap(rune))
            {
                isGap = line.Length > 0;
                continue;
            }
            if (line.Length + (isGap ? 1 : 0) + rune.Utf16SequenceLength > most)
                return Cut(line, most);
            line.Append(isGap ? " " : "").Append(character[..rune.EncodeToUtf16(character)]);
            isGap = false;
        }
        return line.ToString();
    }

    private static string Cut(StringBuilder line, int most)
    {
        if (line.Length >= most)
            line.Length = most - 1;
        if (char.IsHighSurrogate(line[^1]))
            line.Length--;
        return line.ToString().TrimEnd() + "…";
    }

    private static bool IsGap(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
