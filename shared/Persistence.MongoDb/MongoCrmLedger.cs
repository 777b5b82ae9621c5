using LeadRelay.Persistence.Crm;
using MongoDB.Bson;
using MongoDB.Driver;

namespace LeadRelay.Persistence.MongoDb;

/// <summary><see cref="ICrmLedger"/> in a MongoDB database.</summary>
public sealed class MongoCrmLedger : ICrmLedger
{
    private readonly MongoStore store;
    private readonly CrmDocuments documents;

    public MongoCrmLedger(MongoStore store) => (this.store, documents) = (store, new CrmDocuments(store));

    /// <summary>What it needs its store to have.</summary>
    public static IReadOnlyList<MongoCollection> Collections => CrmDocuments.Collections;

    public Task<Accepted> AcceptAsync(NewWork work, Asker? asker, CancellationToken ct) => store.TransactAsync(async session =>
    {
        var row = await FindAsync(session, ById(work.Id));
        var isNew = row is null || (CrmDocuments.State(row) is WorkState.Refused && row.Id("message_id") != work.MessageId);
        IReadOnlyList<(Outgoing, Asker?)> superseded = [];
        if (isNew)
        {
            await BeginAsync(session, work, row);
            if (work.Supersede is { } supersede)
                superseded = await SupersedeAsync(session, work, supersede);
            row = await FindAsync(session, ById(work.Id));
        }
        var known = CrmDocuments.Read(row!);
        if (asker is not null && known.State is WorkState.Waiting or WorkState.Claimed && known.BodyHash == work.BodyHash)
            await PutAsync(session, work.Id, new BsonDocument("askers", CrmDocuments.Of(CrmDocuments.Askers(row!).Append(asker!).Distinct())));
        return new Accepted(isNew && known.State is WorkState.Waiting, known) { Superseded = superseded };
    }, ct);

    public Task<IReadOnlyList<Work>> ClaimAsync(int atMost, TimeSpan lease, ClaimLimits limits, CancellationToken ct) => store.TransactAsync<IReadOnlyList<Work>>(async session =>
    {
        List<BsonDocument> due = [];
        foreach (var connection in await DueConnectionsAsync(session, limits))
            due.AddRange(await DueAsync(session, connection, Math.Min(limits.Free.GetValueOrDefault(connection, atMost), atMost), limits));
        var claimed = due.OrderBy(row => row["due_at"]).Take(atMost).ToList();
        if (claimed.Count is 0)
            return [];
        var token = Guid.CreateVersion7();
        await documents.Work.UpdateManyAsync(session, new BsonDocument("_id", Bson.AnyOf(claimed.Select(row => row["_id"]))), Bson.Put(
            CrmDocuments.Standing(WorkState.Claimed).Add("lease", Bson.Of(token)),
            new BsonDocument { ["attempt"] = new BsonDocument("$add", new BsonArray { "$attempt", 1 }), ["lease_until"] = Bson.In(lease) }));
        return [.. claimed.Select(CrmDocuments.Read).Select(work => work with { State = WorkState.Claimed, Attempt = work.Attempt + 1, Lease = token })];
    }, ct);

    public Task<IReadOnlyList<Asker>?> SettleAsync(Work claim, WorkState state, string? orderId, TimeSpan? dueIn, IReadOnlyList<Outgoing> events, CancellationToken ct) =>
        store.TransactAsync<IReadOnlyList<Asker>?>(async session =>
        {
            var ours = ById(claim.Id).Add("lease", Bson.Of(claim.Lease)).Add("state", Bson.AnyOf(nameof(WorkState.Claimed), nameof(WorkState.InDoubt)));
            if (await FindAsync(session, ours) is not { } row || CrmDocuments.State(row) == state)
                return null;
            var due = new BsonDocument("due_at", Bson.In(dueIn ?? TimeSpan.Zero));
            var written = new BsonDocument("lease_until", BsonNull.Value);
            if (orderId is not null)
                written["order_id"] = orderId;
            var askers = await EndAsync(session, row, state, written, events, due);
            if (state is WorkState.InDoubt && dueIn is not null)
                await LookAsync(session, claim.LookUpId, row, due);
            return askers;
        }, ct);

