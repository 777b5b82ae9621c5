using System.Text.Json;
using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>Reads a campaign's <c>status_map</c>, also from where older set-ups keep it.</summary>
internal static partial class StatusMapReader
{
    private const string Group = "group:";
    private const string Ignore = "ignore";

    /// <summary>SalesRender's StatusGroup.</summary>
    private static readonly string[] Groups =
        ["PROCESSING", "CANCELED", "APPROVED", "SHIPPED", "DELIVERED", "UNDELIVERED", "REFUNDED", "SPAM", "DOUBLE"];

    public static StatusMap Read(Node node) => node.Object(section =>
    {
        var entries = new OrderedDictionary<string, MappedStatus?>(StringComparer.Ordinal);
        foreach (var (key, value) in section.Entries())
        {
            var mapped = ReadValue(value);
            if (ReadKey(key, value) is { } status && !entries.TryAdd(status, mapped))
                value.Fail<object>($"{status} stands twice in the map; remove one of the two.");
        }
        return new StatusMap(entries);
    });

    /// <summary><c>params_json</c>: an object, or a text that holds one.</summary>
    public static StatusMap ReadParams(Node node) => node.Kind is JsonValueKind.String ? node.Inside(ReadInner) : ReadInner(node);

    private static StatusMap ReadInner(Node node) => node.Object(section => section.Required("status_map", Read));

    private static string? ReadKey(string key, Node value)
    {
        if (!key.StartsWith(Group, StringComparison.OrdinalIgnoreCase))
            return IdForm().IsMatch(key) ? key : value.Fail<string>("The key should be a status id of SalesRender, or group:NAME.");
        var group = key[Group.Length..].ToUpperInvariant();
        return Groups.Contains(group) ? Group + group : value.Fail<string>($"SalesRender has no such status group.{Nearest.Hint(group, Groups)}");
    }

    private static MappedStatus? ReadValue(Node node) => node.Kind switch
    {
        JsonValueKind.String => node.Text() is not { } label || label.Equals(Ignore, StringComparison.OrdinalIgnoreCase) ? null
            : MappedStatus.DefaultEvent(label) is { } common ? new MappedStatus(label, common)
            : WithoutEvent(node, label),
        JsonValueKind.Object => node.Object(section => ReadLong(node, section)),
        _ => node.Fail<MappedStatus>("It should be a label, {\"label\":\"…\",\"event\":\"…\"}, or \"ignore\"."),
    };

    private static MappedStatus? ReadLong(Node node, Section section)
    {
        var label = section.Required("label", n => n.Text());
        var statusEvent = section.Optional<StatusEvent?>("event", n => n.Choice<StatusEvent>(), null);
        var isPushed = section.Optional("push", n => n.Flag(), false);
        return label is null ? null
            : statusEvent is { } given ? new MappedStatus(label, given) { IsPushed = isPushed }
            : MappedStatus.DefaultEvent(label) is { } common ? new MappedStatus(label, common) { IsPushed = isPushed }
            : WithoutEvent(node, label);
    }

    private static MappedStatus WithoutEvent(Node node, string label) => node.Fail<MappedStatus>(
        $"The label {label} has no event of its own; say which: {{\"label\":{JsonSerializer.Serialize(label)},\"event\":\"approve\"}}, or another of {string.Join(", ", Words.Of<StatusEvent>().Keys)}.");

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex IdForm();
}
