using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LeadRelay.WebhookReceiver;

/// <summary>
/// Dotted paths into an order: <c>status.id</c>, <c>data.string_1</c>, and <c>data.stringFields[click_id].value</c>, where
/// the bracket picks the entry whose field has that name or id.
/// </summary>
public static partial class JsonPath
{
    /// <summary>The text at a path; numbers and booleans as they are written; null for anything else.</summary>
    public static string? Text(JsonNode? order, string path) =>
        // What came as a form has the whole path for a name.
        Scalar(Member(order, path)) ?? Scalar(Dots().Split(path).Aggregate(order, Step));

    private static JsonNode? Step(JsonNode? node, string segment)
    {
        var (name, selector) = segment.TrimEnd(']').Split('[', 2) is [var before, var within] ? (before, within) : (segment, null);
        var member = Member(node, name);
        return selector is null ? member : (member as JsonArray)?.FirstOrDefault(entry => IsOf(Member(entry, "field"), selector));
    }

    private static bool IsOf(JsonNode? field, string code) =>
        Scalar(field) == code || Scalar(Member(field, "name")) == code || Scalar(Member(field, "id")) == code;

    private static JsonNode? Member(JsonNode? node, string name) => (node as JsonObject)?[name];

    private static string? Scalar(JsonNode? node)
    {
        try
        {
            return node?.GetValueKind() switch
            {
                JsonValueKind.String => node.GetValue<string>(),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => node.ToJsonString(),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            return null; // an escape that is no character
        }
    }

    /// <summary>Dots between segments, not those within a bracket: a field's name may have some.</summary>
    [GeneratedRegex(@"\.(?![^\[]*\])")]
    private static partial Regex Dots();
}
