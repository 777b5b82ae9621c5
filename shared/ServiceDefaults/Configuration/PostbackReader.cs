using System.Text.Json;

namespace LeadRelay.Configuration;

/// <summary>
/// Reads <c>postbacks</c>: one of them or a list for every event, or an object with one or a list per event. One is a URL, a
/// tracker for the events that it has a word for, or an object with a URL and what else is sent.
/// </summary>
internal static class PostbackReader
{
    public static readonly IReadOnlyDictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> None = new Dictionary<StatusEvent, IReadOnlyList<PostbackTemplate>>();

    private const int MostOfAnEvent = 5;

    private static readonly string[] TrackerKeys = ["tracker", "base"];
    private static readonly string[] ObjectKeys = ["url", "required_first", "headers", .. PostbackBodyReader.Keys];

    public static IReadOnlyDictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> Read(Node node, Surroundings around) => node.Kind switch
    {
        JsonValueKind.Array => ReadList(node, around),
        JsonValueKind.Object => node.Object(s => TrackerKeys.Concat(ObjectKeys).Any(s.Has) ? Listed(ReadOne(s, around)) : ReadEvents(s, around)) ?? None,
        JsonValueKind.String => Listed(ReadOne(node, around)),
        _ => node.Fail<IReadOnlyDictionary<StatusEvent, IReadOnlyList<PostbackTemplate>>>(
            "It should be a URL, a tracker with its base, an object with a url, a list of these, or an object with these per event.") ?? None,
    };

    private static IReadOnlyDictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> Listed(One? one) =>
        one is null ? None : one.Templates.ToDictionary(each => each.Key, each => (IReadOnlyList<PostbackTemplate>)[each.Value]);

    private static Dictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> ReadEvents(Section section, Surroundings around)
    {
        var templates = new Dictionary<StatusEvent, IReadOnlyList<PostbackTemplate>>();
        foreach (var (word, statusEvent) in Words.Of<StatusEvent>())
        {
            var ofEvent = section.Optional(word, n => ReadList(n, around, statusEvent), []);
            if (ofEvent.TryGetValue(statusEvent, out var some))
                templates[statusEvent] = some;
        }
        return templates;
    }

    /// <param name="only">The event they are for; null for every event.</param>
    private static Dictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> ReadList(Node node, Surroundings around, StatusEvent? only = null)
    {
        (Node At, One? One) Read(Node n) => (n.Unshown, ReadOne(n, around));
        var all = new Dictionary<StatusEvent, IReadOnlyList<PostbackTemplate>>();
        foreach (var (at, one) in node.Kind is JsonValueKind.Array ? node.List(Read, 1, MostOfAnEvent) : [Read(node)])
        {
            if (one is null)
                continue;
            if (only is { } missing && !one.Templates.ContainsKey(missing))
                at.Fail<object>($"Tracker {one.Tracker} has no word for {Word(missing)}; remove this event, or add the word to trackers/{one.Tracker}.json.");
            var wanted = one.Templates.Where(each => only is null || each.Key == only).ToList();
            var twice = wanted.Where(each => all.GetValueOrDefault(each.Key)?.Any(other => other.Target == each.Value.Target) is true).Select(each => Word(each.Key)).ToList();
            if (twice.Count > 0)
            {
                at.Fail<object>($"Another one of {string.Join(", ", twice)} in this list goes to the same scheme, host and port. An order's postbacks to one target go one after the other "
                    + "and are told apart by it, so an event can have one there; remove one of the two.");
            }
            foreach (var (statusEvent, template) in wanted)
                all[statusEvent] = [.. all.GetValueOrDefault(statusEvent) ?? [], template];
        }
        return all;
    }

    private static One? ReadOne(Node node, Surroundings around) => node.Kind switch
    {
        JsonValueKind.String => ReadUrl(node.Unshown) is { } url ? ForEveryEvent(Template(url)) : null,
        JsonValueKind.Object => node.Object(s => ReadOne(s, around)),
        _ => node.Fail<One>("It should be a URL, {\"tracker\":\"keitaro\",\"base\":\"https://…\"}, or an object with a url."),
    };

    private static One? ReadOne(Section section, Surroundings around) => TrackerKeys.Any(section.Has) ? ReadTracker(section, around) : ReadObject(section);

    private static One? ReadTracker(Section section, Surroundings around)
    {
        var name = section.Required("tracker", n => around.ReadName(n.Unshown, "trackers"));
        var baseUrl = section.Required("base", n => ReadBase(n.Unshown));
        if (name is null || baseUrl is null || !around.Trackers.TryGetValue(name, out var tracker))
            return null;
        var urls = tracker.Words.Keys.ToDictionary(e => e, e => tracker.UrlFor(e, baseUrl)!);
        if (urls.Values.Select(PostbackUrl.FaultOf).FirstOrDefault(why => why is not null) is { } fault)
        {
            section.Fail("base", $"The URL that it makes with trackers/{name}.json cannot be used. {fault}");
            return null;
        }
        return new One(urls.ToDictionary(each => each.Key, each => Template(each.Value) with { RequiredFirst = tracker.RequiredFirst.Contains(each.Key) }), name);
    }

    private static One? ReadObject(Section section)
    {
        var url = section.Required("url", n => ReadUrl(n.Unshown));
        var (method, body) = PostbackBodyReader.Read(section);
        var headers = section.Optional("headers", n => n.Unshown.Object(PostbackHeaders.Read), []);
        var requiredFirst = section.Optional("required_first", n => n.Flag(), false);
        return url is null ? null : ForEveryEvent(Template(url) with { Method = method, Headers = headers ?? [], Body = body, RequiredFirst = requiredFirst });
    }

    /// <summary>Text and not a URL type, as it may hold a macro for the tracker's key: it must stay as written.</summary>
    private static string? ReadBase(Node node) =>
        node.Text() is not { } text ? null
        : text.Contains('?') ? node.Fail<string>("It should have no query (?): the tracker's file has the parameters.")
        : PostbackUrl.FaultOf(text) is { } why ? node.Fail<string>(why)
        : text;

    private static string? ReadUrl(Node node) =>
        node.Text() is not { } text ? null
        : PostbackUrl.FaultOf(text) is { } why ? node.Fail<string>(why)
        : text;

    private static PostbackTemplate Template(string url) => new(url, PostbackUrl.TargetOf(url));

    private static One ForEveryEvent(PostbackTemplate template) => new(Enum.GetValues<StatusEvent>().ToDictionary(e => e, _ => template), null);

    private static string Word(StatusEvent statusEvent) => statusEvent.ToString().ToLowerInvariant();

    /// <summary>One postback as it stands in a file: what it sends for each event that it can be used for.</summary>
    /// <param name="Tracker">The name; null where none is named, and every event can have it.</param>
    private sealed record One(IReadOnlyDictionary<StatusEvent, PostbackTemplate> Templates, string? Tracker);
}
