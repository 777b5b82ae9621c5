using System.Net;
using System.Text;

namespace LeadRelay.Intake;

/// <summary>Reads <c>application/x-www-form-urlencoded</c>.</summary>
public static class FormBody
{
    /// <summary>Puts the fields into the bag; what may be kept of the body comes back.</summary>
    /// <param name="text">One char per byte.</param>
    public static string Read(string text, FieldBag fields)
    {
        var kept = new List<string>();
        foreach (var pair in text.Split('&'))
        {
            var (name, value) = pair.Split('=', 2) is [var left, var right] ? (left, right) : (pair, "");
            var isKey = fields.Add(Path(Decode(name)), Decode(value));
            kept.Add(isKey ? $"{name}={Credentials.Mask}" : pair);
        }
        return string.Join('&', kept);
    }

    /// <summary><c>client[phone]</c> as <c>client.phone</c>.</summary>
    public static string Path(string name) => name.Trim().Replace('[', '.').Replace("]", "", StringComparison.Ordinal);

    private static string Decode(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        return Encoding.UTF8.GetString(WebUtility.UrlDecodeToBytes(bytes, 0, bytes.Length));
    }
}
