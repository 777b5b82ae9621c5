namespace LeadRelay.Persistence.Postbacks;

/// <summary>
/// PostbackDispatcher's memory: one record per order, one per delivery, and the messages that still wait for something.
/// Deciding happens outside, on an <see cref="OrderRecord"/>; <see cref="CommitAsync"/> takes the decision only if nothing
/// has touched the order since.
/// </summary>
public interface IPostbackLedger : IOutbox
{
    /// <summary>True when this message has been taken over before.</summary>
    Task<bool> KnowsAsync(Guid messageId, CancellationToken ct);

    /// <summary>Orders of the connection that a subject means: by lead id, else by order id, else by click id.</summary>
    Task<IReadOnlyList<OrderRecord>> FindAsync(Subject about, CancellationToken ct);

    /// <summary>Takes over a message that nothing can be decided about yet, or changes what it is kept for. One that is done with stays so.</summary>
    Task KeepAsync(Guid messageId, OrderStatusChanged message, KeptFor reason, IReadOnlyList<Outgoing> events, CancellationToken ct);

    /// <summary>Ends the wait of a message.</summary>
    Task ForgetAsync(Guid messageId, IReadOnlyList<Outgoing> events, CancellationToken ct);

    /// <summary>Messages kept for a reason for at least that long, oldest first.</summary>
    Task<IReadOnlyList<KeptMessage>> KeptAsync(KeptFor reason, TimeSpan age, int atMost, CancellationToken ct);

    /// <summary>Messages kept for want of their order, whose order is known by now.</summary>
    Task<IReadOnlyList<KeptMessage>> ReleasableAsync(int atMost, CancellationToken ct);

    /// <summary>Takes a decision over, whole or not at all.</summary>
    Task<Committed> CommitAsync(OrderCommit commit, CancellationToken ct);

    /// <summary>Leases deliveries that are due, one per order and target.</summary>
    /// <param name="lane">First attempts or later ones.</param>
    /// <param name="perTarget">So many of one target at most.</param>
    /// <param name="except">Targets to leave out.</param>
    Task<IReadOnlyList<Delivery>> ClaimAsync(Lane lane, int atMost, int perTarget, TimeSpan lease, IReadOnlyCollection<string> except, CancellationToken ct);

    /// <summary>Writes what came of an attempt. False when the lease is somebody else's by now.</summary>
    /// <param name="retryIn">With <see cref="DeliveryState.Waiting"/>: how long until the next attempt.</param>
    /// <param name="superseded">Told instead when it would wait, but a newer delivery for the same target waits already.</param>
    Task<bool> SettleAsync(Delivery claim, DeliveryState state, TimeSpan? retryIn, IReadOnlyList<Outgoing> events, Outgoing? superseded, CancellationToken ct);
}

/// <summary>Why a message is kept undecided.</summary>
public enum KeptFor
{
    /// <summary>Its order is not known yet.</summary>
    Order,

    /// <summary>As <see cref="Order"/>, and no campaign claims it: most likely none of ours.</summary>
    Stranger,

    /// <summary>The campaign's map lacks its status.</summary>
    StatusMap,

    /// <summary>SalesRender is asked whether it is so.</summary>
    Verification,
}

/// <summary>A message kept, with its id.</summary>
public sealed record KeptMessage(Guid Id, OrderStatusChanged Message);

/// <summary>What is known of an order, read as one state.</summary>
/// <param name="Targets">Per target, what it has been promised or sent.</param>
/// <param name="Waiting">Deliveries that wait and are in nobody's hands, oldest first.</param>
/// <param name="Version">Grows with each change; 0 means not stored yet.</param>
public sealed record OrderRecord(
    Subject About,
    IReadOnlyDictionary<string, string> Tracking,
    IReadOnlyDictionary<string, TargetRecord> Targets,
    IReadOnlyList<Postback> Waiting,
    long Version);

/// <summary>What one target has been promised or sent for an order.</summary>
/// <param name="Sequence">Of the latest change that a delivery was made for.</param>
/// <param name="Clock">Whose clock says so: <see cref="SalesRender"/>, a door's, or null when it was moved behind another change.</param>
/// <param name="Sent">The latest delivery that was begun and not given up since (failed for good, superseded).</param>
public sealed record TargetRecord(long Sequence, string? Clock, SentMark? Sent)
{
    /// <summary>The CRM's own clock.</summary>
    public const string SalesRender = "SalesRender";
}

/// <summary>What a target was sent.</summary>
public sealed record SentMark(StatusEvent Event, string Label, long Sequence);

/// <summary>A decision about one message of one order.</summary>
/// <param name="Order">As it shall be; its <see cref="OrderRecord.Version"/> as it was read.</param>
/// <param name="Message">As received; null for an order's creation.</param>
/// <param name="Held">It waits for the status map.</param>
/// <param name="Delivery">To be made, if any.</param>
/// <param name="Superseded">Waiting ones that will not be made.</param>
public sealed record OrderCommit(
    OrderRecord Order,
    Guid MessageId,
    OrderStatusChanged? Message,
    bool Held,
    Postback? Delivery,
    IReadOnlyList<Guid> Superseded,
    IReadOnlyList<Outgoing> Events);

/// <summary>What became of a commit.</summary>
public enum Committed
{
    /// <summary>The decision counts.</summary>
    Taken,

    /// <summary>The order was touched since it was read, so nothing was changed: read it again and decide anew.</summary>
    Touched,

    /// <summary>Somebody has decided about the message already, so nothing was changed.</summary>
    Known,
}

/// <summary>Where a delivery stands.</summary>
public enum DeliveryState
{
    Waiting, Claimed, Delivered, Failed, Superseded,
}

/// <summary>Attempts are made in two lanes, so that first ones never wait behind retries.</summary>
public enum Lane
{
    First, Retry,
}

/// <summary>A claimed delivery.</summary>
/// <param name="Cause">The webhook that is passed on; null for an order's creation.</param>
/// <param name="Attempt">This one's number, 1 for the first.</param>
public sealed record Delivery(Postback Postback, Subject About, IReadOnlyDictionary<string, string> Tracking, OrderStatusChanged? Cause, int Attempt, Guid Lease);