    public Task<IReadOnlyList<Asker>?> ResolveAsync(Work doubt, WorkState state, string? orderId, IReadOnlyList<Outgoing> events, CancellationToken ct) =>
        store.TransactAsync<IReadOnlyList<Asker>?>(async session =>
        {
            if (await FindAsync(session, ById(doubt.Id).AddRange(CrmDocuments.Standing(WorkState.InDoubt)).Add("round", doubt.Round).Add("attempt", doubt.Attempt)) is not { } row)
                return null;
            var now = new BsonDocument("due_at", Bson.Now);
            if (state is WorkState.Waiting)
                now["since"] = Bson.Now;
            var askers = await EndAsync(session, row, state, new BsonDocument("order_id", Bson.Of(orderId)), events, now);
            if (await FindAsync(session, ById(doubt.LookUpId).AddRange(CrmDocuments.Standing(WorkState.Waiting))) is { } look)
                await EndAsync(session, look, WorkState.Done, [], []);
            return askers;
        }, ct);

    public Task<Work?> WitnessAsync(string connection, Guid leadId, string orderId, CancellationToken ct) => store.TransactAsync(async session =>
    {
        if (await FindAsync(session, Lead(leadId).Add("connection", connection)) is not { } row)
            return null;
        if (IsOpen(row) && !row.Contains("seen_order_id"))
        {
            row["seen_order_id"] = orderId;
            await PutAsync(session, leadId, new BsonDocument("seen_order_id", orderId));
        }
        return CrmDocuments.Read(row);
    }, ct);

    public Task TakeOverAsync(Work claim, DuplicateRule rule, CancellationToken ct) => store.TransactAsync(async session =>
    {
        if (await FindAsync(session, ById(claim.Id).Add("lease", Bson.Of(claim.Lease)).AddRange(CrmDocuments.Standing(WorkState.Claimed))) is not { } row)
            return false;
        await PutAsync(session, claim.Id, CrmDocuments.Standing(WorkState.Waiting).AddRange(new BsonDocument
        {
            ["attempt"] = row["attempt"].AsInt32 - 1,
            ["lease"] = BsonNull.Value,
            ["lease_until"] = BsonNull.Value,
            ["waits_for"] = await FirstAsync(session, claim.Id, rule),
        }), new BsonDocument("since", Bson.Now));
        return true;
    }, ct);

    public Task<bool> HasNewerUpdateAsync(Work update, CancellationToken ct) => store.TransactAsync(async session =>
        await FindAsync(session, ById(update.Id)) is { } row && row.TryGetValue("arrived", out var arrived)
            && await documents.Work.Find(session, Updates(row["connection"], row["order_id"]).AddRange(CrmDocuments.Standing(WorkState.Waiting)).Add("arrived", new BsonDocument("$gt", arrived))).AnyAsync(), ct);

    public Task<IReadOnlyList<Work>> InDoubtAsync(int atMost, CancellationToken ct) => ListAsync(CrmDocuments.Standing(WorkState.InDoubt), "since", atMost, ct);

    public Task<IReadOnlyList<Work>> ExpiredAsync(int atMost, CancellationToken ct) =>
        ListAsync(CrmDocuments.Standing(WorkState.Claimed).And("$lt", "lease_until", Bson.Now), "lease_until", atMost, ct);

    public Task<Subject?> FindOrderAsync(string connection, string orderId, CancellationToken ct) => store.RunAsync(async () =>
        await documents.Work.Find(new BsonDocument { ["connection"] = connection, ["order_id"] = orderId, ["kind"] = nameof(WorkKind.Create) }).FirstOrDefaultAsync(ct) is { } row
            ? CrmDocuments.Read(row).Outcome!.About : null, ct);

