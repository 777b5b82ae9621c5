namespace LeadRelay.Persistence.Postbacks;

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
/// <param name="Order">Connection and order id, where its order was known when it was kept: its click id may belong to two by now. Null: what the message says is all there is.</param>
public sealed record KeptMessage(Guid Id, OrderStatusChanged Message, string Place, Subject? Order = null)
{
    /// <summary>What its order is found by.</summary>
    public Subject About => Order ?? Message.About;
}

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
    /// <summary>In which the deliveries' first attempts are made: those of an operator's remapping or release never stand before what has just happened.</summary>
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
