using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace LeadRelay;

/// <summary>Texts without the person in them.</summary>
/// <param name="erases">Nothing is left to recognise it by.</param>
internal sealed partial class PersonalText(bool erases)
{
    private const string Dots = "•••";

    /// <summary>A number that somebody can be called at has at least so many digits.</summary>
    public const int FewestDigits = 7;

    /// <summary>Longest mailbox there may be, in characters (RFC 5321). Without an end to looking back for one, a text of signs alone takes the square of its length.</summary>
    private const int LongestMailbox = 64;

    /// <summary>A text that may not be seen: <c>A•••</c>, <c>+49•••78</c>, <c>a•••@•••</c>, <c>•••</c>. One that looks like that already stays.</summary>
    public string Hide(ReadOnlySpan<char> text, bool isName)
    {
        if (erases || text.IsEmpty)
            return "";
        if (text.Contains('•') && IsHidden().IsMatch(text))
            return text.ToString();
        text = text.Trim();
        if (text.IndexOf('@') > 0)
            return $"{First(text)}{Dots}@{Dots}";
        if (IsPhone().IsMatch(text))
            return Number(text);
        return isName && !text.IsEmpty ? First(text) + Dots : Dots;
    }

    /// <summary>A text that nobody can read a part of.</summary>
    public string HideAll(string text) => erases || text is "" ? "" : Dots;

    /// <summary>Free text, which may name the person anywhere.</summary>
    public string Text(string text) => erases ? "" : Scrub(text);

    /// <summary>Free text without e-mail addresses and phone numbers. UUIDs and dates are none.</summary>
    /// <param name="isUrl">Only numbers that are led by a plus are meant: ids are digits, too.</param>
    public string Scrub(string text, bool isUrl = false)
    {
        if (text.Contains('@') || text.Contains("%40", StringComparison.Ordinal))
            text = WithoutEmails(text);
        return Digits(text) < FewestDigits ? text : WithoutPhones(text, isUrl);
    }

    /// <summary>What somebody looked for.</summary>
    public string Filter(string query) => erases ? "" : Scrub(query, isUrl: true);

    /// <summary>A URL that a tracker was called at.</summary>
    public string Url(string url)
    {
        if (url.IndexOf('?') is not (>= 0 and var at))
            return Scrub(url, isUrl: true);
        var query = url[(at + 1)..].Split('&').Select(pair =>
        {
            if (pair.Split('=', 2) is not [var name, var value])
                return Scrub(pair, isUrl: true);
            var treatment = PersonalNames.InUrl(WebUtility.UrlDecode(name));
            if (treatment is Treatment.Personal or Treatment.Name || (erases && treatment is not Treatment.Kept))
                return $"{name}={Encode(Hide(WebUtility.UrlDecode(value), treatment is Treatment.Name))}";
            if (treatment is not Treatment.Text)
                return $"{name}={Scrub(value, isUrl: true)}";
            var text = WebUtility.UrlDecode(value);
            return Scrub(text) is var scrubbed && scrubbed == text ? pair : $"{name}={Encode(scrubbed)}";
        });
        return $"{Scrub(url[..at], isUrl: true)}?{string.Join('&', query)}";
    }

    /// <summary>A form, or a query string; null if it is none.</summary>
    public string? Form(string text)
    {
        var pairs = text.Split('&');
        return pairs[0].IndexOf('=') is > 0 and var end && IsFormName(NameOf(pairs[0][..end])) ? string.Join('&', pairs.Select(Pair)) : null;
    }

    /// <summary>Whether a name can be shown that somebody else has chosen.</summary>
    public bool IsPlain(ReadOnlySpan<char> name)
    {
        var digits = 0;
        foreach (var c in name)
        {
            if (c is '@' or '%' || (char.IsDigit(c) && ++digits >= FewestDigits))
                return Scrub(name.ToString()) is var scrubbed && name.SequenceEqual(scrubbed);
        }
        return true;
    }

    private string Pair(string pair)
    {
        if (pair is "")
            return "";
        if (pair.Split('=', 2) is not [var encodedName, var encoded] || NameOf(encodedName) is not { } name || !IsFormName(name))
            return HideAll(pair);
        var value = WebUtility.UrlDecode(encoded);
        var treatment = PersonalNames.Of(name, isForeign: true, null, out _);
        if (treatment is Treatment.Kept && !ManyFields().IsMatch(value))
            return pair;
        var shown = treatment switch
        {
            Treatment.Text => Text(value),
            Treatment.Value when Guid.TryParseExact(value, "D", out _) => value,
            _ => Hide(value, treatment is Treatment.Name),
        };
        return shown == value ? pair : $"{encodedName}={Encode(shown)}";
    }

    private static string NameOf(string encoded) => WebUtility.UrlDecode(encoded).TrimStart('?');

    private bool IsFormName(string name) => FormName().IsMatch(name) && IsPlain(name);

    private static string Encode(string text) =>
        Uri.EscapeDataString(text).Replace("%E2%80%A2", "•", StringComparison.Ordinal).Replace("%40", "@", StringComparison.Ordinal);

