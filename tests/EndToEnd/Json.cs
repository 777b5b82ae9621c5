using System.Text.Json;

namespace LeadRelay.Tests.EndToEnd;

internal static class Json
{
    /// <summary>The text at a path of member names; numbers as they are written, null for what is not there.</summary>
    public static string? At(this JsonElement element, params string[] path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }
        return element.ValueKind switch { JsonValueKind.String => element.GetString(), JsonValueKind.Null or JsonValueKind.Undefined => null, _ => element.GetRawText() };
    }

    /// <summary>The messages of a kind in a timeline or in what a query of the audit found.</summary>
    public static IReadOnlyList<JsonElement> Messages(this JsonElement found, string kind) =>
        [.. found.GetProperty("entries").EnumerateArray().Where(e => e.At("kind") == kind).Select(e => e.GetProperty("message"))];

    /// <summary>The status words of a list of postbacks, in their order of arrival.</summary>
    public static IReadOnlyList<string?> Statuses(this JsonElement postbacks) => [.. postbacks.EnumerateArray().Select(p => p.At("status"))];
}