    public Task<Work?> FindLeadAsync(Guid leadId, CancellationToken ct) => store.RunAsync(async () =>
        await documents.Work.Find(Lead(leadId)).FirstOrDefaultAsync(ct) is { } row ? CrmDocuments.Read(row) : null, ct);

    public Task<bool> ErasePersonAsync(Guid leadId, Func<bool, Outgoing> told, CancellationToken ct) => store.TransactAsync(async session =>
    {
        if (await FindAsync(session, Lead(leadId)) is not { } lead)
            return false;
        var about = new BsonArray { ById(leadId), new BsonDocument("lead_id", Bson.Of(leadId)) };
        if (lead.TryGetValue("order_id", out var orderId))
            about.Add(OfOrder(lead["connection"], orderId).Add("kind", Bson.AnyOf(nameof(WorkKind.Update), nameof(WorkKind.Verify))));
        var rows = await documents.Work.Find(session, new BsonDocument("$or", about)).ToListAsync();
        foreach (var row in rows)
            await PutAsync(session, row.Id("_id"), IsOpen(row) ? new BsonDocument("forget", true) : CrmDocuments.Erased(row));
        if (!IsOpen(lead))
            await LeaveAsync(session, leadId);
        await documents.Outbox.AddAsync(session, [told(!rows.Exists(IsOpen))]);
        return true;
    }, ct);

    public Task<IReadOnlyList<Backlog>> BacklogAsync(CancellationToken ct) => store.RunAsync(async () => CrmBacklogs.All(
    [
        .. await MongoBacklog.CountAsync(documents.Work, "waiting", CrmDocuments.Standing(WorkState.Waiting), "$kind", "$due_at", "$oldest", ct),
        .. await MongoBacklog.CountAsync(documents.Work, "doubted", CrmDocuments.Standing(WorkState.InDoubt), new BsonDocument("$literal", CrmBacklogs.InDoubt), "$since", "$oldest", ct),
    ]), ct);

    public Task<IReadOnlyList<Outgoing>> LeftOverAsync(TimeSpan age, int atMost, CancellationToken ct) => documents.Outbox.LeftOverAsync(store, age, atMost, ct);

    public Task ConfirmedAsync(IReadOnlyList<Outgoing> events, CancellationToken ct) => documents.Outbox.ConfirmedAsync(store, events, ct);

    private static BsonDocument ById(Guid id) => Bson.ById(Bson.Of(id));

    private static BsonDocument Lead(Guid id) => ById(id).Add("kind", nameof(WorkKind.Create));

    private static BsonDocument OfOrder(BsonValue connection, BsonValue orderId) => new() { ["connection"] = connection, ["order_id"] = orderId };

    private static BsonDocument Updates(BsonValue connection, BsonValue orderId) => OfOrder(connection, orderId).Add("kind", nameof(WorkKind.Update));

    private static bool IsOpen(BsonDocument row) => CrmDocuments.Open.Contains(row.Text("state"));

    private Task<BsonDocument?> FindAsync(IClientSessionHandle session, BsonDocument filter) => documents.Work.Find(session, filter).FirstOrDefaultAsync()!;

    private async Task PutAsync(IClientSessionHandle session, Guid id, BsonDocument values, BsonDocument? computed = null, bool isNew = false) =>
        await documents.Work.UpdateOneAsync(session, ById(id), Bson.Put(values, computed), new UpdateOptions { IsUpsert = isNew });

    private Task<IReadOnlyList<Work>> ListAsync(BsonDocument filter, string order, int atMost, CancellationToken ct) => store.RunAsync<IReadOnlyList<Work>>(async () =>
        [.. (await documents.Work.Find(filter).Sort(new BsonDocument(order, 1)).Limit(atMost).ToListAsync(ct)).Select(CrmDocuments.Read)], ct);

