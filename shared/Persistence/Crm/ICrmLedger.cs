namespace LeadRelay.Persistence.Crm;

/// <summary>
/// CrmWriter's memory: one record per lead, one per status update, and what became of it. Every change of a record is a
/// compare-and-set; leases run by the store's clock.
/// </summary>
public interface ICrmLedger : IOutbox
{
    /// <summary>
    /// Takes a request over for good: after this its message may be acked. A known id is returned as it stands, and the
    /// asker joins those who wait for its outcome. A refused one starts anew when another message asks for it.
    /// </summary>
    Task<Accepted> AcceptAsync(NewWork work, Asker? asker, CancellationToken ct);

    /// <summary>Leases records that are due, oldest first; of several updates of one order only the first.</summary>
    Task<IReadOnlyList<Work>> ClaimAsync(int atMost, TimeSpan lease, CancellationToken ct);

    /// <summary>
    /// Writes what came of a claim, with the events that tell of it. A record in doubt still takes its claimant's late
    /// word. Null when the lease is somebody else's by now; else who waits for the outcome (nobody while it waits itself).
    /// </summary>
    /// <param name="dueIn">With <see cref="WorkState.Waiting"/>: how long until it is tried again.</param>
    Task<IReadOnlyList<Asker>?> SettleAsync(Work claim, WorkState state, string? orderId, TimeSpan? dueIn, IReadOnlyList<Outgoing> events, CancellationToken ct);

    /// <summary>Claims whose lease has run out without an outcome.</summary>
    Task<IReadOnlyList<Work>> ExpiredAsync(int atMost, CancellationToken ct);

    /// <summary>Whose order it is; null when the relay did not make it.</summary>
    Task<Subject?> FindOrderAsync(string connection, string orderId, CancellationToken ct);

    /// <summary>A lead's record; null when the relay has none.</summary>
    Task<Work?> FindLeadAsync(Guid leadId, CancellationToken ct);
}

/// <summary>What is asked of SalesRender.</summary>
public enum WorkKind
{
    /// <summary>Create the order of a lead.</summary>
    Create,

    /// <summary>Change an order's status: doing it twice is harmless.</summary>
    Update,

    /// <summary>Read an order: doing it twice is harmless.</summary>
    Verify,
}

/// <summary>Where a request stands.</summary>
public enum WorkState
{
    Waiting, Claimed, Done, Refused, InDoubt,
}

/// <summary>A request as it arrives.</summary>
/// <param name="Id">The lead's id, or the status update's.</param>
/// <param name="BodyHash">Of a lead's submission.</param>
/// <param name="Message">As received.</param>
public sealed record NewWork(Guid Id, WorkKind Kind, Guid MessageId, IAudited Message, string? BodyHash);

/// <summary>A request in the ledger.</summary>
/// <param name="Round">1, and one more each time a refused lead was submitted again.</param>
/// <param name="Attempt">Calls begun, this one included.</param>
/// <param name="Since">When this round was accepted, by the store's clock.</param>
/// <param name="Lease">Token of the claim.</param>
/// <param name="Outcome">The latest event that tells of its state.</param>
public sealed record Work(
    Guid Id,
    WorkKind Kind,
    WorkState State,
    int Round,
    int Attempt,
    IAudited Message,
    string? BodyHash,
    DateTimeOffset Since,
    Guid? Lease,
    IAudited? Outcome);

/// <summary>What became of accepting a request.</summary>
/// <param name="IsNew">False when the ledger knew it.</param>
public sealed record Accepted(bool IsNew, Work Work);

/// <summary>Somebody who waits for an outcome.</summary>
public sealed record Asker(string Instance, Guid RequestId);
