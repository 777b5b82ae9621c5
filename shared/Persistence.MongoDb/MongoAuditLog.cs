using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using LeadRelay.Persistence.Audit;
using MongoDB.Bson;
using MongoDB.Driver;

namespace LeadRelay.Persistence.MongoDb;

/// <summary><see cref="IAuditLog"/> in a MongoDB database.</summary>
public sealed class MongoAuditLog : IAuditLog
{
    private const int ErasedAtOnce = 200;
    private static readonly InsertManyOptions Unordered = new() { IsOrdered = false };
    private static readonly BsonDocument Absent = new("$exists", false);

    private readonly MongoStore store;
    private readonly AuditDocuments documents;

    public MongoAuditLog(MongoStore store) => (this.store, documents) = (store, new AuditDocuments(store));

    /// <summary>What it and <see cref="MongoLeadViews"/> need their store to have.</summary>
    public static IReadOnlyList<MongoCollection> Collections => AuditDocuments.Collections;

    public async Task<IReadOnlyList<ApartEntry>> AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken ct)
    {
        var tooLarge = entries.ToLookup(entry => ApartEntry.TooLarge(entry) is not null);
        List<ApartEntry> apart = [];
        foreach (var entry in tooLarge[true])
            apart.Add(await SetApartAsync(entry, ApartEntry.TooLarge(entry)!, ct));
        await InsertAsync([.. tooLarge[false]], apart, ct);
        return apart;
    }

    public Task<IReadOnlyList<AuditEntry>> SearchAsync(AuditQuery query, CancellationToken ct)
    {
        // The first one leads the search, by the index that is named; the others only sift what it finds, whatever the server would guess.
        (string Index, string Field, BsonValue Value)[] conditions = [.. new (string, string, BsonValue)[]
        {
            ("of_lead", "lead", query.LeadIds.Count is 0 ? BsonNull.Value : Bson.AnyOf(query.LeadIds.Select(id => Bson.Of(id)))),
            ("of_phone", "phone", Bson.Of(query.PhoneHash)),
            ("of_click", "click", Bson.Of(query.ClickId)),
            ("of_order", "order", Bson.Of(query.OrderId)),
            ("of_campaign", "campaign", Bson.Of(query.Campaign)),
            ("of_partner", "partner", Bson.Of(query.Partner)),
            ("of_kind", "kind", query.Kinds.Count is 0 ? BsonNull.Value : Bson.AnyOf([.. query.Kinds])),
            ("commented", "comment", query.Comment is { } comment ? new BsonRegularExpression(Pattern(comment)) : BsonNull.Value),
            ("in_time", "connection", Bson.Of(query.Connection)),
        }.Where(condition => !condition.Item3.IsBsonNull)];
        // An index that begins with the time is read for what follows in it only if something is said of the time.
        List<BsonDocument> fitting = [At("$gte", (query.From ?? DateTimeOffset.MinValue).ToUnixTimeMilliseconds()), .. conditions.Select(condition => new BsonDocument(condition.Field, condition.Value))];
        if (query.To is { } to)
            fitting.Add(At("$lt", to.ToUnixTimeMilliseconds()));
        if (query.After is { } after)
        {
            var (at, id) = ReadPlace(after);
            var (from, behind) = query.OldestFirst ? ("$gte", "$lte") : ("$lte", "$gte");
            fitting.Add(At(from, at));
            fitting.Add(new BsonDocument("$nor", new BsonArray { new BsonDocument { ["at"] = new BsonDateTime(at), ["_id"] = new BsonDocument(behind, Bson.Of(id)) } }));
        }
        return FindAsync(new BsonDocument("$and", new BsonArray(fitting)), conditions.Length is 0 ? "in_time" : conditions[0].Index, ct, query.OldestFirst ? 1 : -1, Math.Clamp(query.Limit, 1, 5000), query.MostText);
    }

    public async Task<IReadOnlyList<AuditEntry>> TimelineAsync(Guid leadId, CancellationToken ct, long mostText = long.MaxValue)
    {
        var own = await FindAsync(OfLead(leadId), "of_lead", ct, 1, null, mostText);
        var orders = own.Select(entry => Key(entry.About)).OfType<OrderKey>().ToHashSet();
        var text = 0L;
        return [.. own.Concat(await OfOrdersAsync(orders, ct)).OrderBy(entry => entry.At).ThenBy(entry => entry.MessageId)
            .TakeWhile(entry => (text += entry.Message.Length) - entry.Message.Length < mostText)];
    }

    public async Task<IReadOnlyList<AuditEntry>> OfOrdersAsync(IReadOnlyCollection<OrderKey> orders, CancellationToken ct)
    {
        if (orders.Count is 0)
            return [];
        var wanted = orders.ToHashSet();
        return [.. (await FindAsync(AuditDocuments.OfOrders(orders).Add("lead", Absent), "of_order", ct)).Where(entry => wanted.Contains(Key(entry.About)!.Value))];
    }

    public async Task AdoptAsync(IReadOnlyCollection<Subject> leads, CancellationToken ct)
    {
        if (leads.Count is 0)
            return;
        var adopted = leads.SelectMany(lead => new[] { OfLead(lead.LeadId!.Value).Add("connection", Bson.AnyOf(new[] { BsonNull.Value, Bson.Of(lead.Connection) })), OfOrder(new OrderKey(lead.Connection!, lead.OrderId!)) }.Select(which => new UpdateManyModel<BsonDocument>(
            which.Add("campaign", Absent).Add("partner", Absent),
            Bson.Put(Bson.Present(new BsonDocument { ["campaign"] = Bson.Of(lead.Campaign), ["partner"] = Bson.Of(lead.Partner) }),
                lead.ClickId is null ? null : new BsonDocument("click", new BsonDocument("$ifNull", new BsonArray { "$click", new BsonDocument("$literal", lead.ClickId) }))))));
        await store.RunAsync(() => documents.Messages.BulkWriteAsync(adopted, new BulkWriteOptions { IsOrdered = false }, ct), ct);
    }

    public Task<IReadOnlyList<ApartEntry>> ApartAsync(int atMost, CancellationToken ct) => store.RunAsync<IReadOnlyList<ApartEntry>>(async () =>
        [.. (await documents.Apart.Find(new BsonDocument()).Sort(new BsonDocument("at", -1)).Limit(atMost).ToListAsync(ct)).Select(AuditDocuments.SetApart)], ct);

    public async Task EraseAsync(Guid leadId, CancellationToken ct)
    {
        await store.RunAsync(() => documents.Apart.UpdateManyAsync(OfLead(leadId), Bson.Put(new BsonDocument("message", "")), cancellationToken: ct), ct);
        await EraseAsync(OfLead(leadId), "of_lead", ct);
        var keys = await store.RunAsync(() => documents.Messages.Find(OfLead(leadId).Add("order", new BsonDocument("$exists", true)), By("of_lead"))
            .Project(new BsonDocument { ["order"] = 1, ["connection"] = 1 }).ToListAsync(ct), ct);
        foreach (var order in keys.Where(row => row.Contains("connection")).Select(row => new OrderKey(row.Text("connection")!, row.Text("order")!)).Distinct())
            await EraseAsync(OfOrder(order), "of_order", ct);
    }

    public Task<int> ErasePhoneAsync(string phoneHash, CancellationToken ct) => EraseAsync(new BsonDocument { ["phone"] = phoneHash, ["lead"] = Absent }, "of_phone", ct);

    public Task<int> PurgeAsync(string kind, DateTimeOffset before, int atMost, CancellationToken ct) => store.RunAsync(async () =>
    {
        var which = new BsonDocument { ["kind"] = kind, ["at"] = new BsonDocument("$lt", Bson.Of(before)) };
        await documents.Apart.DeleteManyAsync(which, ct);
        var old = await documents.Messages.Find(which, By("of_kind"))
            .Sort(new BsonDocument { ["at"] = 1, ["_id"] = 1 }).Limit(atMost).Project(new BsonDocument("_id", 1)).ToListAsync(ct);
        return old.Count is 0 ? 0 : (int)(await documents.Messages.DeleteManyAsync(new BsonDocument("_id", Bson.AnyOf(old.Select(row => row["_id"]))), ct)).DeletedCount;
    }, ct);

    private static BsonDocument OfLead(Guid leadId) => new("lead", Bson.Of(leadId));

    /// <summary>Entries that name an order and no lead.</summary>
    private static BsonDocument OfOrder(OrderKey order) => new() { ["order"] = order.OrderId, ["connection"] = order.Connection, ["lead"] = Absent };

    private static OrderKey? Key(Subject about) => about is { Connection: { } connection, OrderId: { } order } ? new OrderKey(connection, order) : null;

    private static BsonDocument At(string comparison, long milliseconds) => new("at", new BsonDocument(comparison, new BsonDateTime(milliseconds)));

    private static FindOptions By(string index) => new() { Hint = index };

    /// <summary>Letter by letter; a zero would end the pattern.</summary>
    private static string Pattern(string text) => Regex.Escape(text.ToLowerInvariant()).Replace("\0", @"\x00", StringComparison.Ordinal);

    private static (long At, Guid Id) ReadPlace(string text) =>
        text.LastIndexOf('-') is > 0 and var end && long.TryParse(text[..end], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at) && Guid.TryParseExact(text[(end + 1)..], "N", out var id)
            ? (at, id)
            : throw new FormatException($"{text} is no place.");

    private Task<IReadOnlyList<AuditEntry>> FindAsync(BsonDocument filter, string index, CancellationToken ct, int? direction = null, int? limit = null, long mostText = long.MaxValue) =>
        store.RunAsync<IReadOnlyList<AuditEntry>>(async () =>
        {
            var order = direction is null ? null : new BsonDocument { ["at"] = direction, ["_id"] = direction };
            using var cursor = await documents.Messages.Find(filter, By(index)).Sort(order).Limit(limit).ToCursorAsync(ct);
            var (found, text) = (new List<AuditEntry>(), 0L);
            while (text < mostText && await cursor.MoveNextAsync(ct))
            {
                foreach (var entry in cursor.Current.Select(AuditDocuments.Entry))
                {
                    found.Add(entry);
                    if ((text += entry.Message.Length) >= mostText)
                        break;
                }
            }
            return found;
        }, ct);

    private async Task InsertAsync(IReadOnlyList<AuditEntry> entries, List<ApartEntry> apart, CancellationToken ct)
    {
        if (entries.Count is 0)
            return;
        try
        {
            await store.RunAsync(async () =>
            {
                await documents.Messages.InsertManyAsync(entries.Select(AuditDocuments.Message), Unordered, ct);
                return true;
            }, ct);
        }
        catch (MongoBulkWriteException e)
        {
            // Those that are there already are as good as stored.
            foreach (var error in e.WriteErrors.Where(error => error.Category is not ServerErrorCategory.DuplicateKey))
                apart.Add(await SetApartAsync(entries[error.Index], $"MongoDB refused it: {error.Message}", ct));
        }
        catch (Exception e) when (IsOfADocument(e))
        {
            if (entries.Count is 1)
                apart.Add(await SetApartAsync(entries[0], $"MongoDB cannot store it: {e.Message}", ct));
            else
            {
                await InsertAsync([.. entries.Take(entries.Count / 2)], apart, ct);
                await InsertAsync([.. entries.Skip(entries.Count / 2)], apart, ct);
            }
        }
    }

    /// <summary>The driver gave up a whole batch because of one document in it, and does not say which.</summary>
    private static bool IsOfADocument(Exception e) => e is FormatException or BsonSerializationException or EncoderFallbackException or MongoCommandException { Code: 22 or 10334 };

    private async Task<ApartEntry> SetApartAsync(AuditEntry entry, string reason, CancellationToken ct)
    {
        var apart = ApartEntry.Of(entry, reason);
        try
        {
            await store.RunAsync(async () =>
            {
                await documents.Apart.InsertOneAsync(AuditDocuments.SetApart(apart), cancellationToken: ct);
                return true;
            }, ct);
        }
        catch (MongoWriteException e) when (e.WriteError?.Category is ServerErrorCategory.DuplicateKey) { }
        return apart;
    }

    /// <summary>In pieces, so that nobody waits long.</summary>
    private async Task<int> EraseAsync(BsonDocument which, string index, CancellationToken ct)
    {
        var erased = 0;
        await store.RunAsync(async () =>
        {
            using var cursor = await documents.Messages.FindAsync(new BsonDocument(which).Add("erased", Absent),
                new FindOptions<BsonDocument> { Hint = index, BatchSize = ErasedAtOnce, Projection = new BsonDocument("message", 1) }, ct);
            while (await cursor.MoveNextAsync(ct))
            {
                var piece = cursor.Current.Select(row => new UpdateOneModel<BsonDocument>(Bson.ById(row["_id"]), Bson.Put(
                    new BsonDocument { ["message"] = PersonalData.Erase(row.Text("message")!), ["phone"] = BsonNull.Value, ["comment"] = BsonNull.Value, ["erased"] = true }))).ToList();
                if (piece.Count > 0)
                    erased += (int)(await documents.Messages.BulkWriteAsync(piece, new BulkWriteOptions { IsOrdered = false }, ct)).MatchedCount;
            }
            return true;
        }, ct);
        return erased;
    }
}
