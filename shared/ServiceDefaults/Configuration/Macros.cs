using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>The macros of postback templates: which there are, and how a template is taken apart. Rendering is the dispatcher's.</summary>
public static partial class Macros
{
    internal const string SingleBraces = "Macros are written in single braces, as {click_id}.";
    internal const string RawElsewhere = "{raw:NAME} is for URLs and forms, where values are URL-encoded; here write {NAME}.";

    private const string Raw = "raw:";
    private const string Mapping = "status:";

    /// <summary>Canonical names, without <c>sub1</c>…<c>sub15</c>, <c>param.NAME</c>, <c>status:…</c>, <c>raw:…</c> and references to secrets.</summary>
    public static readonly IReadOnlyList<string> Names =
        ["click_id", "status", "event", "payout", "currency", "tid", "order_id", "lead_id", "comment", "campaign", "timestamp"];

    /// <summary>All there are but secrets, for people.</summary>
    public static readonly string Listed = $"{{{string.Join("}, {", Names)}}}, {{sub1}} to {{sub15}}, {{param.NAME}}, {{status:EVENT=WORD,…}}, {{raw:NAME}}";

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
            yield return new Part(IsRaw(name) ? Raw + Canonical(Plain(name)) : Canonical(name), true);
            at = match.Index + match.Length;
        }
        if (at < template.Length)
            yield return new Part(template[at..], false);
    }

    /// <summary>True for <c>env:NAME</c> and <c>file:PATH</c>: a macro whose value is a secret.</summary>
    public static bool IsSecret(string name) =>
        name.StartsWith("env:", StringComparison.Ordinal) || name.StartsWith("file:", StringComparison.Ordinal);

    /// <summary>True for <c>raw:NAME</c>: the value is not URL-encoded, but for what cannot stand in a URL.</summary>
    public static bool IsRaw(string name) => name.StartsWith(Raw, StringComparison.Ordinal);

    /// <summary>The name without <c>raw:</c>.</summary>
    public static string Plain(string name) => IsRaw(name) ? name[Raw.Length..] : name;

    /// <summary>True for <c>status:EVENT=WORD,…</c>: the status in words that are written in the macro itself.</summary>
    public static bool IsMapping(string name) => name.StartsWith(Mapping, StringComparison.Ordinal);

    /// <summary>The word that <c>status:EVENT=WORD,…</c> has for an event; null where it has none.</summary>
    public static string? WordFor(string mapping, StatusEvent statusEvent) =>
        Pairs(mapping).FirstOrDefault(pair => Words.Of<StatusEvent>().TryGetValue(pair.Event, out var known) && known == statusEvent).Word;

    /// <summary>Why a name between braces cannot be used in a postback, as a sentence; null when it can.</summary>
    public static string? FaultOf(string name)
    {
        if (IsSecret(name))
            return SecretReference.FaultOf(name);
        if (IsMapping(name))
            return FaultOfMapping(name);
        if (IsRaw(name))
            return Plain(name) is var plain && (IsSecret(plain) || IsMapping(plain) || IsRaw(plain)) ? "{raw:NAME} takes the name of a value, as {raw:click_id}." : FaultOf(plain);
        if (Names.Contains(name) || SubId().IsMatch(name) || (name.StartsWith("param.", StringComparison.Ordinal) && name.Length > 6))
            return null;
        return Mistaken.TryGetValue(name, out var hint)
            ? $"{{{name}}}: {hint}."
            : $"{{{name}}} is not a macro; there are {Listed}.";
    }

    private static string? FaultOfMapping(string mapping)
    {
        var pairs = Pairs(mapping).ToList();
        var events = Words.Of<StatusEvent>().Keys;
        return pairs.Find(pair => !events.Contains(pair.Event)) is { Event: { } unknown } ? $"{{{mapping}}}: \"{unknown}\" is no event; there are {string.Join(", ", events)}, written as {{status:approve=sale,cancel=rejected}}."
            : pairs.Exists(pair => pair.Word is "" || pair.Word.AsSpan().ContainsAny('"', '\\', '&')) ? $"{{{mapping}}}: each event needs a word without quotes, backslashes and &, as {{status:approve=sale,cancel=rejected}}; leave out the events that are not to be sent."
            : pairs.DistinctBy(pair => pair.Event).Count() < pairs.Count ? $"{{{mapping}}} has an event twice; keep one of the two."
            : null;
    }

    private static IEnumerable<(string Event, string Word)> Pairs(string mapping) =>
        mapping[Mapping.Length..].Split(',').Select(pair => pair.Split('=', 2)).Select(pair => (pair[0].Trim(), pair is [_, var word] ? word.Trim() : ""));

    private static string Canonical(string name) => Aliases.GetValueOrDefault(name, name);

    [GeneratedRegex(@"\{([^{}]+)\}")]
    private static partial Regex Braces();

    [GeneratedRegex("""\{(status:[^{}"\\&]+|[A-Za-z0-9_.:/-]+)\}""")]
    private static partial Regex BracesInBody();

    [GeneratedRegex(@"^sub([1-9]|1[0-5])$")]
    private static partial Regex SubId();
}
