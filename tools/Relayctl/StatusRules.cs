using LeadRelay.Configuration;

namespace LeadRelay.Relayctl;

/// <summary>A status of a company's.</summary>
/// <param name="Group">SalesRender's word for what it means, as <c>APPROVED</c>; empty when it has none.</param>
public sealed record CrmStatus(string Id, string Name, string Group, bool Archived)
{
    public override string ToString() => Group is "" ? $"{Id} ({Name})" : $"{Id} ({Name}, {Group})";
}

/// <summary>Holds a campaign's status ids against those that the company has.</summary>
public static class StatusRules
{
    public static IReadOnlyList<Finding> Compare(Campaign campaign, IReadOnlyList<CrmStatus> statuses)
    {
        var known = statuses.ToDictionary(status => status.Id);
        var active = statuses.Where(status => !status.Archived).ToList();
        var findings = campaign.StatusMap.Entries
            .Where(entry => !IsGroup(entry.Key))
            .Select(entry => Look($"status_map.{entry.Key}", entry.Key, entry.Value?.Label ?? "ignore"))
            .ToList();
        // A webmaster's campaign has none: the offer decides.
        if (campaign.InitialStatusId is { } initial)
            findings.Insert(0, Look("initial_status_id", initial, "new orders"));
        var held = active.Where(status => !campaign.StatusMap.TryMap(status.Id, status.Group, out _)).ToList();
        if (held.Count > 0)
            findings.Add(Finding.Note("status_map", $"It has nothing for {string.Join(", ", held)}: such changes are held and shown until it has. \"ignore\" would be deliberately silent."));
        return findings;

        Finding Look(string subject, string id, string use) =>
            !known.TryGetValue(id, out var status) ? Finding.Fault(subject, $"The company has no status {id}. It has {Listed(active)}: take one of these, or the entry out.")
            : status.Archived ? Finding.Fault(subject, $"The status {status} is archived, so no order can be put into it. Take another, or bring it back in SalesRender. There is {Listed(active)}.")
            : Finding.Ok(subject, $"{status} -> {use}");
    }

    private static bool IsGroup(string key) => key.StartsWith("group:", StringComparison.Ordinal);

    private static string Listed(List<CrmStatus> statuses) => statuses.Count is 0 ? "none at all" : string.Join(", ", statuses);
}