    private static string First(ReadOnlySpan<char> text) => Rune.DecodeFromUtf16(text, out var first, out _) is System.Buffers.OperationStatus.Done ? first.ToString() : "";

    /// <summary>The first two digits and the last two.</summary>
    private static string Number(ReadOnlySpan<char> text)
    {
        Span<char> ends = stackalloc char[4];
        var count = 0;
        foreach (var c in text)
        {
            if (!char.IsDigit(c))
                continue;
            if (count < 2)
                ends[count] = c;
            (ends[2], ends[3], count) = (ends[3], c, count + 1);
        }
        return $"{(text[0] is '+' ? "+" : "")}{ends[..2]}{Dots}{ends[2..]}";
    }

    private string WithoutEmails(string text)
    {
        var (kept, from) = (new StringBuilder(), 0);
        for (var i = 0; i < text.Length; i++)
        {
            var sign = text[i] is '@' ? 1 : text.AsSpan(i).StartsWith("%40") ? 3 : 0;
            if (sign is 0)
                continue;
            var (start, end) = (i, i + sign);
            while (start > from && i - start < LongestMailbox && IsOfMailbox(text[start - 1]))
                start--;
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '.' or '-'))
                end++;
            if (start == i || end == i + sign)
                continue;
            kept.Append(text, from, start - from).Append(erases ? Dots : $"{text[start]}{Dots}@{Dots}");
            (from, i) = (end, end - 1);
        }
        return from is 0 ? text : kept.Append(text, from, text.Length - from).ToString();

        static bool IsOfMailbox(char c) => char.IsLetterOrDigit(c) || c is '.' or '_' or '%' or '+' or '-' or '\'';
    }

    private string WithoutPhones(string text, bool isUrl)
    {
        var (kept, from) = (new StringBuilder(), 0);
        for (var i = 0; i < text.Length;)
        {
            if (!char.IsLetterOrDigit(text[i]))
            {
                i++;
                continue;
            }
            var isWordsBeginning = i is 0 || !char.IsLetterOrDigit(text[i - 1]);
            if (isWordsBeginning && i + 36 <= text.Length && text[i + 8] is '-' && Guid.TryParseExact(text.AsSpan(i, 36), "D", out _))
            {
                i += 36;
                continue;
            }
            if (!char.IsDigit(text[i]))
            {
                i++;
                continue;
            }
            if (isWordsBeginning && i + 8 <= text.Length && DateLength(text, i) is > 0 and var length)
            {
                i += length;
                continue;
            }
            var (end, digits) = Run(text, i, isUrl);
            if (digits >= FewestDigits && (!isUrl || text.AsSpan(0, i) is [.., '+'] or [.., '%', '2', 'B' or 'b']))
            {
                kept.Append(text, from, i - from).Append(erases ? Dots : Number(text.AsSpan(i, end - i)));
                from = end;
            }
            i = end;
        }
        return from is 0 ? text : kept.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>Digits with at most three signs between two of them.</summary>
    private static (int End, int Digits) Run(string text, int start, bool isUrl)
    {
        var (end, digits) = (start, 0);
        for (var i = start; i < text.Length && i - end <= 3; i++)
        {
            if (char.IsDigit(text[i]))
                (end, digits) = (i + 1, digits + 1);
            else if (isUrl && text.AsSpan(i).StartsWith("%20"))
                i += 2;
            else if (text[i] is not (' ' or '-' or '(' or ')' or '.' or '/' or '\u00A0') && !(isUrl && text[i] is '+'))
                break;
        }
        return (end, digits);
    }

    private static int DateLength(string text, int start)
    {
        foreach (var match in Date().EnumerateMatches(text.AsSpan(start, Math.Min(40, text.Length - start))))
            return match.Length;
        return 0;
    }

    private static int Digits(string text)
    {
        var digits = 0;
        foreach (var c in text)
            digits += char.IsDigit(c) ? 1 : 0;
        return digits;
    }

    [GeneratedRegex(@"\A(([\uD800-\uDBFF][\uDC00-\uDFFF]|[\s\S])?•••(@•••)?|\+?[0-9]{2}•••[0-9]{2})\z")]
    private static partial Regex IsHidden();

    [GeneratedRegex(@"\A\+?(?:[ ()/-]{0,3}[0-9]){7,15}[ )]?\z")]
    private static partial Regex IsPhone();

    [GeneratedRegex(@"\A\$?[\p{L}\p{Nd}_.\-\[\]]{1,100}\z")]
    private static partial Regex FormName();

    /// <summary>What is no value alone: a form written line by line, or with other signs between its fields.</summary>
    [GeneratedRegex(@"[\p{Cc};]")]
    private static partial Regex ManyFields();

    /// <summary>Not where more digits come than those of a time: then it is a phone number in groups.</summary>
    [GeneratedRegex(@"\A([0-9]{4}-[01][0-9]-[0-3][0-9]([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?|[0-3]?[0-9]([./-])[01]?[0-9]\6(20)?[0-9]{2})(?![0-9])(?![ ./()-]{1,3}[0-9](?![0-9]?:[0-9]))")]
    private static partial Regex Date();
}
