using MongoDB.Bson;
using MongoDB.Driver;

namespace LeadRelay.Persistence.MongoDb;

/// <summary>A collection that a store is to have.</summary>
/// <param name="Indexes">They are made at the store's first use, and stay as they are when they are there.</param>
public sealed record MongoCollection(string Name, params IReadOnlyList<CreateIndexModel<BsonDocument>> Indexes)
{
    /// <param name="fields">Ascending, with commas between.</param>
    /// <param name="only">The documents that are in it. What is looked for must say the same, else the index is not used.</param>
    internal static CreateIndexModel<BsonDocument> Index(string name, string fields, BsonDocument? only = null) => new(
        new BsonDocument(fields.Split(", ").Select(field => new BsonElement(field, 1))), new CreateIndexOptions<BsonDocument> { Name = name, PartialFilterExpression = only });

    /// <summary>Documents are deleted some time after what a field of theirs says.</summary>
    internal static CreateIndexModel<BsonDocument> Expiry(string name, string field, TimeSpan after) =>
        new(new BsonDocument(field, 1), new CreateIndexOptions { Name = name, ExpireAfter = after });

    /// <summary>Documents that have a field.</summary>
    internal static BsonDocument Having(string field) => new(field, new BsonDocument("$exists", true));
}
