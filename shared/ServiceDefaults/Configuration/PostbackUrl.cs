using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>The rules for the URL of a postback with macros in it. The sentences do not repeat the URL: it may hold a key.</summary>
internal static partial class PostbackUrl
{
    /// <summary>Characters of a template: far more than any tracker needs, and no more than servers read.</summary>
    private const int Limit = 4000;

    /// <summary>Why a URL cannot be a template; null when it can.</summary>
    public static string? FaultOf(string url)
    {
        if (url.Length > Limit)
            return "It is longer than 4,000 characters; send less, or send it in the body of a POST.";
        if (Authority().Match(url) is not { Success: true } match)
            return "It should be an absolute URL that begins with https:// or http://.";
        var authority = match.Groups[1].Value;
        if (authority.Contains('{') || authority.Contains('}'))
            return "It has a macro in its host or port; write the host out, macros belong in the path and the query.";
        if (authority.Contains('@'))
            return "It has a user name before the host (@); pass credentials as the tracker's own parameters.";
        if (authority.Split(':')[0] is var host && !Ascii.IsValid(host))
            return $"Its host is not of ASCII letters, and URLs are sent to the letter; write the host {(Punycode(host) is { } ascii ? $"as {ascii}" : "in punycode (xn--…)")}.";
        if (url.Contains('#'))
            return "It has a fragment (#), which is never sent to a server; remove it, or write %23.";
        if (FaultOfText(url) is { } why)
            return why;
        return Uri.TryCreate(Filled(url), UriKind.Absolute, out var parsed) && parsed.Host is not "" ? null : "It is not a valid URL; check its host and port.";
    }

    /// <summary>Why a text with macros (a URL, a parameter's value) cannot be used; null when it can.</summary>
    public static string? FaultOfText(string text)
    {
        // The words within {status:…} are values, and encoded like any other.
        if (Macros.Parse(text).Any(part => !(part.IsMacro && Macros.IsMapping(part.Text)) && part.Text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '\\')))
            return "It has white space or a backslash in it; write %20 or %5C.";
        if (text.Contains("{{", StringComparison.Ordinal) || text.Contains("${", StringComparison.Ordinal))
            return Macros.SingleBraces;
        foreach (var part in Macros.Parse(text))
        {
            if (FaultOf(part) is { } why)
                return why;
            if (!part.IsMacro && !Ascii.IsValid(part.Text))
                return "It has a character in it that is not ASCII, and it is sent to the letter; write it percent-encoded, as %C3%BC.";
        }
        return ParametersOf(text).Select(p => p.Value).FirstOrDefault(IsPlaceholder) is { } left
            ? $"{left.Trim('[', ']')} is a placeholder that somebody meant to be replaced; write a macro or a value."
            : null;
    }

    /// <summary>Why a piece of a URL or a header cannot be used; null when it can.</summary>
    public static string? FaultOf(Macros.Part part) =>
        part.IsMacro ? Macros.FaultOf(part.Text)
        : part.Text.Contains('{') || part.Text.Contains('}') ? "It has a brace without its counterpart; macros are written as {click_id}."
        : null;

    /// <summary>Scheme, host and port of a URL that has no fault.</summary>
    public static string TargetOf(string url) =>
        new Uri(Filled(url)).GetComponents(UriComponents.Scheme | UriComponents.Host | UriComponents.StrongPort, UriFormat.UriEscaped);

    /// <summary>Trackers hand their templates out with such values in them, and then count nothing that has one left.</summary>
    public static bool IsPlaceholder(string value) => Placeholder().IsMatch(value);

    /// <summary>The parameters in the query of a URL that has no fault, as they are written.</summary>
    public static IEnumerable<(string Name, string Value)> ParametersOf(string url) =>
        url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? url[(at + 1)..].Split('&').Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair is [_, var value] ? value : "")) : [];

    /// <summary>Null when a host cannot be one.</summary>
    private static string? Punycode(string host)
    {
        try { return new IdnMapping().GetAscii(host.ToLowerInvariant()); }
        catch (ArgumentException) { return null; }
    }

    private static string Filled(string url) => string.Concat(Macros.Parse(url).Select(p => p.IsMacro ? "x" : p.Text));

    [GeneratedRegex(@"^https?://([^/?#\\]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Authority();

    [GeneratedRegex(@"^\[?(REPLACE|OPTIONAL)\]?\z")]
    private static partial Regex Placeholder();
}
