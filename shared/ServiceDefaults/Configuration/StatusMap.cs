namespace LeadRelay.Configuration;

/// <summary>A campaign's <c>status_map</c>: what SalesRender's statuses mean. What it lacks is never guessed.</summary>
/// <param name="Entries">By status id, or by <c>group:NAME</c>; null means: deliberately silent.</param>
public sealed record StatusMap(IReadOnlyDictionary<string, MappedStatus?> Entries)
{
    /// <summary>Finds the entry for a status: by its id first, then by its group. False when the map has neither.</summary>
    public bool TryMap(string? statusId, string? statusGroup, out MappedStatus? mapped)
    {
        mapped = null;
        return EntryFor(statusId, statusGroup) is { } entry && Entries.TryGetValue(entry, out mapped);
    }

    /// <summary>Which entry is that for a status, as <c>3</c> or <c>group:APPROVED</c>; null when the map has none.</summary>
    public string? EntryFor(string? statusId, string? statusGroup) =>
        statusId is not null && Entries.ContainsKey(statusId) ? statusId
        : statusGroup is not null && KeyOf(null, statusGroup) is var group && Entries.ContainsKey(group) ? group
        : null;

    /// <summary>What an entry for a status would be called: by its id, else by its group.</summary>
    public static string KeyOf(string? statusId, string? statusGroup) => statusId ?? $"group:{statusGroup?.ToUpperInvariant()}";

    /// <summary>The status id for a label, case-insensitively: of several the one marked for it, else the file's first; null when no id (a group does not count) has it.</summary>
    public string? StatusIdFor(string label) => Entries
        .Where(e => !e.Key.StartsWith("group:", StringComparison.Ordinal) && string.Equals(e.Value?.Label, label, StringComparison.OrdinalIgnoreCase))
        .OrderByDescending(e => e.Value!.IsPushed).FirstOrDefault().Key;

    /// <summary>Labels that an advertiser can push, in the file's order.</summary>
    public IEnumerable<string> Labels => Entries
        .Where(e => e.Value is not null && !e.Key.StartsWith("group:", StringComparison.Ordinal))
        .Select(e => e.Value!.Label).Distinct(StringComparer.OrdinalIgnoreCase);
}

/// <summary>A status as partners see it.</summary>
/// <param name="Label">Free text; <c>{status}</c> in a bare template.</param>
public sealed record MappedStatus(string Label, StatusEvent Event)
{
    /// <summary>What an order's creation counts as where nothing else is said.</summary>
    public static readonly MappedStatus New = new("wait", StatusEvent.Wait);

    private static readonly Dictionary<string, StatusEvent> CommonLabels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["accepted"] = StatusEvent.Approve, ["approved"] = StatusEvent.Approve, ["confirmed"] = StatusEvent.Approve,
        ["rejected"] = StatusEvent.Cancel, ["cancelled"] = StatusEvent.Cancel, ["canceled"] = StatusEvent.Cancel, ["declined"] = StatusEvent.Cancel,
        ["hold"] = StatusEvent.Hold, ["callback"] = StatusEvent.Hold,
        ["new"] = StatusEvent.Wait, ["wait"] = StatusEvent.Wait, ["processing"] = StatusEvent.Wait,
        ["spam"] = StatusEvent.Trash, ["double"] = StatusEvent.Trash, ["fake"] = StatusEvent.Trash, ["trash"] = StatusEvent.Trash,
    };

    /// <summary>Of several statuses with the label, the one that an advertiser's word for it sets.</summary>
    public bool IsPushed { get; init; }

    /// <summary>The event that a common label brings along, in any case; null when the label has none, and has to say which.</summary>
    public static StatusEvent? DefaultEvent(string label) => CommonLabels.TryGetValue(label, out var common) ? common : null;
}