    /// <summary>Writes a new request, or a refused one's next round.</summary>
    private async Task BeginAsync(IClientSessionHandle session, NewWork work, BsonDocument? refused)
    {
        var about = work.Message.About;
        var fields = CrmDocuments.Standing(WorkState.Waiting).AddRange(new BsonDocument
        {
            ["connection"] = Bson.Of(about.Connection),
            ["round"] = refused is null ? 1 : refused["round"].AsInt32 + 1,
            ["attempt"] = 0,
            ["message_id"] = Bson.Of(work.MessageId),
            ["message"] = MessageJson.Write(work.Message),
            ["body_hash"] = Bson.Of(work.BodyHash),
            ["lease"] = BsonNull.Value,
            ["outcome_type"] = BsonNull.Value,
            ["outcome"] = BsonNull.Value,
            ["waits_for"] = work.Duplicates is { } rule ? await FirstAsync(session, work.Id, rule) : BsonNull.Value,
        });
        var arrived = work.Kind is not WorkKind.Create && about.OrderId is not null ? await ArriveAsync(session, about) : BsonNull.Value;
        if (refused is null)
        {
            fields.AddRange(new BsonDocument
            {
                ["kind"] = work.Kind.ToString(),
                ["type"] = work.Message.GetType().Name,
                ["campaign"] = Bson.Of(about.Campaign),
                ["order_id"] = Bson.Of(about.OrderId),
                ["arrived"] = arrived,
                ["lead_id"] = Bson.Of(work.Kind is WorkKind.Create ? null : about.LeadId),
            });
        }
        await PutAsync(session, work.Id, fields, new BsonDocument { ["since"] = Bson.Now, ["due_at"] = Bson.Now }, isNew: refused is null);
    }

    /// <summary>
    /// When a request for an order arrived, later than any before it, though the server's clock should stand. Two that
    /// arrive at once both write it, so one of them has to begin again and sees the other.
    /// </summary>
    private async Task<BsonValue> ArriveAsync(IClientSessionHandle session, Subject about)
    {
        var order = Bson.ById(OfOrder(Bson.Of(about.Connection), about.OrderId));
        var last = new BsonDocument("$max", new BsonArray { Bson.Now, new BsonDocument("$add", new BsonArray { "$last", 1 }) });
        await documents.Arrivals.UpdateOneAsync(session, order, Bson.Put([], new BsonDocument("last", last)), new UpdateOptions { IsUpsert = true });
        return (await documents.Arrivals.Find(session, order).SingleAsync())["last"];
    }

    /// <summary>The lead that goes first with a phone, if it is another than this one. Whoever takes that place writes it, so of two at once one has to begin again.</summary>
    private async Task<BsonValue> FirstAsync(IClientSessionHandle session, Guid leadId, DuplicateRule rule)
    {
        var place = Bson.ById(new BsonDocument { ["campaign"] = rule.Campaign, ["phone"] = rule.Phone });
        if (await documents.Firsts.Find(session, new BsonDocument(place).And("$gt", "since", Bson.In(-rule.Window))).FirstOrDefaultAsync() is { } first && first.Id("lead_id") != leadId
            && await FindAsync(session, Bson.ById(first["lead_id"]).AddRange(CrmDocuments.Standing(WorkState.Refused))) is null)
            return first["lead_id"];
        await documents.Firsts.UpdateOneAsync(session, place, Bson.Put(new BsonDocument("lead_id", Bson.Of(leadId)), new BsonDocument("since", Bson.Now)), new UpdateOptions { IsUpsert = true });
        return BsonNull.Value;
    }

    /// <summary>Gives up a lead's place among the first with a phone.</summary>
    private async Task LeaveAsync(IClientSessionHandle session, Guid leadId) => await documents.Firsts.DeleteManyAsync(session, new BsonDocument("lead_id", Bson.Of(leadId)));

