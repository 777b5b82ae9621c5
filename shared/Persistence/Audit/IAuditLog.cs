namespace LeadRelay.Persistence.Audit;

/// <summary>Every message of the relay, as it was sent, by its message id.</summary>
public interface IAuditLog
{
    /// <summary>Stores a batch; what is stored already stays as it is.</summary>
    Task AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken ct);

    /// <summary>Entries that fit, newest first.</summary>
    Task<IReadOnlyList<AuditEntry>> QueryAsync(AuditQuery query, CancellationToken ct);

    /// <summary>All of a lead's entries, oldest first: those that name it, and those that name its order.</summary>
    Task<IReadOnlyList<AuditEntry>> TimelineAsync(Guid leadId, CancellationToken ct);

    /// <summary>The same for several leads at once; each has its entry, if only an empty one.</summary>
    Task<IReadOnlyDictionary<Guid, IReadOnlyList<AuditEntry>>> TimelinesAsync(IReadOnlyCollection<Guid> leadIds, CancellationToken ct);

    /// <summary>A partner's own leads among those looked for, newest first: a lead is whose submission made it, whoever else is named with it.</summary>
    Task<IReadOnlyList<Guid>> FindLeadsAsync(LeadSearch search, CancellationToken ct);
}

/// <summary>One stored message.</summary>
/// <param name="Kind">The contract's name.</param>
/// <param name="Envelope">The whole envelope as it was on the wire, JSON.</param>
public sealed record AuditEntry(Guid MessageId, string Kind, DateTimeOffset At, Subject About, string Envelope);

/// <summary>What to look for; what is null does not matter.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Limit">1 to 1,000.</param>
public sealed record AuditQuery(string? Campaign, string? Kind, DateTimeOffset? From, DateTimeOffset? To, int Limit);

/// <summary>Leads to look for: those with any one of these ids.</summary>
/// <param name="Campaign">Of the order ids.</param>
/// <param name="Limit">How many leads at most.</param>
public sealed record LeadSearch(
    string Partner,
    IReadOnlyCollection<Guid> LeadIds,
    IReadOnlyCollection<string> ClickIds,
    string? Campaign,
    IReadOnlyCollection<string> OrderIds,
    int Limit);
