using System.Text.Json;

namespace LeadRelay.Configuration;

/// <summary>
/// Reads <c>postbacks</c>: one template for every event, one tracker for every event it has a word for, or an object with a
/// template or tracker per event.
/// </summary>
internal static class PostbackReader
{
    public static readonly IReadOnlyDictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> None = new Dictionary<StatusEvent, IReadOnlyList<PostbackTemplate>>();

    public static IReadOnlyDictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> Read(Node node, Surroundings around) =>
        ReadEach(node, around).ToDictionary(each => each.Key, each => (IReadOnlyList<PostbackTemplate>)[each.Value]);

    private static Dictionary<StatusEvent, PostbackTemplate> ReadEach(Node node, Surroundings around) => node.Kind switch
    {
        JsonValueKind.String => ReadUrl(node.Unshown) is { } template ? Enum.GetValues<StatusEvent>().ToDictionary(e => e, _ => template) : [],
        JsonValueKind.Object => node.Object(s => s.Has("tracker") || s.Has("base") ? ReadTracker(s, around)?.Templates() ?? [] : ReadEvents(s, around)),
        _ => node.Fail<Dictionary<StatusEvent, PostbackTemplate>>("It should be a URL, a tracker with its base, or an object with one of these per event.") ?? [],
    };

    private static Dictionary<StatusEvent, PostbackTemplate> ReadEvents(Section section, Surroundings around)
    {
        var templates = new Dictionary<StatusEvent, PostbackTemplate>();
        foreach (var (word, statusEvent) in Words.Of<StatusEvent>())
        {
            if (section.Optional(word, n => ReadOne(n, word, statusEvent, around), null) is { } template)
                templates[statusEvent] = template;
        }
        return templates;
    }

    private static PostbackTemplate? ReadOne(Node node, string word, StatusEvent statusEvent, Surroundings around)
    {
        if (node.Kind is JsonValueKind.String)
            return ReadUrl(node.Unshown);
        if (node.Kind is not JsonValueKind.Object)
            return node.Fail<PostbackTemplate>("It should be a URL, or {\"tracker\":\"keitaro\",\"base\":\"https://…\"}.");
        if (node.Object(s => ReadTracker(s, around)) is not { } at)
            return null;
        return at.Templates().GetValueOrDefault(statusEvent)
            ?? node.Fail<PostbackTemplate>($"Tracker {at.Tracker.Name} has no word for {word}; remove this event, or add the word to trackers/{at.Tracker.Name}.json.");
    }

    private static TrackerAt? ReadTracker(Section section, Surroundings around)
    {
        var name = section.Required("tracker", n => around.ReadName(n, "trackers"));
        var baseUrl = section.Required("base", n => ReadBase(n.Unshown));
        return name is not null && baseUrl is not null && around.Trackers.TryGetValue(name, out var tracker) ? new TrackerAt(tracker, baseUrl) : null;
    }

    /// <summary>Text and not a URL type, as it may hold a macro for the tracker's key: it must stay as written.</summary>
    private static string? ReadBase(Node node) =>
        node.Text() is not { } text ? null
        : text.Contains('?') ? node.Fail<string>("It should have no query (?): the tracker's file has the parameters.")
        : PostbackUrl.FaultOf(text) is { } why ? node.Fail<string>(why)
        : text;

    private static PostbackTemplate? ReadUrl(Node node) =>
        node.Text() is not { } text ? null
        : PostbackUrl.FaultOf(text) is { } why ? node.Fail<PostbackTemplate>(why)
        : Template(text);

    private static PostbackTemplate Template(string url) => new(url, PostbackUrl.TargetOf(url));

    /// <summary>A tracker where a partner has it.</summary>
    private sealed record TrackerAt(Tracker Tracker, string BaseUrl)
    {
        public Dictionary<StatusEvent, PostbackTemplate> Templates() =>
            Tracker.Words.Keys.ToDictionary(e => e, e => Template(Tracker.UrlFor(e, BaseUrl)!));
    }
}
