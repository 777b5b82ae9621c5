namespace LeadRelay.Configuration;

/// <summary>A status as people name it, in an address, a form or a command: by its id, or as <c>group:NAME</c>.</summary>
public static class StatusKey
{
    private const string Group = "group:";

    /// <summary>As <see cref="StatusMap.KeyOf"/> has it, whatever the case of a group.</summary>
    public static string Of(string text) =>
        text.Trim() is var key && key.StartsWith(Group, StringComparison.OrdinalIgnoreCase) ? StatusMap.KeyOf(null, key[Group.Length..].Trim()) : key;

    /// <summary>Null for a status's id.</summary>
    /// <param name="key">As <see cref="StatusMap.KeyOf"/> has it.</param>
    public static string? GroupIn(string key) => key.StartsWith(Group, StringComparison.Ordinal) ? key[Group.Length..] : null;
}
