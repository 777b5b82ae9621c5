namespace LeadRelay.Persistence.Crm;

/// <summary>Kinds of what waits in CrmWriter's ledger: requests by <see cref="WorkKind"/> (<c>create</c>, <c>update</c>, <c>verify</c>, <c>look_up</c>), and <c>in_doubt</c>.</summary>
public static class CrmBacklogs
{
    /// <summary>Leads in doubt.</summary>
    public const string InDoubt = "in_doubt";

    /// <summary>What was read of them, with what there is none of.</summary>
    public static IReadOnlyList<Backlog> All(IEnumerable<Backlog> read) => Backlogs.All([.. Enum.GetValues<WorkKind>().Select(Backlogs.Word), InDoubt], read);
}
