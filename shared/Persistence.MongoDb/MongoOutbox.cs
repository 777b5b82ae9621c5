using MongoDB.Bson;
using MongoDB.Driver;

namespace LeadRelay.Persistence.MongoDb;

/// <summary>The outbox of a ledger.</summary>
internal sealed class MongoOutbox(IMongoCollection<BsonDocument> outbox)
{
    public async Task AddAsync(IClientSessionHandle session, IReadOnlyList<Outgoing> events)
    {
        if (events.Count is 0)
            return;
        await outbox.BulkWriteAsync(session, events.Select(e => new UpdateOneModel<BsonDocument>(Bson.ById(Bson.Of(e.Id)), Bson.PutNew(
            new BsonDocument { ["type"] = e.Message.GetType().Name, ["message"] = MessageJson.Write(e.Message) }, new BsonDocument("since", Bson.Now))) { IsUpsert = true }));
    }

    public Task<IReadOnlyList<Outgoing>> LeftOverAsync(MongoStore store, TimeSpan age, int atMost, CancellationToken ct) => store.RunAsync<IReadOnlyList<Outgoing>>(async () =>
    {
        var rows = await outbox.Find(new BsonDocument().And("$lte", "since", Bson.In(-age))).Sort(new BsonDocument("since", 1)).Limit(atMost).ToListAsync(ct);
        return [.. rows.Select(row => new Outgoing(row.Id("_id"), MessageJson.Read(row.Text("type")!, row.Text("message")!)))];
    }, ct);

    public Task ConfirmedAsync(MongoStore store, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.RunAsync(() =>
        outbox.DeleteManyAsync(new BsonDocument("_id", Bson.AnyOf(events.Select(e => Bson.Of(e.Id)))), ct), ct);
}
