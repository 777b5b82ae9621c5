using LeadRelay.Persistence.Audit;
using MongoDB.Bson;
using MongoDB.Driver;

namespace LeadRelay.Persistence.MongoDb;

/// <summary><see cref="ILeadViews"/> in a MongoDB database.</summary>
public sealed class MongoLeadViews : ILeadViews
{
    /// <summary>How many of a view's latest writes are known by their tokens.</summary>
    private const int Remembered = 8;

    /// <summary>What a count is told by, in its order.</summary>
    private static readonly string[] Counted = ["campaign", "day", "state", "code", "label", "event"];

    private readonly MongoStore store;
    private readonly IMongoCollection<BsonDocument> leads;

    public MongoLeadViews(MongoStore store) => (this.store, leads) = (store, new AuditDocuments(store).Leads);

    public Task<IReadOnlyList<StoredView>> OfLeadsAsync(IReadOnlyCollection<Guid> leadIds, CancellationToken ct) =>
        FindAsync(new BsonDocument("_id", Bson.AnyOf(leadIds.Select(id => Bson.Of(id)))), "_id_", null, null, ct);

    public async Task<IReadOnlyList<StoredView>> OfOrdersAsync(IReadOnlyCollection<OrderKey> orders, CancellationToken ct)
    {
        var wanted = orders.ToHashSet();
        return [.. (await FindAsync(AuditDocuments.OfOrders(orders), "of_order", null, null, ct)).Where(view => wanted.Contains(new OrderKey(view.About.Connection!, view.About.OrderId!)))];
    }

    public async Task<IReadOnlyList<Guid>> WriteAsync(IReadOnlyList<StoredView> views, CancellationToken ct)
    {
        if (views.Count is 0)
            return [];
        var writes = views.Select(view => (View: view, Token: Bson.Of(Guid.CreateVersion7()))).ToList();
        var models = writes.Select(write => new UpdateOneModel<BsonDocument>(
            new BsonDocument { ["_id"] = Bson.Of(write.View.LeadId), ["version"] = write.View.Version },
            Bson.Put(AuditDocuments.Fields(write.View), new BsonDocument("by", Signed(write.Token)))) { IsUpsert = write.View.Version is 0 }).ToList();
        return await store.RunAsync<IReadOnlyList<Guid>>(async () =>
        {
            if (await WriteAsync(models, ct) == writes.Count)
                return [];
            // Which ones did not fit is not said; and one that did may have counted before an outage, unanswered.
            var ids = Bson.AnyOf(views.Select(view => Bson.Of(view.LeadId)));
            var now = await leads.Find(new BsonDocument("_id", ids)).Project(new BsonDocument("by", 1)).ToListAsync(ct);
            var signed = now.SelectMany(row => row["by"].AsBsonArray).ToHashSet();
            return [.. writes.Where(write => !signed.Contains(write.Token)).Select(write => write.View.LeadId)];
        }, ct);
    }

    public async Task<IReadOnlyList<StoredView>> FindAsync(LeadSearch search, CancellationToken ct)
    {
        // One by one: the server would have to guess how to join them.
        List<StoredView> found = [];
        async Task AddAsync(bool isAsked, BsonDocument filter, string index)
        {
            if (isAsked)
                found.AddRange(await FindAsync(filter.Add("partner", search.Partner).Add("state", new BsonDocument("$ne", LeadEnd.Rejected)), index, new BsonDocument { ["at"] = -1, ["_id"] = 1 }, search.Limit, ct));
        }
        await AddAsync(search.LeadIds.Count > 0, new BsonDocument("_id", Bson.AnyOf(search.LeadIds.Select(id => Bson.Of(id)))), "_id_");
        await AddAsync(search.ClickIds.Count > 0, new BsonDocument("click", Bson.AnyOf([.. search.ClickIds])), "of_click");
        await AddAsync(search is { Campaign: not null, OrderIds.Count: > 0 }, new BsonDocument { ["order"] = Bson.AnyOf([.. search.OrderIds]), ["campaign"] = Bson.Of(search.Campaign) }, "of_order");
        return [.. found.DistinctBy(view => view.LeadId).OrderByDescending(view => view.At).ThenBy(view => view.LeadId).Take(search.Limit)];
    }

