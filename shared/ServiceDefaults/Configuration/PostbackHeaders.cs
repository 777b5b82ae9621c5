using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>Reads the headers of a postback.</summary>
internal static partial class PostbackHeaders
{
    private const int Most = 20;

    /// <summary>What belongs to the connection or to the relay, or would change what comes back.</summary>
    private static readonly FrozenSet<string> NotOurs = FrozenSet.ToFrozenSet(
        ["host", "transfer-encoding", "te", "trailer", "connection", "keep-alive", "upgrade", "expect", "cookie", "cookie2", "user-agent", "accept-encoding", "range",
         "date", "via", "forwarded", "allow", "expires", "last-modified"], StringComparer.OrdinalIgnoreCase);

    public static Dictionary<string, string> Read(Section section)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, node) in section.Entries())
        {
            var at = node.Unshown;
            if (FaultOfName(name) is { } why)
                at.Fail<object>(why);
            else if (headers.ContainsKey(name))
                at.Fail<object>("This header stands twice, as letter case does not matter in its name; remove one of the two.");
            headers[name] = ReadValue(name, at) ?? "";
            if (headers.Count == Most + 1)
                at.Fail<object>("There are more than 20 headers; remove some.");
        }
        return headers;
    }

    private static string? FaultOfName(string name) =>
        !Token().IsMatch(name) ? "A header's name should be of letters, digits and -, without spaces."
        : name.Equals("content-type", StringComparison.OrdinalIgnoreCase) ? "Leave this header out: form and json say what they are, and a body has content_type."
        : NotOurs.Contains(name) || Reserved().IsMatch(name) ? "The relay sets this header itself, or does without it; remove it."
        : null;

    private static string? ReadValue(string name, Node node)
    {
        if (node.Text() is not { } text)
            return null;
        if (SecretReference.FaultOf(text) is null)
            text = $"{{{text}}}";
        if (FaultOfValue(text) is { } why)
            return node.Fail<string>(why);
        return Credential().IsMatch(name) && !Macros.Parse(text).Any(part => part.IsMacro) ? node.Fail<string>(SecretReference.Advice) : text;
    }

    private static string? FaultOfValue(string text) =>
        text.Any(c => c is < ' ' or > '~') ? "A header's value is of printable ASCII; write the rest URL-encoded, as %C3%BC."
        : text.Contains("{{", StringComparison.Ordinal) || text.Contains("${", StringComparison.Ordinal) ? Macros.SingleBraces
        : Macros.Parse(text).Any(part => part.IsMacro && Macros.IsRaw(part.Text)) ? Macros.RawElsewhere
        : Macros.Parse(text).Select(PostbackUrl.FaultOf).FirstOrDefault(why => why is not null);

    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+.^_`|~-]+\z")]
    private static partial Regex Token();

    [GeneratedRegex("^(content|proxy)-", RegexOptions.IgnoreCase)]
    private static partial Regex Reserved();

    [GeneratedRegex("authorization|key|token|secret|password", RegexOptions.IgnoreCase)]
    private static partial Regex Credential();
}