    /// <summary>Ends updates of the order that were pushed before the newest. It may be the one that has just come: messages overtake each other.</summary>
    private async Task<IReadOnlyList<(Outgoing, Asker?)>> SupersedeAsync(IClientSessionHandle session, NewWork come, Func<Work, Outgoing> tell)
    {
        var about = come.Message.About;
        var these = Updates(Bson.Of(about.Connection), Bson.Of(about.OrderId)).Add("state", Bson.AnyOf(nameof(WorkState.Waiting), nameof(WorkState.Claimed), nameof(WorkState.Done)));
        var updates = (await documents.Work.Find(session, these).Sort(new BsonDocument("arrived", 1)).ToListAsync()).ConvertAll(row => (Row: row, Work: CrmDocuments.Read(row)));
        var newest = updates.Max(update => update.Work.Message.At);
        var superseded = new List<(Outgoing, Asker?)>();
        foreach (var (row, work) in updates.Where(update => update.Work.State is WorkState.Waiting
            && (update.Work.Message.At < newest || (update.Work.Id != come.Id && come.Message.At == newest))))
        {
            var told = tell(work);
            // Done, and not refused: a repeat is told the same, and does not begin it anew.
            var askers = await EndAsync(session, row, WorkState.Done, [], [told]);
            superseded.AddRange(askers.Select(asker => (told, (Asker?)asker)).DefaultIfEmpty((told, null)));
        }
        return superseded;
    }

    /// <summary>Writes what came of a record, and tells it. Returns who waits for it, who does so no more; nobody as long as it waits itself.</summary>
    private async Task<IReadOnlyList<Asker>> EndAsync(
        IClientSessionHandle session, BsonDocument row, WorkState state, BsonDocument written, IReadOnlyList<Outgoing> events, BsonDocument? computed = null)
    {
        var askers = CrmDocuments.Askers(row);
        written.AddRange(CrmDocuments.Standing(state)).AddRange(CrmDocuments.Outcome(events.Count > 0 ? events[^1].Message : null));
        if (state is not WorkState.Waiting)
            written["askers"] = BsonNull.Value;
        row.Merge(written, overwriteExistingElements: true);
        if (row.Contains("forget") && !IsOpen(row))
        {
            written.Merge(CrmDocuments.Erased(row), overwriteExistingElements: true);
            if (row["kind"] == nameof(WorkKind.Create))
                await LeaveAsync(session, row.Id("_id"));
        }
        await PutAsync(session, row.Id("_id"), written, computed);
        await documents.Outbox.AddAsync(session, events);
        return state is WorkState.Waiting ? [] : askers;
    }

    /// <summary>Makes the record that looks into a doubt.</summary>
    private Task LookAsync(IClientSessionHandle session, Guid id, BsonDocument doubt, BsonDocument due) => PutAsync(session, id,
        CrmDocuments.Standing(WorkState.Waiting).AddRange(new BsonDocument
        {
            ["kind"] = nameof(WorkKind.LookUp),
            ["round"] = 1,
            ["attempt"] = 0,
            ["connection"] = doubt["connection"],
            ["message_id"] = doubt["message_id"],
            ["type"] = doubt["outcome_type"],
            ["message"] = doubt["outcome"],
            ["lead_id"] = doubt["_id"],
            ["forget"] = doubt.GetValue("forget", BsonNull.Value),
        }), new BsonDocument(due).Add("since", Bson.Now), isNew: true);

