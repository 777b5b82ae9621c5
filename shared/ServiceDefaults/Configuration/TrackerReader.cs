using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>Reads <c>trackers/NAME.json</c>.</summary>
internal static partial class TrackerReader
{
    public static Tracker Read(string name, Section section)
    {
        var parameters = section.Required("parameters", n => n.Unshown.Object(ReadParameters));
        var words = section.Required("words", n => n.Object(ReadWords));
        return new Tracker(
            name,
            section.Required("source", n => n.Text()),
            section.Required("path", ReadPath),
            parameters,
            section.Optional("money_parameters", n => n.Unshown.Object(s => ReadMoney(s, parameters)), new OrderedDictionary<string, string>()),
            words)
        {
            RequiredFirst = section.Optional("required_first", n => n.List(e => ReadRequiredFirst(e, words), 1).ToHashSet(), []),
        };
    }

    private static string ReadPath(Node node) =>
        node.Text(PathForm(), "a path that begins with /, without ?, # and macros") is not { } path ? null!
        : PostbackUrl.FaultOfText(path) is { } why ? node.Fail<string>(why)
        : path;

    private static StatusEvent ReadRequiredFirst(Node node, Dictionary<StatusEvent, string>? words) =>
        node.Word([.. Words.Of<StatusEvent>().Keys]) is not { } name ? default
        : Words.Of<StatusEvent>()[name] is var statusEvent && words?.ContainsKey(statusEvent) is false ? node.Fail<StatusEvent>("It is not among words, so the tracker is never sent it; add its word, or remove it here.")
        : statusEvent;

    private static OrderedDictionary<string, string> ReadParameters(Section section)
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
            : value;
    }

    private static Dictionary<StatusEvent, string> ReadWords(Section section)
    {
        var words = new Dictionary<StatusEvent, string>();
        foreach (var (name, statusEvent) in Words.Of<StatusEvent>())
        {
            if (section.Optional(name, n => n.Text(), null) is { } word)
                words[statusEvent] = word;
        }
        return words;
    }

    [GeneratedRegex(@"^/[^\s?#{}]*\z")]
    private static partial Regex PathForm();

    [GeneratedRegex(@"^[A-Za-z0-9_.\[\]-]+\z")]
    private static partial Regex NameForm();
}
