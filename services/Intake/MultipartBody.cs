using System.Text;
using System.Text.RegularExpressions;

namespace LeadRelay.Intake;

/// <summary>Reads <c>multipart/form-data</c> (RFC 7578). The boundary is the body's first line, whatever the Content-Type says.</summary>
public static partial class MultipartBody
{
    /// <summary>Puts the fields into the bag; what may be kept of the body comes back, or null if no part has a name.</summary>
    /// <param name="text">One char per byte.</param>
    public static string? Read(string text, FieldBag fields, out List<string> warnings)
    {
        warnings = [];
        var start = text.IndexOf("--", StringComparison.Ordinal);
        var delimiter = "\n" + text[start..text.IndexOf('\n', start)].TrimEnd();
        var parts = ("\n" + text[start..]).Split(delimiter);
        var named = false;
        for (var i = 1; i < parts.Length; i++)
        {
            // A part: the rest of the delimiter's line, headers, an empty line, the value.
            if (Head().Match(parts[i]) is not { Success: true } head || Name().Match(head.Value) is not { Success: true } name)
                continue;
            named = true;
            var value = parts[i][head.Length..].TrimEnd('\r');
            var field = FormBody.Path(Utf8(name.Groups[1].Value));
            if (fields.Add(field, FileName().IsMatch(head.Value) && !Credentials.IsName(field) ? "" : Utf8(value)))
                parts[i] = head.Value + Credentials.Mask + "\r";
            else if (FileName().IsMatch(head.Value))
                warnings.Add($"{Cleaning.Cut(Cleaning.Clean(field), 100)} is a file; files are not read.");
        }
        return named ? string.Join(delimiter, parts)[1..] : null;
    }

    private static string Utf8(string latin1) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(latin1));

    [GeneratedRegex(@"^[ \t]*\r?\n([^\r\n]+\r?\n)*\r?\n")]
    private static partial Regex Head();

    [GeneratedRegex("""^content-disposition:[^\r\n]*?;\s*name="?([^"\r\n;]*)""", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Name();

    [GeneratedRegex(@"^content-disposition:[^\r\n]*;\s*filename\*?=", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex FileName();
}
