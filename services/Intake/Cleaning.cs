using System.Buffers;
using System.Text;

namespace LeadRelay.Intake;

/// <summary>What every value of a body goes through, whatever it means.</summary>
public static class Cleaning
{
    private static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, 256).Select(c => (char)c).Where(char.IsControl)]);

    /// <summary>Without control characters (a line break or tab is a space) and outer spaces.</summary>
    public static string Clean(string value)
    {
        if (!value.AsSpan().ContainsAny(Controls))
            return value.Trim();
        var clean = new StringBuilder(value.Length);
        foreach (var c in value)
        {
            if (c is '\r' or '\n' or '\t')
                clean.Append(' ');
            else if (!char.IsControl(c))
                clean.Append(c);
        }
        return clean.ToString().Trim();
    }

    /// <summary>At most so long, without cutting a character in two.</summary>
    public static string Cut(string value, int longest) =>
        value.Length <= longest ? value : value[..(char.IsHighSurrogate(value[longest - 1]) ? longest - 1 : longest)].TrimEnd();

    /// <summary>A person's name: one space between words.</summary>
    public static string Collapse(string value) => string.Join(' ', value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
