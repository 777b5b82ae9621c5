namespace LeadRelay.Persistence.Postbacks;

/// <summary>
/// Kinds of what waits in PostbackDispatcher's ledger: <c>first</c> and <c>retry</c>, deliveries by lane (what waits behind
/// another of the same order and target is not counted), and messages by what they are kept for: <c>order</c>,
/// <c>stranger</c>, <c>status_map</c> (held), <c>verification</c>.
/// </summary>
public static class PostbackBacklogs
{
    /// <summary>What was read of them, with what there is none of.</summary>
    public static IReadOnlyList<Backlog> All(IEnumerable<Backlog> read) =>
        Backlogs.All([.. Enum.GetValues<Lane>().Select(Backlogs.Word), .. Enum.GetValues<KeptFor>().Select(Backlogs.Word)], read);
}
