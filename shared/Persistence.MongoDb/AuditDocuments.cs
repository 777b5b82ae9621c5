using System.Globalization;
using LeadRelay.Persistence.Audit;
using MongoDB.Bson;
using MongoDB.Driver;

namespace LeadRelay.Persistence.MongoDb;

/// <summary>
/// The collections of the audit, and how its records look in them. What is looked for is a field; the message itself is the
/// text that was sent: payloads from outside have keys with dots and dollars, and amounts must come back as they were.
/// </summary>
internal sealed class AuditDocuments(MongoStore store)
{
    public IMongoCollection<BsonDocument> Messages { get; } = store.Collection("audit.messages");

    public IMongoCollection<BsonDocument> Apart { get; } = store.Collection("audit.apart");

    /// <summary>One per lead.</summary>
    public IMongoCollection<BsonDocument> Leads { get; } = store.Collection("audit.leads");

    /// <summary>Each index of the messages ends in what pages are read by, so none has to be sorted.</summary>
    public static IReadOnlyList<MongoCollection> Collections { get; } =
    [
        new("audit.messages",
            MongoCollection.Index("of_lead", "lead, at, _id", MongoCollection.Having("lead")),
            MongoCollection.Index("of_order", "order, connection, at, _id", MongoCollection.Having("order")),
            MongoCollection.Index("of_click", "click, at, _id", MongoCollection.Having("click")),
            MongoCollection.Index("of_phone", "phone, at, _id", MongoCollection.Having("phone")),
            MongoCollection.Index("of_campaign", "campaign, at, _id", MongoCollection.Having("campaign")),
            MongoCollection.Index("of_partner", "partner, at, _id", MongoCollection.Having("partner")),
            MongoCollection.Index("of_kind", "kind, at, _id"),
            // With the comment, so that only documents whose comment fits are fetched.
            MongoCollection.Index("commented", "at, _id, comment", MongoCollection.Having("comment")),
            MongoCollection.Index("in_time", "at, _id")),
        new("audit.apart", MongoCollection.Index("in_time", "at")),
        new("audit.leads",
            MongoCollection.Index("of_order", "order, connection", MongoCollection.Having("order")),
            MongoCollection.Index("of_click", "click", MongoCollection.Having("click")),
            // All that statistics are made of.
            MongoCollection.Index("counted", "campaign, at, partner, state, code, label, event, delivered, failed"),
            MongoCollection.Index("detailed", "at", Detailed)),
    ];

    /// <summary>Leads whose record has details.</summary>
    public static BsonDocument Detailed => new("detailed", true);

    public static BsonDocument Message(AuditEntry entry) => Bson.Present(new BsonDocument
    {
        ["_id"] = Bson.Of(entry.MessageId),
        ["kind"] = entry.Kind,
        ["at"] = Bson.Of(entry.At),
        ["lead"] = Bson.Of(entry.About.LeadId),
        ["connection"] = Bson.Of(entry.About.Connection),
        ["order"] = Bson.Of(entry.About.OrderId),
        ["campaign"] = Bson.Of(entry.About.Campaign),
        ["partner"] = Bson.Of(entry.About.Partner),
        ["click"] = Bson.Of(entry.About.ClickId),
        ["correlation"] = Bson.Of(entry.Correlation),
        ["phone"] = Bson.Of(entry.PhoneHash),
        ["comment"] = Bson.Of(entry.Comment?.ToLowerInvariant()),
        ["message"] = entry.Message,
    });

    public static AuditEntry Entry(BsonDocument row)
    {
        var (id, at) = (row.Id("_id"), row.Time("at"));
        var about = new Subject(row.Contains("lead") ? row.Id("lead") : null, row.Text("connection"), row.Text("order"), row.Text("campaign"), row.Text("partner"), row.Text("click"));
        return new AuditEntry(id, row.Text("kind")!, at, about, row.Text("correlation"), row.Text("phone"), row.Text("comment"), row.Text("message")!)
        {
            Place = string.Create(CultureInfo.InvariantCulture, $"{at.ToUnixTimeMilliseconds()}-{id:N}"),
        };
    }

    public static BsonDocument SetApart(ApartEntry entry) => new()
    {
        ["_id"] = Bson.Of(entry.MessageId), ["kind"] = entry.Kind, ["at"] = Bson.Of(entry.At), ["reason"] = entry.Reason, ["bytes"] = entry.Bytes, ["message"] = entry.Message, ["lead"] = Bson.Of(entry.LeadId),
    };

    public static ApartEntry SetApart(BsonDocument row) =>
        new(row.Id("_id"), row.Text("kind")!, row.Time("at"), row.Text("reason")!, row["bytes"].ToInt64(), row.Text("message")!, row["lead"].IsBsonNull ? null : row.Id("lead"));

    /// <summary>All of a view but its id, with its next version.</summary>
    public static BsonDocument Fields(StoredView view) => new()
    {
        ["version"] = view.Version + 1,
        ["at"] = Bson.Of(view.At),
        ["connection"] = Bson.Of(view.About.Connection),
        ["order"] = Bson.Of(view.About.OrderId),
        ["campaign"] = Bson.Of(view.About.Campaign),
        ["partner"] = Bson.Of(view.About.Partner),
        ["click"] = Bson.Of(view.About.ClickId),
        ["state"] = view.End.State,
        ["code"] = Bson.Of(view.End.Code),
        ["label"] = Bson.Of(view.End.Label),
        ["event"] = Bson.Of(view.End.Event?.ToString()),
        ["delivered"] = view.Delivered,
        ["failed"] = view.Failed,
        ["facts"] = view.Facts,
        ["detailed"] = view.Facts is StoredView.NoDetails ? BsonNull.Value : true,
        ["forgotten"] = view.Forgotten ? true : BsonNull.Value,
    };

    public static StoredView View(BsonDocument row)
    {
        var id = row.Id("_id");
        return new StoredView(id, row["version"].ToInt64(), row.Time("at"),
            new Subject(id, row.Text("connection"), row.Text("order"), row.Text("campaign"), row.Text("partner"), row.Text("click")),
            End(row), row["delivered"].ToInt32(), row["failed"].ToInt32(), row.Text("facts")!, row.Contains("forgotten"));
    }

    public static LeadEnd End(BsonDocument row) =>
        new(row.Text("state")!, row.Text("code"), row.Text("label"), row.Text("event") is { } name ? Enum.Parse<StatusEvent>(name) : null);

    /// <summary>Documents of these orders. The server looks for each order id with each connection, so see which it is.</summary>
    public static BsonDocument OfOrders(IReadOnlyCollection<OrderKey> orders) => new()
    {
        ["order"] = Bson.AnyOf(orders.Select(order => Bson.Of(order.OrderId)).Distinct()),
        ["connection"] = Bson.AnyOf(orders.Select(order => Bson.Of(order.Connection)).Distinct()),
    };
}
