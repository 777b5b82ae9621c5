using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>The macros of postback templates: which there are, and how a template is taken apart. Rendering is the dispatcher's.</summary>
public static partial class Macros
{
    internal const string SingleBraces = "Macros are written in single braces, as {click_id}.";

    /// <summary>Canonical names, without <c>sub1</c>…<c>sub15</c>, <c>param.NAME</c> and references to secrets.</summary>
    public static readonly IReadOnlyList<string> Names =
        ["click_id", "status", "event", "payout", "currency", "order_id", "lead_id", "comment", "campaign", "timestamp"];

    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["click"] = "click_id", ["clickid"] = "click_id", ["lead"] = "lead_id", ["reason"] = "comment",
    };

    /// <summary>Names that a person may well write but that are not ours, with what to do about it.</summary>
    private static readonly Dictionary<string, string> Mistaken = new(StringComparer.OrdinalIgnoreCase)
    {
        ["subid"] = "Keitaro's macro belongs in the traffic link; here use {click}",
        ["sub_id"] = "that macro belongs in the tracker's traffic link; here use {click}",
    };

    /// <summary>One piece of a template: literal text, or the canonical name of a macro.</summary>
    public readonly record struct Part(string Text, bool IsMacro);

    /// <summary>Takes the template of a URL or a header apart: whatever stands between braces is a macro.</summary>
    public static IEnumerable<Part> Parse(string template) => Parse(template, Braces());

    /// <summary>Takes the template of a body apart, where braces are ordinary characters: a macro is what has the form of a name between them.</summary>
    public static IEnumerable<Part> ParseBody(string template) => Parse(template, BracesInBody());

    private static IEnumerable<Part> Parse(string template, Regex braces)
    {
        var at = 0;
        foreach (Match match in braces.Matches(template))
        {
            if (match.Index > at)
                yield return new Part(template[at..match.Index], false);
            var name = match.Groups[1].Value;
            yield return new Part(Aliases.GetValueOrDefault(name, name), true);
            at = match.Index + match.Length;
        }
        if (at < template.Length)
            yield return new Part(template[at..], false);
    }

    /// <summary>True for <c>env:NAME</c> and <c>file:PATH</c>: a macro whose value is a secret.</summary>
    public static bool IsSecret(string name) =>
        name.StartsWith("env:", StringComparison.Ordinal) || name.StartsWith("file:", StringComparison.Ordinal);

    /// <summary>Why a name between braces cannot be used in a postback, as a sentence; null when it can.</summary>
    public static string? FaultOf(string name)
    {
        if (IsSecret(name))
            return SecretReference.FaultOf(name);
        if (Names.Contains(name) || SubId().IsMatch(name) || (name.StartsWith("param.", StringComparison.Ordinal) && name.Length > 6))
            return null;
        return Mistaken.TryGetValue(name, out var hint)
            ? $"{{{name}}}: {hint}."
            : $"{{{name}}} is not a macro; there are {{{string.Join("}, {", Names)}}}, {{sub1}} to {{sub15}}, {{param.NAME}}.";
    }

    [GeneratedRegex(@"\{([^{}]+)\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"\{([A-Za-z0-9_.:/-]+)\}")]
    private static partial Regex BracesInBody();

    [GeneratedRegex(@"^sub([1-9]|1[0-5])$")]
    private static partial Regex SubId();
}