    public Task<IReadOnlyList<LeadCount>> CountAsync(CountQuery query, CancellationToken ct)
    {
        var which = Bson.Present(new BsonDocument { ["campaign"] = Bson.Of(query.Campaign), ["partner"] = Bson.Of(query.Partner) });
        var at = new BsonDocument();
        if (query.From is { } from)
            at["$gte"] = Bson.Of(from);
        if (query.To is { } to)
            at["$lt"] = Bson.Of(to);
        if (at.ElementCount > 0)
            which["at"] = at;
        if (query.Campaign is null)
            which["campaign"] = new BsonDocument("$exists", true);
        var day = new BsonDocument("$dateTrunc", new BsonDocument { ["date"] = "$at", ["unit"] = "day" });
        var key = new BsonDocument(Counted.Select(field => new BsonElement(field, field is "day" ? day : new BsonDocument("$ifNull", new BsonArray { "$" + field, BsonNull.Value }))));
        PipelineDefinition<BsonDocument, BsonDocument> stages = new BsonDocument[]
        {
            new("$match", which),
            new("$group", new BsonDocument
            {
                ["_id"] = key,
                ["leads"] = new BsonDocument("$sum", 1), ["delivered"] = new BsonDocument("$sum", "$delivered"), ["failed"] = new BsonDocument("$sum", "$failed"),
            }),
            new("$sort", new BsonDocument(Counted.Select(field => new BsonElement($"_id.{field}", 1)))),
        };
        return store.RunAsync<IReadOnlyList<LeadCount>>(async () =>
        {
            // All it needs is in the one index.
            using var cursor = await leads.AggregateAsync(stages, new AggregateOptions { Hint = "counted" }, ct);
            return [.. (await cursor.ToListAsync(ct)).Select(Count)];
        }, ct);
    }

    public Task<IReadOnlyList<StoredView>> DetailedAsync(DateTimeOffset before, int atMost, CancellationToken ct) =>
        FindAsync(AuditDocuments.Detailed.Add("at", new BsonDocument("$lt", Bson.Of(before))), "detailed", new BsonDocument("at", 1), atMost, ct);

    /// <summary>
    /// Tokens of the latest writes with a new one before them. Who reads it later finds its own there, though others have
    /// written since.
    /// </summary>
    private static BsonDocument Signed(BsonValue token)
    {
        var all = new BsonDocument("$concatArrays", new BsonArray { new BsonArray { token }, new BsonDocument("$ifNull", new BsonArray { "$by", new BsonArray() }) });
        return new BsonDocument("$slice", new BsonArray { all, Remembered });
    }

    private static LeadCount Count(BsonDocument row)
    {
        var key = Bson.Present(row["_id"].AsBsonDocument);
        return new LeadCount(key.Text("campaign")!, DateOnly.FromDateTime(key.Time("day").UtcDateTime), AuditDocuments.End(key), row["leads"].ToInt64(), row["delivered"].ToInt64(), row["failed"].ToInt64());
    }

    /// <summary>How many counted.</summary>
    private async Task<long> WriteAsync(IReadOnlyList<UpdateOneModel<BsonDocument>> models, CancellationToken ct)
    {
        BulkWriteResult result;
        try
        {
            result = await leads.BulkWriteAsync(models, new BulkWriteOptions { IsOrdered = false }, ct);
        }
        // One that is to be the first and is not.
        catch (MongoBulkWriteException<BsonDocument> e) when (e.WriteConcernError is null && e.WriteErrors.All(error => error.Category is ServerErrorCategory.DuplicateKey))
        {
            result = e.Result;
        }
        return result.MatchedCount + result.Upserts.Count;
    }

    private Task<IReadOnlyList<StoredView>> FindAsync(BsonDocument filter, string index, BsonDocument? order, int? limit, CancellationToken ct) => store.RunAsync<IReadOnlyList<StoredView>>(async () =>
        [.. (await leads.Find(filter, new FindOptions { Hint = index }).Sort(order).Limit(limit).ToListAsync(ct)).Select(AuditDocuments.View)], ct);
}
