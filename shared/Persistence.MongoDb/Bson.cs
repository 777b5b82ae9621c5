using MongoDB.Bson;
using MongoDB.Driver;

namespace LeadRelay.Persistence.MongoDb;

/// <summary>Values, filters and updates in BSON. What is null is not there.</summary>
internal static class Bson
{
    /// <summary>The store's clock, in updates and in <c>$expr</c>: the server's, never ours.</summary>
    public static readonly BsonValue Now = "$$NOW";

    /// <summary>Before or after now by the store's clock.</summary>
    public static BsonValue In(TimeSpan time) => new BsonDocument("$add", new BsonArray { Now, (long)time.TotalMilliseconds });

    /// <summary>In the standard representation, which mongosh shows as <c>UUID("…")</c>.</summary>
    public static BsonValue Of(Guid? id) => id is { } given ? new BsonBinaryData(given, GuidRepresentation.Standard) : BsonNull.Value;

    public static BsonValue Of(string? text) => text is null ? BsonNull.Value : new BsonString(text);

    public static BsonValue Of(DateTimeOffset time) => new BsonDateTime(time.ToUnixTimeMilliseconds());

    public static Guid Id(this BsonDocument document, string field) => document[field].AsBsonBinaryData.ToGuid(GuidRepresentation.Standard);

    public static string? Text(this BsonDocument document, string field) => document.TryGetValue(field, out var value) ? value.AsString : null;

    public static DateTimeOffset Time(this BsonDocument document, string field) => new(document[field].ToUniversalTime());

    /// <summary>What is there of these.</summary>
    public static BsonDocument Present(BsonDocument fields) => new(fields.Where(field => !field.Value.IsBsonNull));

    public static BsonDocument ById(BsonValue id) => new("_id", id);

    public static BsonDocument AnyOf(IEnumerable<BsonValue> values) => new("$in", new BsonArray(values));

    public static BsonDocument AnyOf(params string[] values) => new("$in", new BsonArray(values));

    /// <summary>Adds to a filter that a field's time has come.</summary>
    public static BsonDocument And(this BsonDocument filter, string comparison, string field, BsonValue time) =>
        filter.Add("$expr", new BsonDocument(comparison, new BsonArray { "$" + field, time }));

    /// <summary>Sets fields to values, letter by letter whatever is in them, and takes away those that are null.</summary>
    /// <param name="computed">Expressions that the server computes.</param>
    public static UpdateDefinition<BsonDocument> Put(BsonDocument values, BsonDocument? computed = null)
    {
        var set = new BsonDocument(values.Where(field => !field.Value.IsBsonNull).Select(field => new BsonElement(field.Name, Literal(field.Value))));
        var absent = new BsonArray(values.Where(field => field.Value.IsBsonNull).Select(field => field.Name));
        return Pipeline(set.AddRange(computed ?? new BsonDocument()), absent);
    }

    /// <summary>Sets fields where there is no document yet, and leaves one that is there as it is.</summary>
    public static UpdateDefinition<BsonDocument> PutNew(BsonDocument values, BsonDocument computed)
    {
        var fields = values.Select(field => new BsonElement(field.Name, Literal(field.Value))).Concat(computed);
        return Pipeline(new BsonDocument(fields.Select(field => new BsonElement(field.Name, new BsonDocument("$ifNull", new BsonArray { "$" + field.Name, field.Value })))), new BsonArray());
    }

    private static UpdateDefinition<BsonDocument> Pipeline(BsonDocument set, BsonArray absent)
    {
        // Neither may be empty.
        List<BsonDocument> stages = [];
        if (set.ElementCount > 0)
            stages.Add(new BsonDocument("$set", set));
        if (absent.Count > 0)
            stages.Add(new BsonDocument("$unset", absent));
        return Builders<BsonDocument>.Update.Pipeline(stages);
    }

    /// <summary>A text from outside that begins with a dollar is no expression.</summary>
    private static BsonDocument Literal(BsonValue value) => new("$literal", value);
}
