using LeadRelay.Configuration;

namespace LeadRelay.AuditStore;

/// <summary>A status as an address or a form names it: by its id, or as <c>group:NAME</c>.</summary>
internal static class StatusKey
{
    private const string Group = "group:";

    /// <summary>As <see cref="StatusMap.KeyOf"/> has it, whatever the case of a group.</summary>
    public static string Of(string text) =>
        text.Trim() is var key && key.StartsWith(Group, StringComparison.OrdinalIgnoreCase) ? StatusMap.KeyOf(null, key[Group.Length..].Trim()) : key;

    /// <summary>Null for a status's id.</summary>
    public static string? GroupIn(string key) => key.StartsWith(Group, StringComparison.Ordinal) ? key[Group.Length..] : null;
}
