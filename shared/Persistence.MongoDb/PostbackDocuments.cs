using LeadRelay.Persistence.Postbacks;
using MongoDB.Bson;
using MongoDB.Driver;

namespace LeadRelay.Persistence.MongoDb;

/// <summary>
/// The collections of PostbackDispatcher's ledger, and how its records look in them. What is looked for is a field; what is
/// only carried is the text that the relay writes and reads itself, so nothing from outside can become a field's name.
/// </summary>
internal sealed class PostbackDocuments(MongoStore store)
{
    public IMongoCollection<BsonDocument> Orders { get; } = store.Collection("postbacks.orders");

    public IMongoCollection<BsonDocument> Deliveries { get; } = store.Collection("postbacks.deliveries");

    public IMongoCollection<BsonDocument> Messages { get; } = store.Collection("postbacks.messages");

    public IMongoCollection<BsonDocument> Names { get; } = store.Collection("postbacks.names");

    public IMongoCollection<BsonDocument> Jobs { get; } = store.Collection("postbacks.jobs");

    public MongoOutbox Outbox { get; } = new(store.Collection("postbacks.outbox"));

    public static IReadOnlyList<MongoCollection> Collections { get; } =
    [
        new("postbacks.orders",
            MongoCollection.Index("of_lead", "lead_id, _id.connection", MongoCollection.Having("lead_id")),
            MongoCollection.Index("of_click", "_id.connection, click_id", MongoCollection.Having("click_id")),
            MongoCollection.Index("of_campaign", "campaign, place", MongoCollection.Having("campaign"))),
        new("postbacks.deliveries",
            MongoCollection.Index("due", "state, lane, target, due_at"),
            MongoCollection.Index("pending", "state, due_at"),
            MongoCollection.Index("of_order", "order, target, sequence"),
            MongoCollection.Index("made", "place")),
        new("postbacks.messages",
            MongoCollection.Index("kept", "kept_for, place", MongoCollection.Having("kept_for")),
            MongoCollection.Index("released", "released, place", MongoCollection.Having("released")),
            MongoCollection.Index("about_order", "about.connection, about.order_id", MongoCollection.Having("about.order_id")),
            MongoCollection.Index("about_lead", "about.connection, about.lead_id", MongoCollection.Having("about.lead_id")),
            MongoCollection.Index("wants_order", "wants.connection, wants.order_id", MongoCollection.Having("wants.order_id")),
            MongoCollection.Index("wants_lead", "wants.connection, wants.lead_id", MongoCollection.Having("wants.lead_id")),
            MongoCollection.Index("wants_click", "wants.connection, wants.click_id", MongoCollection.Having("wants.click_id"))),
        // Needed only as long as a transaction may last.
        new("postbacks.names", MongoCollection.Expiry("expiry", "at", TimeSpan.FromHours(1))),
        new("postbacks.jobs", MongoCollection.Index("latest", "number")),
        new("postbacks.outbox", MongoCollection.Index("age", "since")),
    ];

    /// <summary>Id of an order's document.</summary>
    public static BsonDocument Key(Subject about) => new() { ["connection"] = Bson.Of(about.Connection), ["order_id"] = Bson.Of(about.OrderId) };

    public static OrderRecord Order(BsonDocument order, IEnumerable<Postback> waiting) => new(
        About(order), MessageJson.Read<Dictionary<string, string>>(order.Text("tracking")!),
        Targets(order).ToDictionary(target => target.Text("target")!, target => new TargetRecord(target["sequence"].AsInt64, target.Text("clock"),
            target.TryGetValue("sent", out var sent) ? Mark(sent.AsBsonDocument) : null)),
        [.. waiting], order["version"].AsInt64)
    {
        Latest = order.TryGetValue("latest", out var latest) ? new LatestWord(latest.AsBsonDocument.Id("message"), latest["sequence"].AsInt64) : null,
    };

    public static Subject About(BsonDocument order) => MessageJson.Read<Subject>(order.Text("about")!);

    public static Postback Postback(BsonDocument delivery) => MessageJson.Read<Postback>(delivery.Text("postback")!);

    public static KeptMessage Kept(BsonDocument message) => new(message.Id("_id"), MessageJson.Read<OrderStatusChanged>(message.Text("message")!), message.Text("place")!,
        !message.Contains("wants") && message["about"].AsBsonDocument is var about && about.Text("order_id") is { } order ? new Subject(Connection: about.Text("connection"), OrderId: order) : null);

    /// <param name="last">Sequence of the newest delivery of its order and target.</param>
    public static DeliveryRow Row(BsonDocument delivery, BsonDocument order, Guid? resentAs, long last)
    {
        var state = Enum.Parse<DeliveryState>(delivery.Text("state")!);
        var promised = Target(order, delivery.Text("target")!)?["sequence"].AsInt64 ?? 0;
        return new DeliveryRow(Postback(delivery), About(order), state, delivery["attempt"].AsInt32,
            state is DeliveryState.Waiting ? delivery.Time("due_at") : null, delivery.Time("since"), delivery.Text("place")!, resentAs, IsSuperseded(delivery, last, promised));
    }

    /// <summary>
    /// Whether a delivery has ended, and its target was promised something newer since. A repeat of what was told moves the target's
    /// place on, and makes no delivery. What gave way or was called off is not the newest by that alone.
    /// </summary>
    /// <param name="last">Sequence of the newest delivery of its order and target.</param>
    /// <param name="promised">The target's own place in the order's history.</param>
    public static bool IsSuperseded(BsonDocument delivery, long last, long promised) => delivery["sequence"].AsInt64 < Enum.Parse<DeliveryState>(delivery.Text("state")!) switch
    {
        DeliveryState.Delivered or DeliveryState.Failed => last,
        DeliveryState.Superseded or DeliveryState.Cancelled => promised,
        _ => long.MinValue,
    };

    /// <summary>What an order's targets have been promised or sent.</summary>
    public static IEnumerable<BsonDocument> Targets(BsonDocument order) => order["targets"].AsBsonArray.Select(target => target.AsBsonDocument);

    public static BsonDocument? Target(BsonDocument order, string name) => Targets(order).FirstOrDefault(target => target.Text("target") == name);

    public static BsonDocument Mark(SentMark sent) => new() { ["event"] = sent.Event.ToString(), ["label"] = sent.Label, ["sequence"] = sent.Sequence };

    /// <summary>Where a document stands in a list of its kind: by the store's clock, then by what tells it from others.</summary>
    public static BsonDocument Place(string tail) =>
        new("$concat", new BsonArray { new BsonDocument("$toString", new BsonDocument("$toLong", Bson.Now)), "-", new BsonDocument("$literal", tail) });

    /// <summary>When a document got its <see cref="Place"/>.</summary>
    public static BsonDocument TimeOf(string place) =>
        new("$toDate", new BsonDocument("$toLong", new BsonDocument("$arrayElemAt", new BsonArray { new BsonDocument("$split", new BsonArray { place, "-" }), 0 })));

    private static SentMark Mark(BsonDocument sent) => new(Enum.Parse<StatusEvent>(sent.Text("event")!), sent.Text("label")!, sent["sequence"].AsInt64);
}
