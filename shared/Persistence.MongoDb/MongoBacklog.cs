using MongoDB.Bson;
using MongoDB.Driver;

namespace LeadRelay.Persistence.MongoDb;

/// <summary>Counts what waits in a collection, from one index.</summary>
internal static class MongoBacklog
{
    /// <param name="waiting">What waits; as the index's own condition says it, where it has one.</param>
    /// <param name="kind">The field that says of which kind, or a constant.</param>
    /// <param name="field">Smallest of what has waited longest.</param>
    /// <param name="since">Its time, of <c>$oldest</c>.</param>
    public static async Task<IEnumerable<Backlog>> CountAsync(IMongoCollection<BsonDocument> collection, string index, BsonDocument waiting, BsonValue kind, string field, BsonValue since, CancellationToken ct)
    {
        PipelineDefinition<BsonDocument, BsonDocument> stages = new BsonDocument[]
        {
            new("$match", waiting),
            new("$group", new BsonDocument { ["_id"] = kind, ["count"] = new BsonDocument("$sum", 1), ["oldest"] = new BsonDocument("$min", field) }),
            new("$project", new BsonDocument { ["count"] = 1, ["waited"] = new BsonDocument("$subtract", new BsonArray { Bson.Now, since }) }),
        };
        using var cursor = await collection.AggregateAsync(stages, new AggregateOptions { Hint = index }, ct);
        return (await cursor.ToListAsync(ct)).Select(row => new Backlog(Backlogs.Word(row.Text("_id")!), row["count"].ToInt64(), TimeSpan.FromMilliseconds(row["waited"].ToInt64())));
    }
}
