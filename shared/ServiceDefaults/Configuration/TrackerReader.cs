using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>Reads <c>trackers/NAME.json</c>.</summary>
internal static partial class TrackerReader
{
    /// <summary>Of a pattern for answers: far more than any tracker's needs.</summary>
    private const int LongestPattern = 500;

    private static readonly string[] OfRefusals = ["retry", "credited_on_retry"];

    public static Tracker Read(string name, Section section)
    {
        var parameters = section.Required("parameters", n => n.Unshown.Object(ReadParameters));
        var words = section.Required("words", n => n.Object(ReadWords));
        var known = section.Optional("known_words", n => n.List(word => word.Text(), 1).ToHashSet(StringComparer.Ordinal), []);
        if (known.Count > 0 && words?.FirstOrDefault(word => !known.Contains(word.Value)) is { Value: { } unknown })
            section.Fail("known_words", $"\"{unknown}\" is among words and not here; add it, or correct the word.");
        var tracker = new Tracker(
            name,
            section.Required("title", n => n.Text()),
            section.Required("source", n => n.Text()),
            new TrackerForm(section.Required("path", ReadPath), parameters!),
            section.Optional("money_parameters", n => n.Unshown.Object(s => ReadMoney(s, parameters)), new OrderedDictionary<string, string>()),
            words!,
            section.Required("transaction_id", n => n.Choice<TransactionId>()),
            section.Required("repeat", n => n.Choice<TrackerRepeat>()))
        {
            ClickMacro = section.Optional("click_macro", n => n.Text(), null),
            OwnForms = section.Optional("event_forms", n => n.Object(s => ReadForms(s, words)), []),
            Needs = section.Optional("needs", n => n.Object(s => s.Entries().ToDictionary(entry => entry.Key, entry => entry.Value.Text())), []),
            KnownWords = known,
            WithoutStatus = section.Optional("without_status", n => n.Text(), null),
            Answers = new AnswerRules(section.Optional("answers", n => n.List(rule => rule.Object(ReadAnswer), 1, 20), []), section.Optional("answer_otherwise", n => n.Choice<TrackerVerdict>(), TrackerVerdict.Received)),
            RequiredFirst = section.Optional("required_first", n => n.List(e => ReadEvent(e, words), 1).ToHashSet(), []),
            Traps = section.Optional("traps", n => n.List(trap => trap.Text(), 1), []),
        };
        if (words is { Count: 0 })
            section.Fail("words", "There is none, so the tracker is never sent anything; write its word for each event that it is to be sent.");
        var values = (tracker.OwnForms ?? new Dictionary<StatusEvent, TrackerForm>()).Values.Append(tracker.Form).Select(form => form?.Parameters).Append(tracker.MoneyParameters).SelectMany(parameters => parameters?.Values ?? []);
        if (tracker.TransactionId is TransactionId.None && values.Any(UsesTid))
            section.Fail("transaction_id", "It is none, and {tid} stands in a parameter: leave the parameter out, or say order or event.");
        return tracker;
    }

    /// <summary>Parameters of a URL, in the file's order: names, and values of text and macros.</summary>
    public static OrderedDictionary<string, string> ReadParameters(Section section)
    {
        var parameters = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, node) in section.Entries())
        {
            if (!NameForm().IsMatch(name))
                node.Unshown.Fail<object>("The parameter's name should be of letters, digits, _, -, . and brackets.");
            parameters[name] = ReadValue(node.Unshown);
        }
        return parameters;
    }

    /// <summary>A tracker's word for each event that it is sent.</summary>
    public static Dictionary<StatusEvent, string> ReadWords(Section section)
    {
        var words = new Dictionary<StatusEvent, string>();
        foreach (var (name, statusEvent) in Words.Of<StatusEvent>())
        {
            if (section.Optional(name, n => n.Text(), null) is { } word)
                words[statusEvent] = word;
        }
        return words;
    }

    private static bool UsesTid(string? template) => template is not null && Macros.Parse(template).Any(part => part.IsMacro && Macros.Plain(part.Text) is "tid");

    private static string ReadPath(Node node) =>
        node.Text(PathForm(), "a path that begins with /, without ?, # and macros") is not { } path ? null!
        : PostbackUrl.FaultOfText(path) is { } why ? node.Fail<string>(why)
        : path;

    private static StatusEvent ReadEvent(Node node, Dictionary<StatusEvent, string>? words) =>
        node.Word([.. Words.Of<StatusEvent>().Keys]) is not { } name ? default
        : Words.Of<StatusEvent>()[name] is var statusEvent && words?.ContainsKey(statusEvent) is false ? node.Fail<StatusEvent>("It is not among words, so the tracker is never sent it; add its word, or remove it here.")
        : statusEvent;

    private static Dictionary<StatusEvent, TrackerForm> ReadForms(Section section, Dictionary<StatusEvent, string>? words)
    {
        var forms = new Dictionary<StatusEvent, TrackerForm>();
        foreach (var (name, statusEvent) in Words.Of<StatusEvent>().Where(each => section.Has(each.Key)))
        {
            forms[statusEvent] = section.Optional(name, n => n.Object(s => new TrackerForm(s.Required("path", ReadPath), s.Required("parameters", p => p.Unshown.Object(ReadParameters)))), null!);
            if (words?.ContainsKey(statusEvent) is false)
                section.Fail(name, "It is not among words, so the tracker is never sent it; add its word, or remove it here.");
        }
        return forms;
    }

    private static AnswerRule ReadAnswer(Section section)
    {
        var match = section.Required("match", ReadPattern);
        var means = section.Required("means", n => n.Choice<TrackerVerdict>());
        foreach (var key in OfRefusals.Where(key => section.Has(key) && means is not TrackerVerdict.Refused))
            section.Fail(key, "It goes with means: refused; leave it out.");
        return new AnswerRule(match, means, section.Optional(OfRefusals[0], n => n.Flag(), false), section.Optional(OfRefusals[1], n => n.Flag(), false));
    }

    /// <summary>Linear in the body's length: what comes from a tracker decides nothing about our time.</summary>
    private static Regex ReadPattern(Node node)
    {
        if (node.Text() is not { } pattern)
            return null!;
        if (pattern.Length > LongestPattern)
            return node.Fail<Regex>("It is longer than 500 characters; look for less of the answer.");
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return node.Fail<Regex>($"It should be a regular expression of .NET without lookaround, backreferences and atomic groups. {e.Message}");
        }
    }

    private static OrderedDictionary<string, string> ReadMoney(Section section, OrderedDictionary<string, string>? parameters)
    {
        foreach (var (name, node) in section.Entries().Where(e => parameters?.ContainsKey(e.Key) is true))
            node.Unshown.Fail<object>($"{name} is among parameters already; keep one of the two.");
        return ReadParameters(section);
    }

    private static string ReadValue(Node node)
    {
        if (node.Text() is not { } value)
            return null!;
        return value.Contains('&') || value.Contains('#') ? node.Fail<string>("It should hold no & and no #; write one parameter per key.")
            : PostbackUrl.FaultOfText(value) is { } why ? node.Fail<string>(why)
            : PostbackUrl.IsPlaceholder(value) ? node.Fail<string>("It is a placeholder that somebody meant to be replaced; write a macro or a value.")
            : value;
    }

    [GeneratedRegex(@"^/[^\s?#{}]*\z")]
    private static partial Regex PathForm();

    [GeneratedRegex(@"^[A-Za-z0-9_.\[\]-]+\z")]
    private static partial Regex NameForm();
}
