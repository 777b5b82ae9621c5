namespace LeadRelay.Persistence.Postbacks;

/// <summary>
/// PostbackDispatcher's memory: one record per order, one per delivery, the messages that still wait for something, and
/// the operators' jobs. Deciding happens outside, on an <see cref="OrderRecord"/>; <see cref="CommitAsync"/> takes the
/// decision only if nothing has touched the order since.
/// </summary>
public interface IPostbackLedger : IOutbox, IBacklog
{
    /// <summary>True when this message has been taken over before.</summary>
    Task<bool> KnowsAsync(Guid messageId, CancellationToken ct);

    /// <summary>Orders of the connection that a subject means: by lead id, else by order id, else by click id.</summary>
    Task<IReadOnlyList<OrderRecord>> FindAsync(Subject about, CancellationToken ct);

    /// <summary>Takes over a message that nothing can be decided about yet, or changes what it is kept for. One that is done with stays so.</summary>
    /// <param name="order">The order that it is about, where that is known.</param>
    Task KeepAsync(Guid messageId, OrderStatusChanged message, KeptFor reason, IReadOnlyList<Outgoing> events, CancellationToken ct, Subject? order = null);

    /// <summary>Gives up a message that waits for its order: nothing of it stays but its id. One that was decided about meanwhile stays as it is.</summary>
    Task ForgetAsync(Guid messageId, IReadOnlyList<Outgoing> events, CancellationToken ct);

    /// <summary>Messages kept for a reason for at least that long, oldest first.</summary>
    /// <param name="after"><see cref="KeptMessage.Place"/> of the last one seen; null begins.</param>
    Task<IReadOnlyList<KeptMessage>> KeptAsync(KeptFor reason, TimeSpan age, int atMost, CancellationToken ct, string? after = null);

    /// <summary>Messages kept for want of their order, whose order is known by now, oldest first. Costs nothing while there are none, however many are kept.</summary>
    Task<IReadOnlyList<KeptMessage>> ReleasableAsync(int atMost, CancellationToken ct);

    /// <summary>Takes a decision over, whole or not at all.</summary>
    Task<Committed> CommitAsync(OrderCommit commit, CancellationToken ct);

    /// <summary>Leases deliveries that are due, one per order and target, those of the longest waiting targets first.</summary>
    /// <param name="lane">First attempts or later ones.</param>
    /// <param name="perTarget">So many of one target at most.</param>
    /// <param name="places">Targets of which fewer may be taken; 0 leaves one out.</param>
    Task<IReadOnlyList<Delivery>> ClaimAsync(Lane lane, int atMost, int perTarget, TimeSpan lease, IReadOnlyDictionary<string, int> places, CancellationToken ct);

    /// <summary>Writes what came of an attempt. False when the lease is somebody else's by now.</summary>
    Task<bool> SettleAsync(Delivery claim, DeliveryOutcome outcome, IReadOnlyList<Outgoing> events, CancellationToken ct);

    /// <summary>A delivery as it stands; null when there is none.</summary>
    Task<DeliveryRow?> FindDeliveryAsync(Guid deliveryId, CancellationToken ct);

    /// <summary>Deliveries in the order they were made, from behind a place on.</summary>
    /// <param name="after"><see cref="DeliveryRow.Place"/> of the last one seen; null begins.</param>
    /// <param name="newestFirst">The other way round.</param>
    Task<IReadOnlyList<DeliveryRow>> ListAsync(DeliveryFilter filter, string? after, int atMost, CancellationToken ct, bool newestFirst = false);

    /// <summary>Deliveries that wait for an attempt, those that are due next first.</summary>
    Task<IReadOnlyList<DeliveryRow>> PendingAsync(DeliveryFilter filter, int atMost, CancellationToken ct);

    /// <summary>
    /// Has one delivered again: one that waits becomes due now; of one that has ended another is made, unless the target
    /// was promised something newer. Repeated under the same id it changes nothing and says the same.
    /// </summary>
    /// <param name="id">Of this resend; where another delivery is made, of that.</param>
    /// <param name="recorded">Send what was sent, letter by letter, where that is known; else render it from the configuration.</param>
    /// <param name="told">The event to tell with it, made from the delivery that is due now, and whether that repeats a request as it was sent.</param>
    /// <param name="dryRun">Change nothing and only say what would become of it.</param>
    Task<Resent> ResendAsync(Guid deliveryId, Guid id, bool recorded, Func<Subject, Postback, bool, Outgoing> told, CancellationToken ct, bool dryRun = false);

    /// <summary>Ends a delivery that waits. False when it does not wait (any more).</summary>
    Task<bool> CancelAsync(Guid deliveryId, IReadOnlyList<Outgoing> events, CancellationToken ct);

    /// <summary>Orders of a campaign in the order they became known, from behind a place on, each with the newest thing SalesRender said of it.</summary>
    /// <param name="after"><see cref="CampaignOrder.Place"/> of the last one seen; null begins.</param>
    Task<IReadOnlyList<CampaignOrder>> OrdersAsync(string campaign, string? after, int atMost, CancellationToken ct);

    /// <summary>
    /// Erases the person behind a lead (<see cref="PersonalData.Erase"/>) in its order's record, in the messages kept or decided
    /// about it, and in its deliveries, the comment with it; what waits is still delivered. Repeatable.
    /// </summary>
    /// <param name="events">What is told with it, where there is such an order.</param>
    /// <returns>False when there is no such order.</returns>
    Task<bool> ErasePersonAsync(Subject about, IReadOnlyList<Outgoing> events, CancellationToken ct);

    /// <summary>Takes a job on. One with the same id that is known already stays as it is.</summary>
    Task AddJobAsync(Job job, IReadOnlyList<Outgoing> events, CancellationToken ct);

    /// <summary>Leases a running job that is in nobody's hands, the oldest first; null when there is none.</summary>
    Task<ClaimedJob?> ClaimJobAsync(TimeSpan lease, CancellationToken ct);

    /// <summary>Writes how far a job is and keeps its lease, or gives it back with the job's end. False when the lease is somebody else's, or the job has ended.</summary>
    Task<bool> ReportJobAsync(ClaimedJob claim, Job job, TimeSpan lease, IReadOnlyList<Outgoing> events, CancellationToken ct);

    /// <summary>Ends a job that runs. False when it does not (any more).</summary>
    Task<bool> CancelJobAsync(Guid jobId, IReadOnlyList<Outgoing> events, CancellationToken ct);

    /// <summary>The newest jobs first; of one id alone where it is given.</summary>
    Task<IReadOnlyList<Job>> JobsAsync(Guid? jobId, int atMost, CancellationToken ct);
}