    /// <summary>Connections that have something due and room for it.</summary>
    private async Task<IReadOnlyList<string>> DueConnectionsAsync(IClientSessionHandle session, ClaimLimits limits)
    {
        var full = new BsonArray(limits.Free.Where(each => each.Value <= 0).Select(each => each.Key));
        PipelineDefinition<BsonDocument, BsonDocument> stages = new BsonDocument[]
        {
            // In the index's order, so that it is one step in it for each connection, however much waits for that.
            new("$match", CrmDocuments.Standing(WorkState.Waiting)),
            new("$sort", new BsonDocument { ["connection"] = 1, ["due_at"] = 1 }),
            new("$group", new BsonDocument { ["_id"] = "$connection", ["first"] = new BsonDocument("$first", "$due_at") }),
            new("$match", new BsonDocument("_id", new BsonDocument("$nin", full)).And("$lte", "first", Bson.Now)),
        };
        using var cursor = await documents.Work.AggregateAsync(session, stages);
        return (await cursor.ToListAsync()).ConvertAll(connection => connection.Text("_id")!);
    }

    /// <summary>What of a connection may be claimed, the oldest first.</summary>
    private async Task<List<BsonDocument>> DueAsync(IClientSessionHandle session, string connection, int atMost, ClaimLimits limits)
    {
        var waiting = CrmDocuments.Standing(WorkState.Waiting).Add("connection", connection).And("$lte", "due_at", Bson.Now);
        if (limits.PausedElse.Contains(connection))
            waiting["kind"] = nameof(WorkKind.Create);
        if (limits.Paused.Count > 0)
            waiting["$nor"] = new BsonArray { new BsonDocument { ["kind"] = nameof(WorkKind.Create), ["campaign"] = Bson.AnyOf([.. limits.Paused]) } };
        PipelineDefinition<BsonDocument, BsonDocument> stages = new BsonDocument[]
        {
            new("$match", waiting),
            new("$sort", new BsonDocument("due_at", 1)),
            LookFor("first", new BsonDocument { ["state"] = Bson.AnyOf(nameof(WorkState.Done), nameof(WorkState.Refused)) }, ("$eq", "_id", "$waits_for")),
            LookFor("earlier", new BsonDocument { ["connection"] = connection, ["kind"] = nameof(WorkKind.Update), ["state"] = Bson.AnyOf(nameof(WorkState.Waiting), nameof(WorkState.Claimed)) },
                ("$eq", "order_id", "$order_id"), ("$lt", "arrived", "$arrived")),
            new("$match", new BsonDocument("$and", new BsonArray
            {
                new BsonDocument("$or", new BsonArray { new BsonDocument("waits_for", new BsonDocument("$exists", false)), new BsonDocument("first", new BsonDocument("$size", 1)) }),
                new BsonDocument("$or", new BsonArray { new BsonDocument("kind", Bson.AnyOf(nameof(WorkKind.Create), nameof(WorkKind.LookUp))), new BsonDocument("earlier", new BsonDocument("$size", 0)) }),
            })),
            new("$limit", atMost),
        };
        using var cursor = await documents.Work.AggregateAsync(session, stages);
        return await cursor.ToListAsync();
    }

    /// <summary>A stage that adds one other record, if there is one that fits, as a list.</summary>
    /// <param name="comparisons">Of its field with an expression on this one. What is not there counts as an empty text, by which the index leads to nothing; by nothing it would lead to everything.</param>
    private BsonDocument LookFor(string name, BsonDocument fitting, params (string Comparison, string Field, string With)[] comparisons) => new("$lookup", new BsonDocument
    {
        ["from"] = documents.Work.CollectionNamespace.CollectionName,
        ["let"] = new BsonDocument(comparisons.Select(each => new BsonElement(each.Field.TrimStart('_'), new BsonDocument("$ifNull", new BsonArray { each.With, "" })))),
        ["pipeline"] = new BsonArray
        {
            new BsonDocument("$match", fitting.Add("$expr", new BsonDocument("$and", new BsonArray(comparisons.Select(each =>
                new BsonDocument(each.Comparison, new BsonArray { $"${each.Field}", $"$${each.Field.TrimStart('_')}" })))))),
            new BsonDocument("$limit", 1),
            new BsonDocument("$project", new BsonDocument("_id", 1)),
        },
        ["as"] = name,
    });
}
