using LeadRelay.Persistence.Postbacks;
using MongoDB.Bson;
using MongoDB.Driver;

namespace LeadRelay.Persistence.MongoDb;

/// <summary>
/// An order within a transaction that changes it: its document, and its deliveries that have not ended. Whoever changes
/// either writes the document with its next version, so of two who change one order at once one has to begin again.
/// </summary>
internal sealed class OrderChange
{
    /// <summary>States of deliveries that have not ended.</summary>
    public static readonly string[] Open = [nameof(DeliveryState.Waiting), nameof(DeliveryState.Behind), nameof(DeliveryState.Claimed)];

    private readonly IClientSessionHandle session;
    private readonly PostbackDocuments documents;
    private readonly List<BsonDocument> open;

    private OrderChange(IClientSessionHandle session, PostbackDocuments documents, BsonDocument order, List<BsonDocument> open) =>
        (this.session, this.documents, Order, this.open) = (session, documents, order, open);

    public BsonDocument Order { get; }

    /// <param name="order">Its document, or one with its id only when it is not stored yet.</param>
    public static async Task<OrderChange> BeginAsync(IClientSessionHandle session, PostbackDocuments documents, BsonDocument order) => new(session, documents, order,
        await documents.Deliveries.Find(session, new BsonDocument { ["order"] = order["_id"], ["state"] = Bson.AnyOf(Open) }).Sort(new BsonDocument("sequence", 1))
            .Project(new BsonDocument { ["target"] = 1, ["sequence"] = 1, ["state"] = 1, ["attempt"] = 1 }).ToListAsync());

    public static async Task<OrderChange> BeginAsync(IClientSessionHandle session, PostbackDocuments documents, BsonValue key) =>
        await BeginAsync(session, documents, await documents.Orders.Find(session, Bson.ById(key)).SingleAsync());

    /// <summary>Whether anything of a target is under way or waits.</summary>
    public bool IsOpen(string target) => open.Exists(delivery => delivery["target"] == target);

    /// <summary>Whether a newer delivery of a target waits for one that is under way.</summary>
    public bool IsFollowed(string target) => open.Exists(delivery => delivery["target"] == target && delivery["state"] == nameof(DeliveryState.Behind));

    /// <summary>Writes where a target is in the order's history; what it was sent is known better here.</summary>
    public void Promise(string name, TargetRecord record)
    {
        var target = PostbackDocuments.Target(Order, name);
        if (target is null)
        {
            target = new BsonDocument("target", name);
            if (record.Sent is { } sent)
                target["sent"] = PostbackDocuments.Mark(sent);
            Order["targets"].AsBsonArray.Add(target);
        }
        target["sequence"] = record.Sequence;
        target.Remove("clock");
        if (record.Clock is { } clock)
            target["clock"] = clock;
    }

    /// <summary>Makes a delivery; behind what is under way or waits.</summary>
    /// <param name="repeated">The request to repeat, as <see cref="RenderedPostback"/> in JSON.</param>
    public async Task AddAsync(Postback postback, Subject about, Lane lane, string? repeated)
    {
        var state = IsOpen(postback.Target) ? DeliveryState.Behind : DeliveryState.Waiting;
        var delivery = new BsonDocument
        {
            ["order"] = Order["_id"],
            ["target"] = postback.Target,
            ["sequence"] = postback.Sequence,
            ["state"] = state.ToString(),
            ["lane"] = lane.ToString(),
            ["attempt"] = 0,
            ["waited"] = 0L,
            ["campaign"] = Bson.Of(about.Campaign),
            ["partner"] = Bson.Of(about.Partner),
            ["event"] = postback.Event.ToString(),
            ["postback"] = MessageJson.Write(postback),
            ["sent"] = Bson.Of(repeated),
            ["repeats"] = repeated is not null,
        };
        var id = Bson.Of(postback.DeliveryId);
        var computed = new BsonDocument { ["since"] = Bson.Now, ["due_at"] = Bson.Now, ["place"] = PostbackDocuments.Place($"{open.Count:000}-{postback.DeliveryId}") };
        if ((await documents.Deliveries.UpdateOneAsync(session, Bson.ById(id), Bson.Put(delivery, computed), new UpdateOptions { IsUpsert = true })).MatchedCount > 0)
            throw new InvalidOperationException($"Delivery {postback.DeliveryId} was made already.");
        open.Add(delivery.Add("_id", id));
    }

