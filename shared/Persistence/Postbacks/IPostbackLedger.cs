namespace LeadRelay.Persistence.Postbacks;

/// <summary>
/// PostbackDispatcher's memory: one record per order, one per delivery, the messages that still wait for something, and
/// the operators' jobs. Deciding happens outside, on an <see cref="OrderRecord"/>; <see cref="CommitAsync"/> takes the
/// decision only if nothing has touched the order since.
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
    Task<IReadOnlyList<DeliveryRow>> ListAsync(DeliveryFilter filter, string? after, int atMost, CancellationToken ct);

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
/// <param name="Place">Where it stands in the list.</param>
public sealed record KeptMessage(Guid Id, OrderStatusChanged Message, string Place);

/// <summary>What is known of an order, read as one state.</summary>
/// <param name="Targets">Per target, what it has been promised or sent.</param>
/// <param name="Waiting">Deliveries that wait and are in nobody's hands, oldest first.</param>
/// <param name="Version">Grows with each change; 0 means not stored yet.</param>
public sealed record OrderRecord(
    Subject About,
    IReadOnlyDictionary<string, string> Tracking,
    IReadOnlyDictionary<string, TargetRecord> Targets,
    IReadOnlyList<Postback> Waiting,
    long Version)
{
    /// <summary>The newest thing SalesRender said of it: message id and sequence; null when it said nothing yet.</summary>
    public LatestWord? Latest { get; init; }
}

/// <summary>Which message told the newest of an order.</summary>
/// <param name="Sequence">Of the change, Unix milliseconds.</param>
public sealed record LatestWord(Guid MessageId, long Sequence);

/// <summary>An order of a campaign.</summary>
/// <param name="Latest">The message that told the newest of it; null when there was none.</param>
/// <param name="Place">Where it stands in the list.</param>
public sealed record CampaignOrder(OrderRecord Order, KeptMessage? Latest, string Place);

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
/// <param name="Message">As received; null for an order's creation and what an operator has done.</param>
/// <param name="Held">It waits for the status map.</param>
/// <param name="Deliveries">To be made, one per target at most. One whose target has another under way or waiting comes <see cref="DeliveryState.Behind"/> it.</param>
/// <param name="Superseded">Waiting ones that will not be made.</param>
public sealed record OrderCommit(
    OrderRecord Order,
    Guid MessageId,
    OrderStatusChanged? Message,
    bool Held,
    IReadOnlyList<Postback> Deliveries,
    IReadOnlyList<Guid> Superseded,
    IReadOnlyList<Outgoing> Events)
{
    /// <summary>In which the deliveries' first attempts are made: those of an operator's remapping never stand before what has just happened.</summary>
    public Lane Lane { get; init; }
}

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
    /// <summary>For its next attempt.</summary>
    Waiting,

    /// <summary>For an older one of the same order and target, which is under way or must come first.</summary>
    Behind,

    /// <summary>An attempt is under way.</summary>
    Claimed,

    Delivered,

    Failed,

    /// <summary>A newer one was made instead.</summary>
    Superseded,

    /// <summary>By an operator.</summary>
    Cancelled,
}

/// <summary>Attempts are made in two lanes, so that first ones never wait behind retries and resends.</summary>
public enum Lane
{
    First, Retry,
}

/// <summary>A claimed delivery.</summary>
/// <param name="Cause">The webhook that is passed on; null for an order's creation.</param>
/// <param name="Attempt">This one's number, 1 for the first.</param>
/// <param name="Waited">Sum of the waits between its attempts so far, as they were given to it.</param>
/// <param name="Recorded">The request to repeat as it was; null: render it.</param>
public sealed record Delivery(
    Postback Postback, Subject About, IReadOnlyDictionary<string, string> Tracking, OrderStatusChanged? Cause, int Attempt, TimeSpan Waited, Guid Lease, RenderedPostback? Recorded = null);

/// <summary>What came of an attempt.</summary>
/// <param name="RetryIn">With <see cref="DeliveryState.Waiting"/>: how long until the next attempt.</param>
/// <param name="Superseded">Told instead when it would wait, but a newer delivery for the same target waits already. Null: it waits all the same, and the newer one behind it.</param>
/// <param name="Sent">The request as it was sent, to be repeated if an operator wants; null when none was.</param>
public sealed record DeliveryOutcome(DeliveryState State, TimeSpan? RetryIn = null, Outgoing? Superseded = null, RenderedPostback? Sent = null)
{
    /// <summary>No attempt was made after all: it does not count as one.</summary>
    public bool Unmade { get; init; }

    /// <summary>With <see cref="DeliveryState.Failed"/> and <see cref="DeliveryState.Superseded"/>: this attempt surely changed nothing at the target.</summary>
    public bool Refused { get; init; }
}

/// <summary>A delivery as it stands.</summary>
/// <param name="Attempts">Begun so far.</param>
/// <param name="DueAt">With <see cref="DeliveryState.Waiting"/>: when its next attempt is due.</param>
/// <param name="Place">Where it stands in the list.</param>
/// <param name="ResentAs">The newest delivery that says the same once more: of the same order, target and sequence.</param>
public sealed record DeliveryRow(
    Postback Postback, Subject About, DeliveryState State, int Attempts, DateTimeOffset? DueAt, DateTimeOffset Since, string Place, Guid? ResentAs = null);

/// <summary>Which deliveries are meant: all that fit every part that is given.</summary>
/// <param name="From">Decided at this time or later, UTC.</param>
/// <param name="To">Decided before this time, UTC.</param>
public sealed record DeliveryFilter(
    string? Campaign = null,
    string? Partner = null,
    string? Target = null,
    StatusEvent? Event = null,
    DeliveryState? State = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null);

/// <summary>What became of a resend.</summary>
public enum Resent
{
    /// <summary>It is due now.</summary>
    Due,

    /// <summary>There is no such delivery.</summary>
    Unknown,

    /// <summary>One for the same order and target is under way or waits: that comes first.</summary>
    UnderWay,

    /// <summary>The target was promised something newer since, and an older status never follows a newer one.</summary>
    Superseded,
}

/// <summary>An operator's work on many postbacks, done piece by piece.</summary>
/// <param name="Filter">Of a resend.</param>
/// <param name="Campaign">Of a remapping.</param>
/// <param name="DryRun">Only count.</param>
/// <param name="Recorded">Of a resend: repeat the requests as they were.</param>
/// <param name="After">Place of the last one looked at; null at the beginning.</param>
/// <param name="Looked">So many were looked at.</param>
/// <param name="Done">So many of them were sent again, or told anew.</param>
/// <param name="Refused">So many could not be: something newer or another attempt stands in the way.</param>
public sealed record Job(
    Guid Id,
    JobKind Kind,
    DeliveryFilter? Filter,
    string? Campaign,
    bool DryRun,
    bool Recorded,
    string? Reason,
    DateTimeOffset At,
    JobState State = JobState.Running,
    string? After = null,
    long Looked = 0,
    long Done = 0,
    long Refused = 0);

/// <summary>A job in our hands.</summary>
public sealed record ClaimedJob(Job Job, Guid Lease);

/// <summary>What a job does.</summary>
public enum JobKind
{
    /// <summary>Sends deliveries again.</summary>
    Resend,

    /// <summary>Decides about the newest status of each order again, by today's map and postbacks.</summary>
    Remap,
}

/// <summary>Where a job stands.</summary>
public enum JobState
{
    Running, Done, Cancelled,
}
