using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>Reads a campaign's <c>field_mapping</c>.</summary>
internal static partial class FieldMappingReader
{
    /// <summary>Added where a file does not map the field.</summary>
    private static readonly Dictionary<string, string> Defaults = new()
    {
        [LeadFields.Phone] = "phoneFields.phone", ["name"] = "humanNameFields.name", ["ip"] = "source.ip", ["referrer"] = "source.refererUri",
    };

    /// <summary>SalesRender's SourceInput.</summary>
    private static readonly string[] SourceNames =
    [
        "uri", "refererUri", "ip", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
        .. Enumerable.Range(1, 10).Select(i => $"subid_{i}"),
    ];

    public static IReadOnlyDictionary<string, string> Read(Node node) => node.Object(section =>
    {
        var mapping = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (field, value) in section.Entries())
        {
            if (LeadFields.FaultOf(field) is { } why)
                value.Fail<object>(why);
            var target = ReadTarget(value);
            if (target is not null && mapping.FirstOrDefault(m => m.Value == target).Key is { } other)
                value.Fail<object>($"{other} goes there already; two fields cannot share one place, so give each its own.");
            mapping[field] = target!;
        }
        CheckClickId(section, mapping);
        foreach (var (field, target) in Defaults.Where(d => !mapping.ContainsKey(d.Key)))
        {
            if (mapping.FirstOrDefault(m => m.Value == target).Key is { } other)
                section.Fail(other, $"{field} goes to {target} unless it is mapped; say where {field} should go.");
            mapping[field] = target;
        }
        return mapping;
    });

    private static string ReadTarget(Node node)
    {
        if (node.Text() is not { } text)
            return null!;
        if (!TargetForm().IsMatch(text))
            return node.Fail<string>("It should be phoneFields.CODE, stringFields.CODE, emailFields.CODE, humanNameFields.CODE, addressFields.CODE or source.NAME.");
        var name = text[(text.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return text.StartsWith("source.", StringComparison.Ordinal) && !SourceNames.Contains(name)
            ? node.Fail<string>($"An order's source has no {name}.{Nearest.Hint(name, SourceNames)}")
            : text;
    }

    /// <summary>Without the click id no postback can be sent, and SalesRender's webhook shows String fields only.</summary>
    private static void CheckClickId(Section section, OrderedDictionary<string, string> mapping)
    {
        if (!mapping.TryGetValue(LeadFields.ClickId, out var target) || target?.StartsWith("stringFields.", StringComparison.Ordinal) is false)
            section.Fail(LeadFields.ClickId, "It must go to a String field (stringFields.CODE): the webhook can return the click id from such a field only, and no postback can be sent without it.");
    }

    [GeneratedRegex(@"^((phone|string|email|humanName|address)Fields|source)\.[^\s.]{1,128}\z")]
    private static partial Regex TargetForm();
}
