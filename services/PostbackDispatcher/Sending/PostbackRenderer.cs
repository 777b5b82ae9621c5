using System.Security;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using System.Xml;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>
/// Fills the macros of a template, and shows the result twice: to the tracker with the secrets in it, to people without.
/// Values are escaped as their place wants it, the template itself is never touched.
/// </summary>
public static partial class PostbackRenderer
{
    /// <summary>Stands for a secret.</summary>
    public const string Mask = Credentials.Mask;

    /// <param name="value">Value of a macro; null renders as nothing.</param>
    public static RenderedPostback Render(PostbackTemplate template, Func<string, string?> value) => new(
        template.Method,
        Fill(Macros.Parse(template.Url), value, Uri.EscapeDataString),
        template.Headers.ToDictionary(header => header.Key, header => (IReadOnlyList<RenderedPiece>)Fill(Macros.Parse(header.Value), value, ForHeader)),
        template.Body?.ContentType,
        template.Body is { } body ? Fill(Macros.ParseBody(body.Template), value, EscapeFor(body.ContentType)) : null);

    /// <param name="secret">Value of a reference to a secret.</param>
    public static PostbackRequest Reveal(RenderedPostback postback, Func<string, string> secret)
    {
        string Text(IReadOnlyList<RenderedPiece> pieces, Func<string, string> escape) =>
            string.Concat(pieces.Select(piece => piece.Secret is { } reference ? escape(secret(reference)) : piece.Text));
        return new PostbackRequest(
            postback.Method,
            Text(postback.Url, Uri.EscapeDataString),
            postback.Headers.ToDictionary(header => header.Key, header => Text(header.Value, ForHeader)),
            postback.ContentType,
            postback.Body is null ? null : Text(postback.Body, EscapeFor(postback.ContentType!)));
    }

    /// <summary>What people may see.</summary>
    public static SentRequest Masked(RenderedPostback postback) => new(
        postback.Method,
        Credentials.Masked(Masked(postback.Url)),
        postback.Headers.ToDictionary(header => header.Key, header => KnownHeaders().IsMatch(header.Key) ? Mask : Masked(header.Value)),
        postback.ContentType,
        postback.Body is null ? null : KnownMembers().Replace(KnownFields().Replace(Masked(postback.Body), "$1" + Mask), $"$1\"{Mask}\""));

    /// <summary>Credentials that stand in the template itself, as <see cref="Masked(RenderedPostback)"/> hides them.</summary>
    public static IEnumerable<string> WrittenOut(RenderedPostback postback)
    {
        static IEnumerable<string> Values(Regex known, IReadOnlyList<RenderedPiece>? pieces) => known.Matches(Masked(pieces ?? [])).Select(match => match.Value[match.Groups[1].Length..].Trim('"'));
        return Values(Credentials.Parameters(), postback.Url).Concat(Values(KnownFields(), postback.Body)).Concat(Values(KnownMembers(), postback.Body))
            .Concat(postback.Headers.Where(header => KnownHeaders().IsMatch(header.Key)).Select(header => Masked(header.Value)))
            .Select(value => Uri.UnescapeDataString(value)).Where(value => !value.Contains(Mask, StringComparison.Ordinal));
    }

    private static string Masked(IReadOnlyList<RenderedPiece> pieces) => string.Concat(pieces.Select(piece => piece.Text ?? Mask));

    private static List<RenderedPiece> Fill(IEnumerable<Macros.Part> parts, Func<string, string?> value, Func<string, string> escape)
    {
        var pieces = new List<RenderedPiece>();
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            if (!part.IsMacro || !Macros.IsSecret(part.Text))
            {
                text.Append(part.IsMacro ? (Macros.IsRaw(part.Text) ? Raw : escape)(value(Macros.Plain(part.Text)) ?? "") : part.Text);
                continue;
            }
            pieces.Add(new RenderedPiece(text.ToString()));
            pieces.Add(new RenderedPiece(null, part.Text));
            text.Clear();
        }
        pieces.Add(new RenderedPiece(text.ToString()));
        return pieces;
    }

    /// <summary>As it is, but for what cannot stand in a URL.</summary>
    private static string Raw(string text) => NotOfUrls().Replace(text, strange => Uri.EscapeDataString(strange.Value));

    private static Func<string, string> EscapeFor(string contentType) =>
        contentType.Contains("json", StringComparison.OrdinalIgnoreCase) ? JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode
        : PostbackBody.IsForm(contentType) ? Uri.EscapeDataString
        : contentType.Contains("xml", StringComparison.OrdinalIgnoreCase) ? ForXml
        : text => text;

    /// <summary>A header's value is printable ASCII; what is not is URL-encoded, line breaks above all.</summary>
    private static string ForHeader(string text) => NotPrintable().Replace(text, match => Uri.EscapeDataString(match.Value));

    /// <summary>Line breaks and tabs survive in attributes, too; what XML 1.0 has no way to write is left out.</summary>
    private static string ForXml(string text) => string.Concat(text.EnumerateRunes().Select(rune => rune.Value switch
    {
        '\t' or '\n' or '\r' => $"&#{rune.Value};",
        _ when rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) => "",
        _ => SecurityElement.Escape(rune.ToString()),
    }));

    /// <summary>What cannot stand in a URL at all, and the # that would cut it off.</summary>
    [GeneratedRegex(@"[^A-Za-z0-9\-._~:/?@!$&'()*+,;=%\[\]]+")]
    private static partial Regex NotOfUrls();

    /// <summary>What <see cref="Credentials.Parameters"/> are, in a body, where they may be part of a URL in quotes.</summary>
    [GeneratedRegex("""((?:^|[?&])""" + Credentials.Names + """=)[^&#"<\s]+""", RegexOptions.IgnoreCase)]
    private static partial Regex KnownFields();

    /// <summary>The same in JSON.</summary>
    [GeneratedRegex(@"(""" + Credentials.Names + @"""\s*:\s*)(?:""(?:[^""\\]|\\.)+""|-?[0-9][^\s,}\]]*)", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex KnownMembers();

    [GeneratedRegex("authorization|cookie|key|token|secret|password", RegexOptions.IgnoreCase)]
    private static partial Regex KnownHeaders();

    [GeneratedRegex(@"[^\x20-\x7E]+")]
    private static partial Regex NotPrintable();
}