    /// <summary>Ends one that waits. False when it does not wait (any more).</summary>
    public async Task<bool> EndAsync(Guid deliveryId, DeliveryState state)
    {
        var id = Bson.Of(deliveryId);
        if (open.Find(delivery => delivery["_id"] == id && delivery["state"] != nameof(DeliveryState.Claimed)) is not { } ended)
            return false;
        await documents.Deliveries.UpdateOneAsync(session, Bson.ById(id), Bson.Put(new BsonDocument("state", state.ToString())));
        await LeaveAsync(ended, state, isRefused: false);
        return true;
    }

    /// <summary>Gives back the one that was claimed, in whatever state it was written.</summary>
    /// <param name="isRefused">The attempt surely changed nothing at the target.</param>
    public Task LeaveAsync(Guid deliveryId, DeliveryState state, bool isRefused)
    {
        var id = Bson.Of(deliveryId);
        return LeaveAsync(open.Single(delivery => delivery["_id"] == id), state, isRefused);
    }

    /// <summary>The next of a target, once nothing is before it.</summary>
    public async Task LetNextComeAsync(string target)
    {
        var all = open.Where(delivery => delivery["target"] == target).ToList();
        if (all.Exists(delivery => delivery["state"] != nameof(DeliveryState.Behind)) || all.MinBy(delivery => delivery["sequence"]) is not { } next)
            return;
        next["state"] = nameof(DeliveryState.Waiting);
        await documents.Deliveries.UpdateOneAsync(session, Bson.ById(next["_id"]), Bson.Put(new BsonDocument("state", next["state"]), new BsonDocument("due_at", Bson.Now)));
    }

    /// <summary>Writes the order's targets with its next version.</summary>
    /// <param name="fields">What else of it changes.</param>
    /// <param name="isNew">It is not stored yet.</param>
    public Task SaveAsync(BsonDocument? fields = null, bool isNew = false) => documents.Orders.UpdateOneAsync(session, Bson.ById(Order["_id"]), Bson.Put(
        new BsonDocument { ["version"] = (isNew ? 0 : Order["version"].AsInt64) + 1, ["targets"] = Order["targets"] }.AddRange(fields ?? []),
        isNew ? new BsonDocument("place", PostbackDocuments.Place($"{Order["_id"]["connection"]}/{Order["_id"]["order_id"]}")) : null),
        new UpdateOptions { IsUpsert = isNew });

    private async Task LeaveAsync(BsonDocument delivery, DeliveryState state, bool isRefused)
    {
        delivery["state"] = state.ToString();
        if (state is DeliveryState.Waiting)
            return;
        open.Remove(delivery);
        if (state is not DeliveryState.Delivered)
            await NotSentAsync(delivery["target"].AsString, delivery["sequence"], isSure: delivery["attempt"].AsInt32 <= (isRefused ? 1 : 0));
    }

    /// <summary>
    /// A delivery that was begun and given up may never have reached its target, so it no longer counts as sent. Unless an
    /// earlier one of the same did. If it surely never reached it, the target still has what it was delivered before.
    /// </summary>
    private async Task NotSentAsync(string name, BsonValue sequence, bool isSure)
    {
        if (PostbackDocuments.Target(Order, name) is not { } target || !target.TryGetValue("sent", out var sent) || sent["sequence"] != sequence)
            return;
        var had = new BsonDocument { ["order"] = Order["_id"], ["target"] = name, ["sequence"] = sequence, ["state"] = nameof(DeliveryState.Delivered) };
        if (await documents.Deliveries.Find(session, had).AnyAsync())
            return;
        target.Remove("sent");
        had["sequence"] = new BsonDocument("$lt", sequence);
        if (isSure && await documents.Deliveries.Find(session, had).Sort(new BsonDocument("sequence", -1)).Limit(1).FirstOrDefaultAsync() is { } before)
        {
            var told = PostbackDocuments.Postback(before);
            target["sent"] = PostbackDocuments.Mark(new SentMark(told.Event, told.Label, told.Sequence));
        }
    }
}
