using System.Text.Json;

namespace LeadRelay.Configuration;

/// <summary>
/// Reads <c>postbacks</c>: one of them or a list for every event, or an object with one or a list per event. One is a URL, an
/// object with a URL and what else is sent, or a tracker (with its base or a URL) for the events that it has a word for.
/// </summary>
internal static class PostbackReader
{
    public static readonly IReadOnlyDictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> None = new Dictionary<StatusEvent, IReadOnlyList<PostbackTemplate>>();

    private const int MostOfAnEvent = 5;

    private static readonly string[] TrackerKeys = ["tracker", "base", "parameters", "words"];
    private static readonly string[] ObjectKeys = ["url", "required_first", "headers", .. PostbackBodyReader.Keys];

    public static IReadOnlyDictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> Read(Node node, Surroundings around) => node.Kind switch
    {
        JsonValueKind.Array => ReadList(node, around),
        JsonValueKind.Object => node.Object(s => TrackerKeys.Concat(ObjectKeys).Any(s.Has) ? Listed(NotEmpty(node, ReadOne(s, around))) : ReadEvents(s, around)) ?? None,
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
                at.Fail<object>(one.Elsewhere(missing) is { } path ? $"{one.Tracker!.Title} takes {Word(missing)} at {path}; write that URL here."
                    : one.Tracker?.Words.ContainsKey(missing) is false ? $"Tracker {one.Tracker.Name} has no word for {Word(missing)}; remove this event, or add the word to trackers/{one.Tracker.Name}.json, or to words here."
                    : $"Its {{status:…}} has no word for {Word(missing)}; remove this event, or add {Word(missing)}=WORD to it.");
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

    private static One? ReadOne(Node node, Surroundings around) => NotEmpty(node, node.Kind switch
    {
        JsonValueKind.String => ReadUrl(node.Unshown) is { } url ? ForEveryEvent(Template(url), around) : null,
        JsonValueKind.Object => node.Object(s => ReadOne(s, around)),
        _ => node.Fail<One>("It should be a URL, {\"tracker\":\"keitaro\",\"base\":\"https://…\"}, or an object with a url."),
    });

    private static One? NotEmpty(Node node, One? one) =>
        one is { Templates.Count: 0 } ? node.Unshown.Fail<One>("It would be sent for no event: words and every {status:…} in it must have one event in common.") : one;

    private static One? ReadOne(Section section, Surroundings around) =>
        TrackerKeys.Any(section.Has) ? ReadTracker(section, around) : ReadObject(section) is { } template ? ForEveryEvent(template, around) : null;

    private static One? ReadTracker(Section section, Surroundings around)
    {
        var name = section.Required("tracker", n => around.ReadName(n.Unshown, "trackers"));
        var words = section.Optional("words", n => n.Object(TrackerReader.ReadWords), null);
        if (words is { Count: 0 })
            section.Fail("words", "There is none; leave the key out, and the tracker's own count.");
        var isWhole = section.Has("url") && !section.Has("base");
        var whole = isWhole ? ReadObject(section) : null;
        var baseUrl = isWhole ? null : section.Required("base", n => ReadBase(n.Unshown), "It is missing: the tracker's address, as https://DOMAIN, or a url instead, the whole template.");
        var own = isWhole ? [] : section.Optional("parameters", n => n.Unshown.Object(TrackerReader.ReadParameters), []);
        if (name is null || !around.Trackers.TryGetValue(name, out var known) || (whole is null && baseUrl is null) || own is null || own.ContainsValue(null!) || words is { Count: 0 })
            return null;
        var tracker = words is null ? known : known with { Words = words };
        var templates = new Dictionary<StatusEvent, PostbackTemplate>();
        foreach (var (statusEvent, word) in tracker.Words)
        {
            var url = whole?.Url ?? tracker.UrlFor(statusEvent, baseUrl!, own);
            if (whole is null && PostbackUrl.FaultOf(url) is { } fault)
            {
                section.Fail("base", $"The URL that it makes with trackers/{name}.json cannot be used. {fault}");
                return null;
            }
            var template = (whole ?? Template(url)) with { Tracker = tracker, Word = word, Answers = tracker.Answers, RequiredFirst = whole is { RequiredFirst: true } || tracker.RequiredFirst.Contains(statusEvent) };
            if (template.Covers(statusEvent) && tracker.Takes(statusEvent, url))
                templates[statusEvent] = template;
        }
        if (templates.Count > 0)
            CheckNeeds(section, tracker, [.. templates.Values], whole is null ? "parameters" : "url");
        return new One(templates, tracker) { Url = whole?.Url };
    }

    /// <summary>What the tracker's file says of every postback must be so in these.</summary>
    private static void CheckNeeds(Section section, Tracker tracker, IReadOnlyList<PostbackTemplate> templates, string at)
    {
        var parameters = templates[0].Parameters(out var isAll).ToLookup(p => p.Name, p => p.Value);
        foreach (var (name, what) in tracker.Needs)
        {
            if (!parameters[name].Any() && isAll)
                section.Fail(at, $"{tracker.Title} needs {name}: {what}. {(at is "url" ? $"Add {name}={{env:NAME}} to the URL" : $"Add \"parameters\": {{\"{name}\": \"{{env:NAME}}\"}}")}.");
            else if (parameters[name].Any(value => !Macros.Parse(value).Any(part => part.IsMacro && Macros.IsSecret(part.Text))))
                section.Fail(at, $"{name} is what {tracker.Title} knows the caller by; write where it is, as {{env:NAME}} or {{file:PATH}}, and not the secret itself.");
        }
        if (tracker.TransactionId is TransactionId.None && templates.Any(template => template.Shows("tid")))
            section.Fail(at, $"{tracker.Title} knows no transaction id; leave {{tid}} out.");
    }

    /// <summary>A URL and what else is sent; null when it has a fault.</summary>
    private static PostbackTemplate? ReadObject(Section section)
    {
        var url = section.Required("url", n => ReadUrl(n.Unshown));
        var (method, body) = PostbackBodyReader.Read(section);
        var headers = section.Optional("headers", n => n.Unshown.Object(PostbackHeaders.Read), []);
        var requiredFirst = section.Optional("required_first", n => n.Flag(), false);
        return url is null ? null : Template(url) with { Method = method, Headers = headers ?? [], Body = body, RequiredFirst = requiredFirst };
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

    /// <summary>For every event that its <c>{status:…}</c>, if it has one, has a word for.</summary>
    private static One ForEveryEvent(PostbackTemplate template, Surroundings around) => new(
        Enum.GetValues<StatusEvent>().Where(template.Covers).ToDictionary(e => e, _ => template with { Answers = Tracker.AnswersOfUnnamed(around.Trackers) }), null);

    private static string Word(StatusEvent statusEvent) => statusEvent.ToString().ToLowerInvariant();

    /// <summary>One postback as it stands in a file: what it sends for each event that it can be used for.</summary>
    /// <param name="Tracker">Null where none is named.</param>
    private sealed record One(IReadOnlyDictionary<StatusEvent, PostbackTemplate> Templates, Tracker? Tracker)
    {
        /// <summary>As it is written; null where the tracker's file makes it.</summary>
        public string? Url { get; init; }

        /// <summary>Where the tracker takes an event that this URL is not for; null where it is.</summary>
        public string? Elsewhere(StatusEvent statusEvent) => Url is not null && Tracker!.Words.ContainsKey(statusEvent) && !Tracker.Takes(statusEvent, Url) ? Tracker.FormOf(statusEvent).Path : null;
    }
}
