using LeadRelay.Persistence.Crm;
using MongoDB.Bson;
using MongoDB.Driver;

namespace LeadRelay.Persistence.MongoDb;

/// <summary>
/// The collections of CrmWriter's ledger, and how its records look in them: what is looked for is a field, messages are the
/// text that the relay writes and reads itself.
/// </summary>
internal sealed class CrmDocuments(MongoStore store)
{
    /// <summary>States of records that have no outcome yet.</summary>
    public static readonly string[] Open = [nameof(WorkState.Waiting), nameof(WorkState.Claimed), nameof(WorkState.InDoubt)];

    /// <summary>One per request. Those who wait for its outcome are within it, so that nobody joins them while it is written.</summary>
    public IMongoCollection<BsonDocument> Work { get; } = store.Collection("crm.work");

    /// <summary>Per order, when the latest of its updates and verifications arrived.</summary>
    public IMongoCollection<BsonDocument> Arrivals { get; } = store.Collection("crm.arrivals");

    /// <summary>Per campaign and phone, the lead that goes first.</summary>
    public IMongoCollection<BsonDocument> Firsts { get; } = store.Collection("crm.firsts");

    public MongoOutbox Outbox { get; } = new(store.Collection("crm.outbox"));

    public static IReadOnlyList<MongoCollection> Collections { get; } =
    [
        new("crm.work",
            MongoCollection.Index("due", "state, connection, due_at"),
            MongoCollection.Index("waiting", "state, kind, due_at", Standing(WorkState.Waiting)),
            MongoCollection.Index("leased", "lease_until", Standing(WorkState.Claimed)),
            MongoCollection.Index("doubted", "since", Standing(WorkState.InDoubt)),
            MongoCollection.Index("of_order", "connection, order_id, kind"),
            MongoCollection.Index("about_lead", "lead_id", MongoCollection.Having("lead_id"))),
        // Needed only as long as the server's clock may be behind what it said.
        new("crm.arrivals", MongoCollection.Expiry("expiry", "last", TimeSpan.FromDays(1))),
        new("crm.firsts", MongoCollection.Index("of_lead", "lead_id")),
        new("crm.outbox", MongoCollection.Index("age", "since")),
    ];

    /// <summary>Records in a state.</summary>
    public static BsonDocument Standing(WorkState state) => new("state", state.ToString());

    public static Work Read(BsonDocument row) => new(
        row.Id("_id"),
        Enum.Parse<WorkKind>(row.Text("kind")!),
        State(row),
        row["round"].AsInt32,
        row["attempt"].AsInt32,
        MessageJson.Read(row.Text("type")!, row.Text("message")!),
        row.Text("body_hash"),
        row.Time("since"),
        row.Contains("lease") ? row.Id("lease") : null,
        row.Text("outcome") is { } outcome ? MessageJson.Read(row.Text("outcome_type")!, outcome) : null,
        row.Text("seen_order_id"),
        row.Contains("waits_for") ? row.Id("waits_for") : null);

    public static WorkState State(BsonDocument row) => Enum.Parse<WorkState>(row.Text("state")!);

    public static IReadOnlyList<Asker> Askers(BsonDocument row) => row.TryGetValue("askers", out var askers)
        ? [.. askers.AsBsonArray.Select(asker => new Asker(asker.AsBsonDocument.Text("instance")!, asker.AsBsonDocument.Id("request")))] : [];

    public static BsonValue Of(IEnumerable<Asker> askers) =>
        new BsonArray(askers.Select(asker => new BsonDocument { ["instance"] = asker.Instance, ["request"] = Bson.Of(asker.RequestId) }));

    /// <summary>The latest event that tells of a record's state; without one, what it had stays.</summary>
    public static BsonDocument Outcome(IAudited? told) =>
        told is null ? [] : new BsonDocument { ["outcome_type"] = told.GetType().Name, ["outcome"] = MessageJson.Write(told) };

    /// <summary>A record's texts without the person, who needs not be forgotten any more then.</summary>
    public static BsonDocument Erased(BsonDocument row) => new()
    {
        ["message"] = PersonalData.Erase(row.Text("message")!),
        ["outcome"] = Bson.Of(row.Text("outcome") is { } outcome ? PersonalData.Erase(outcome) : null),
        ["forget"] = BsonNull.Value,
    };
}
