namespace LeadRelay.Persistence.Crm;

/// <summary>
/// CrmWriter's memory: one record per lead, one per status update, and what became of it. Every change of a record is a
/// compare-and-set; leases run by the store's clock.
/// </summary>
public interface ICrmLedger : IOutbox, IBacklog
{
    /// <summary>
    /// Takes a request over for good: after this its message may be acked. A known id is returned as it stands, and the
    /// asker joins those who wait for its outcome. A refused one starts anew when another message asks for it.
    /// </summary>
    Task<Accepted> AcceptAsync(NewWork work, Asker? asker, CancellationToken ct);

    /// <summary>
    /// Leases records that are due, oldest first; of several updates of one order only the first, and a lead that waits for
    /// another only when that one has its outcome.
    /// </summary>
    Task<IReadOnlyList<Work>> ClaimAsync(int atMost, TimeSpan lease, ClaimLimits limits, CancellationToken ct);

    /// <summary>
    /// Writes what came of a claim, with the events that tell of it. A record in doubt still takes its claimant's late
    /// word. Null when the lease is somebody else's by now; else who waits for the outcome (nobody while it waits itself).
    /// </summary>
    /// <param name="dueIn">
    /// With <see cref="WorkState.Waiting"/>: how long until it is tried again. With <see cref="WorkState.InDoubt"/>: how
    /// long until its order is looked for, a record of kind <see cref="WorkKind.LookUp"/>; null when it cannot be.
    /// </param>
    Task<IReadOnlyList<Asker>?> SettleAsync(Work claim, WorkState state, string? orderId, TimeSpan? dueIn, IReadOnlyList<Outgoing> events, CancellationToken ct);

    /// <summary>Claims whose lease has run out without an outcome.</summary>
    Task<IReadOnlyList<Work>> ExpiredAsync(int atMost, CancellationToken ct);

    /// <summary>
    /// Ends a doubt: the order exists, or (with <see cref="WorkState.Waiting"/>) it does not and the lead is sent again.
    /// Null when the lead is not in doubt, or in another doubt than the one that was read; else who waits for the outcome.
    /// </summary>
    Task<IReadOnlyList<Asker>?> ResolveAsync(Work doubt, WorkState state, string? orderId, IReadOnlyList<Outgoing> events, CancellationToken ct);

    /// <summary>Notes that somebody saw a lead's order, as long as it has none here, and returns the lead as it stands; null for an unknown one.</summary>
    Task<Work?> WitnessAsync(string connection, Guid leadId, string orderId, CancellationToken ct);

    /// <summary>
    /// Gives a claimed lead back that waits for another which was refused: it takes that one's place, unless somebody was
    /// faster, for whom it then waits.
    /// </summary>
    Task TakeOverAsync(Work claim, DuplicateRule rule, CancellationToken ct);

    /// <summary>Whether a newer status waits for the same order.</summary>
    Task<bool> HasNewerUpdateAsync(Work update, CancellationToken ct);

    /// <summary>Leads in doubt, the oldest first.</summary>
    Task<IReadOnlyList<Work>> InDoubtAsync(int atMost, CancellationToken ct);

    /// <summary>Whose order it is; null when the relay did not make it.</summary>
    Task<Subject?> FindOrderAsync(string connection, string orderId, CancellationToken ct);

    /// <summary>A lead's record; null when the relay has none.</summary>
    Task<Work?> FindLeadAsync(Guid leadId, CancellationToken ct);

    /// <summary>
    /// Erases the person behind a lead (<see cref="PersonalData.Erase"/>) in every record about it: its own, and the updates,
    /// verifications and looks of its order; and its place among the first with a phone. A record that has no outcome yet keeps
    /// what it needs, and is erased as it gets one. A refused lead that is submitted again is somebody new. Repeatable.
    /// </summary>
    /// <param name="told">The event to tell with it, given whether all of it is erased; none is told when there is no such lead.</param>
    /// <returns>False when there is no such lead.</returns>
    Task<bool> ErasePersonAsync(Guid leadId, Func<bool, Outgoing> told, CancellationToken ct);
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

    /// <summary>Look for the order of a lead in doubt: doing it twice is harmless.</summary>
    LookUp,
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
public sealed record NewWork(Guid Id, WorkKind Kind, Guid MessageId, IAudited Message, string? BodyHash)
{
    /// <summary>Of a lead whose campaign wants no second order for a phone.</summary>
    public DuplicateRule? Duplicates { get; init; }

    /// <summary>Of a status update: what is told of one that was pushed before another for the same order, and is not sent any more.</summary>
    public Func<Work, Outgoing>? Supersede { get; init; }
}

/// <summary>The first lead with a phone has its campaign's order; others that come within the window wait for what becomes of it.</summary>
/// <param name="Window">From the first one's arrival.</param>
public sealed record DuplicateRule(string Campaign, string Phone, TimeSpan Window);

/// <summary>What may not be claimed now.</summary>
/// <param name="Free">How many records of a connection; one that is not named has no limit.</param>
/// <param name="Paused">Campaigns whose leads wait.</param>
/// <param name="PausedElse">Connections whose other requests wait.</param>
public sealed record ClaimLimits(IReadOnlyDictionary<string, int> Free, IReadOnlyCollection<string> Paused, IReadOnlyCollection<string> PausedElse)
{
    public static readonly ClaimLimits None = new(new Dictionary<string, int>(), [], []);
}

/// <summary>A request in the ledger.</summary>
/// <param name="Round">1, and one more each time a refused lead was submitted again.</param>
/// <param name="Attempt">Calls begun, this one included.</param>
/// <param name="Since">When this round was accepted, by the store's clock.</param>
/// <param name="Lease">Token of the claim.</param>
/// <param name="Outcome">The latest event that tells of its state.</param>
/// <param name="SeenOrderId">An order of it that somebody saw in SalesRender while it had none here.</param>
/// <param name="WaitsFor">The lead whose outcome decides about this one.</param>
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
    IAudited? Outcome,
    string? SeenOrderId,
    Guid? WaitsFor)
{
    /// <summary>Id of the record that looks into this doubt, and into no other of the lead.</summary>
    public Guid LookUpId => StableId.Of(Id.ToString(), nameof(WorkKind.LookUp), Round, Attempt);
}

/// <summary>What became of accepting a request.</summary>
/// <param name="IsNew">False when the ledger knew it, or when it was superseded as it came.</param>
public sealed record Accepted(bool IsNew, Work Work)
{
    /// <summary>What is told of older status updates of the order, which will not be sent, and who waits for it.</summary>
    public IReadOnlyList<(Outgoing Event, Asker? Asker)> Superseded { get; init; } = [];
}

/// <summary>Somebody who waits for an outcome.</summary>
public sealed record Asker(string Instance, Guid RequestId);
