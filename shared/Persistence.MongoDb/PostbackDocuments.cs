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

    public static IReadOnlyDictionary<string, CreateIndexModel<BsonDocument>[]> Indexes { get; } = new Dictionary<string, CreateIndexModel<BsonDocument>[]>
    {
        ["postbacks.orders"] = [Index("_id.connection, lead_id", where: "lead_id"), Index("_id.connection, click_id", where: "click_id"), Index("campaign, place", where: "campaign")],
        ["postbacks.deliveries"] = [Index("state, lane, target, due_at"), Index("state, due_at"), Index("order, target, sequence"), Index("place")],
        ["postbacks.messages"] =
        [
            Index("kept_for, place", where: "kept_for"), Index("released, place", where: "released"), Index("wants.connection, wants.order_id", where: "wants.order_id"),
            Index("wants.connection, wants.lead_id", where: "wants.lead_id"), Index("wants.connection, wants.click_id", where: "wants.click_id"),
        ],
        // Needed only as long as a transaction may last.
        ["postbacks.names"] = [new(new BsonDocument("at", 1), new CreateIndexOptions { ExpireAfter = TimeSpan.FromHours(1) })],
        ["postbacks.jobs"] = [Index("number")],
        ["postbacks.outbox"] = [Index("since")],
    };

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

    public static KeptMessage Kept(BsonDocument message) => new(message.Id("_id"), MessageJson.Read<OrderStatusChanged>(message.Text("message")!), message.Text("place")!);

    public static DeliveryRow Row(BsonDocument delivery, Subject about, Guid? resentAs)
    {
        var state = Enum.Parse<DeliveryState>(delivery.Text("state")!);
        return new DeliveryRow(Postback(delivery), about, state, delivery["attempt"].AsInt32,
            state is DeliveryState.Waiting ? delivery.Time("due_at") : null, delivery.Time("since"), delivery.Text("place")!, resentAs);
    }

    /// <summary>What an order's targets have been promised or sent.</summary>
    public static IEnumerable<BsonDocument> Targets(BsonDocument order) => order["targets"].AsBsonArray.Select(target => target.AsBsonDocument);

    public static BsonDocument? Target(BsonDocument order, string name) => Targets(order).FirstOrDefault(target => target.Text("target") == name);

    public static BsonDocument Mark(SentMark sent) => new() { ["event"] = sent.Event.ToString(), ["label"] = sent.Label, ["sequence"] = sent.Sequence };

    /// <summary>Where a document stands in a list of its kind: by the store's clock, then by what tells it from others.</summary>
    public static BsonDocument Place(string tail) =>
        new("$concat", new BsonArray { new BsonDocument("$toString", new BsonDocument("$toLong", Bson.Now)), "-", new BsonDocument("$literal", tail) });

    private static SentMark Mark(BsonDocument sent) => new(Enum.Parse<StatusEvent>(sent.Text("event")!), sent.Text("label")!, sent["sequence"].AsInt64);

    /// <param name="where">Only documents that have this field.</param>
    private static CreateIndexModel<BsonDocument> Index(string fields, string? where = null) => new(
        new BsonDocument(fields.Split(", ").Select(field => new BsonElement(field, 1))),
        where is null ? null : new CreateIndexOptions<BsonDocument> { PartialFilterExpression = new BsonDocument(where, new BsonDocument("$exists", true)) });
}
