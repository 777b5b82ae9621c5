using LeadRelay.Persistence.Postbacks;
using MongoDB.Bson;
using MongoDB.Driver;

namespace LeadRelay.Persistence.MongoDb;

/// <summary><see cref="IPostbackLedger"/> in a MongoDB database.</summary>
public sealed class MongoPostbackLedger : IPostbackLedger
{
    /// <summary>What a message has no more when it is done with.</summary>
    private static readonly BsonDocument NotKept = new() { ["kept_for"] = BsonNull.Value, ["wants"] = BsonNull.Value, ["released"] = BsonNull.Value };

    private static readonly BsonDocument There = new("$exists", true);

    private readonly MongoStore store;
    private readonly PostbackDocuments documents;

    public MongoPostbackLedger(MongoStore store) => (this.store, documents) = (store, new PostbackDocuments(store));

    /// <summary>What it needs its store to have.</summary>
    public static IReadOnlyList<MongoCollection> Collections => PostbackDocuments.Collections;

    public Task<bool> KnowsAsync(Guid messageId, CancellationToken ct) => store.RunAsync(() => documents.Messages.Find(Bson.ById(Bson.Of(messageId))).AnyAsync(ct), ct);

    public Task<IReadOnlyList<OrderRecord>> FindAsync(Subject about, CancellationToken ct) => store.TransactAsync(async session =>
        await OrdersAsync(session, await FindAsync(session, about)), ct);

    public Task KeepAsync(Guid messageId, OrderStatusChanged message, KeptFor reason, IReadOnlyList<Outgoing> events, CancellationToken ct, Subject? order = null) => store.TransactAsync(async session =>
    {
        var wantsOrder = reason is KeptFor.Order or KeptFor.Stranger;
        if (wantsOrder)
            await MeetAsync(session, message.About);
        // Its order may have become known since it was looked for.
        var isReleased = wantsOrder && await IsKnownAsync(session, message.About);
        await TakeAsync(session, messageId, message, order ?? message.About, reason, isReleased);
        await documents.Outbox.AddAsync(session, events);
        return true;
    }, ct);

    public Task ForgetAsync(Guid messageId, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.TransactAsync(async session =>
    {
        var wanting = new BsonDocument { ["_id"] = Bson.Of(messageId), ["wants"] = There };
        await documents.Messages.UpdateOneAsync(session, wanting, Bson.Put(new BsonDocument(NotKept) { ["about"] = BsonNull.Value, ["message"] = BsonNull.Value }));
        await documents.Outbox.AddAsync(session, events);
        return true;
    }, ct);

    public Task<IReadOnlyList<KeptMessage>> KeptAsync(KeptFor reason, TimeSpan age, int atMost, CancellationToken ct, string? after = null) => store.RunAsync<IReadOnlyList<KeptMessage>>(async () =>
    {
        var filter = new BsonDocument("kept_for", reason.ToString()).AddRange(After(after)).And("$lte", "since", Bson.In(-age));
        return [.. (await documents.Messages.Find(filter).Sort(Up("place")).Limit(atMost).ToListAsync(ct)).Select(PostbackDocuments.Kept)];
    }, ct);

    public Task<IReadOnlyList<KeptMessage>> ReleasableAsync(int atMost, CancellationToken ct) => store.TransactAsync<IReadOnlyList<KeptMessage>>(async session =>
    {
        List<KeptMessage> found = [];
        using var released = await documents.Messages.Find(session, new BsonDocument("released", true)).Sort(Up("place")).ToCursorAsync();
        while (await released.MoveNextAsync())
        {
            foreach (var kept in released.Current.Select(PostbackDocuments.Kept))
            {
                if (found.Count >= atMost)
                    return found;
                if (await IsKnownAsync(session, kept.Message.About))
                    found.Add(kept);
            }
        }
        return found;
    }, ct);

    public Task<Committed> CommitAsync(OrderCommit commit, CancellationToken ct) => store.TransactAsync(async session =>
    {
        var message = await documents.Messages.Find(session, Bson.ById(Bson.Of(commit.MessageId))).Project(Up("kept_for")).FirstOrDefaultAsync();
        if (message is not null && !message.Contains("kept_for"))
            return Committed.Known;
        var (about, latest, key) = (commit.Order.About, commit.Order.Latest, PostbackDocuments.Key(commit.Order.About));
        var stored = await documents.Orders.Find(session, Bson.ById(key)).FirstOrDefaultAsync();
        if ((stored is null ? 0 : stored["version"].AsInt64) != commit.Order.Version)
            return Committed.Touched;
        var names = new BsonDocument { ["lead_id"] = Bson.Of(about.LeadId), ["click_id"] = Bson.Of(about.ClickId) };
        var isNamedAnew = stored is null || names.Any(name => stored.GetValue(name.Name, BsonNull.Value) != name.Value);
        if (isNamedAnew)
            await MeetAsync(session, about);

        var change = await OrderChange.BeginAsync(session, documents, stored ?? new BsonDocument { ["_id"] = key, ["targets"] = new BsonArray() });
        foreach (var (target, state) in commit.Order.Targets)
            change.Promise(target, state);
        foreach (var id in commit.Superseded)
            await change.EndAsync(id, DeliveryState.Superseded);
        foreach (var postback in commit.Deliveries)
            await change.AddAsync(postback, about, commit.Lane, null);
        foreach (var target in commit.Order.Targets.Keys)
            await change.LetNextComeAsync(target);
        await change.SaveAsync(names.AddRange(new BsonDocument
        {
            ["campaign"] = Bson.Of(about.Campaign),
            ["about"] = MessageJson.Write(about),
            ["tracking"] = MessageJson.Write(commit.Order.Tracking),
            ["latest"] = latest is null ? BsonNull.Value : new BsonDocument { ["message"] = Bson.Of(latest.MessageId), ["sequence"] = latest.Sequence },
        }), isNew: stored is null);
        await TakeAsync(session, commit.MessageId, commit.Message, about, commit.Held ? KeptFor.StatusMap : null, isReleased: false);
        // What came ahead of the order, by any of its names.
        if (isNamedAnew)
            await documents.Messages.UpdateManyAsync(session, new BsonDocument("$or", new BsonArray(Names(about).Select(Wanting))), Bson.Put(new BsonDocument("released", true)));
        await documents.Outbox.AddAsync(session, commit.Events);
        return Committed.Taken;
    }, ct);

    public Task<IReadOnlyList<Delivery>> ClaimAsync(Lane lane, int atMost, int perTarget, TimeSpan lease, IReadOnlyDictionary<string, int> places, CancellationToken ct) => store.TransactAsync<IReadOnlyList<Delivery>>(async session =>
    {
        var token = Guid.CreateVersion7();
        var left = new Dictionary<string, int>(places);
        int Places(string target) => left.GetValueOrDefault(target, perTarget);
        List<BsonValue> due = [];
        if (lane is Lane.Retry)
        {
            // What a killed process left behind.
            var full = new BsonArray(places.Where(each => each.Value <= 0).Select(each => each.Key));
            var lost = new BsonDocument { ["state"] = nameof(DeliveryState.Claimed), ["target"] = new BsonDocument("$nin", full) }.And("$lt", "lease_until", Bson.Now);
            foreach (var delivery in await documents.Deliveries.Find(session, lost).Sort(Up("lease_until")).Limit(atMost).Project(Up("target")).ToListAsync())
            {
                if (delivery.Text("target")! is var target && Places(target) > 0)
                {
                    left[target] = Places(target) - 1;
                    due.Add(delivery["_id"]);
                }
            }
        }
        if (due.Count < atMost)
        {
            foreach (var target in await DueAsync(session, lane, perTarget, [.. left.Where(target => target.Value <= 0).Select(target => target.Key)]))
                due.AddRange(target["due"].AsBsonArray.Select(delivery => delivery["_id"]).Take(Math.Min(Places(target.Text("_id")!), atMost - due.Count)));
        }
        return due.Count is 0 ? [] : await ClaimAsync(session, due, token, lease);
    }, ct);

    public Task<bool> SettleAsync(Delivery claim, DeliveryOutcome outcome, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.TransactAsync(async session =>
    {
        var (id, target) = (claim.Postback.DeliveryId, claim.Postback.Target);
        var claimed = await documents.Deliveries.Find(session, new BsonDocument { ["_id"] = Bson.Of(id), ["lease"] = Bson.Of(claim.Lease), ["state"] = nameof(DeliveryState.Claimed) }).FirstOrDefaultAsync();
        if (claimed is null)
            return false;
        var change = await OrderChange.BeginAsync(session, documents, claimed["order"]);
        var isSuperseded = outcome is { State: DeliveryState.Waiting, Superseded: not null } && change.IsFollowed(target);
        var state = isSuperseded ? DeliveryState.Superseded : outcome.State;
        var attempt = claimed["attempt"].AsInt32 - (outcome.Unmade ? 1 : 0);
        var wait = outcome.RetryIn ?? TimeSpan.Zero;
        var written = new BsonDocument { ["state"] = state.ToString(), ["attempt"] = attempt, ["waited"] = claimed["waited"].AsInt64 + (long)wait.TotalMilliseconds, ["lease_until"] = BsonNull.Value, ["forget"] = BsonNull.Value };
        if (attempt > 0)
            written["lane"] = nameof(Lane.Retry);
        // A request that was made before its person was erased is not kept.
        if (outcome.Sent is { } sent && !claimed.Contains("forget"))
            written["sent"] = MessageJson.Write(sent);
        await documents.Deliveries.UpdateOneAsync(session, Bson.ById(Bson.Of(id)), Bson.Put(written, new BsonDocument("due_at", Bson.In(wait))));
        await change.LeaveAsync(id, state, outcome.Refused);
        await change.LetNextComeAsync(target);
        await change.SaveAsync();
        await documents.Outbox.AddAsync(session, isSuperseded ? [.. events, outcome.Superseded!] : events);
        return true;
    }, ct);

    public Task<DeliveryRow?> FindDeliveryAsync(Guid deliveryId, CancellationToken ct) => store.TransactAsync(async session =>
        await RowsAsync(session, Bson.ById(Bson.Of(deliveryId)), Up("_id"), 1) is [var row] ? row : null, ct);

    public Task<IReadOnlyList<DeliveryRow>> ListAsync(DeliveryFilter filter, string? after, int atMost, CancellationToken ct, bool newestFirst = false) => store.TransactAsync(session => newestFirst
        ? RowsAsync(session, Fitting(filter).AddRange(After(after, "$lt")), new BsonDocument("place", -1), atMost)
        : RowsAsync(session, Fitting(filter).AddRange(After(after)), Up("place"), atMost), ct);

    public Task<IReadOnlyList<DeliveryRow>> PendingAsync(DeliveryFilter filter, int atMost, CancellationToken ct) => store.TransactAsync(session =>
        RowsAsync(session, new BsonDocument("$and", new BsonArray { new BsonDocument("state", Bson.AnyOf(OrderChange.Open)), Fitting(filter) }), Up("due_at"), atMost), ct);

    public Task<Resent> ResendAsync(Guid deliveryId, Guid id, bool recorded, Func<Subject, Postback, bool, Outgoing> told, CancellationToken ct, bool dryRun = false) => store.TransactAsync(async session =>
    {
        var original = await documents.Deliveries.Find(session, Bson.ById(Bson.Of(deliveryId))).FirstOrDefaultAsync();
        if (original is null)
            return Resent.Unknown;
        var change = await OrderChange.BeginAsync(session, documents, original["order"]);
        var (postback, about) = (PostbackDocuments.Postback(original), PostbackDocuments.About(change.Order));
        if (PostbackDocuments.Target(change.Order, postback.Target) is not { } target)
            return Resent.Unknown;
        if (original.GetValue("hurried_by", BsonNull.Value) == Bson.Of(id) || await documents.Deliveries.Find(session, Bson.ById(Bson.Of(id))).AnyAsync())
            return Resent.Due;
        switch (Enum.Parse<DeliveryState>(original.Text("state")!))
        {
            case DeliveryState.Waiting when dryRun:
                return Resent.Due;
            case DeliveryState.Waiting:
                await documents.Deliveries.UpdateOneAsync(session, Bson.ById(original["_id"]),
                    Bson.Put(new BsonDocument { ["lane"] = nameof(Lane.Retry), ["hurried_by"] = Bson.Of(id) }, new BsonDocument("due_at", Bson.Now)));
                await documents.Outbox.AddAsync(session, [told(about, postback, original["repeats"].AsBoolean)]);
                return Resent.Due;
            case DeliveryState.Behind or DeliveryState.Claimed:
                return Resent.UnderWay;
        }
        var last = await documents.Deliveries.Find(session, new BsonDocument { ["order"] = original["order"], ["target"] = postback.Target }).Sort(new BsonDocument("sequence", -1)).Limit(1).SingleAsync();
        if (PostbackDocuments.IsSuperseded(original, last["sequence"].AsInt64, target["sequence"].AsInt64))
            return Resent.Superseded;
        if (change.IsOpen(postback.Target))
            return Resent.UnderWay;
        if (dryRun)
            return Resent.Due;
        var again = postback with { DeliveryId = id, ResendOf = deliveryId };
        var sent = recorded ? original.Text("sent") : null;
        await change.AddAsync(again, about, Lane.Retry, sent);
        await change.SaveAsync();
        await documents.Outbox.AddAsync(session, [told(about, again, sent is not null)]);
        return Resent.Due;
    }, ct);

    public Task<bool> CancelAsync(Guid deliveryId, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.TransactAsync(async session =>
    {
        if (await documents.Deliveries.Find(session, Bson.ById(Bson.Of(deliveryId))).FirstOrDefaultAsync() is not { } delivery)
            return false;
        var change = await OrderChange.BeginAsync(session, documents, delivery["order"]);
        if (!await change.EndAsync(deliveryId, DeliveryState.Cancelled))
            return false;
        await change.LetNextComeAsync(delivery.Text("target")!);
        await change.SaveAsync();
        await documents.Outbox.AddAsync(session, events);
        return true;
    }, ct);

    public Task<IReadOnlyList<CampaignOrder>> OrdersAsync(string campaign, string? after, int atMost, CancellationToken ct) => store.TransactAsync<IReadOnlyList<CampaignOrder>>(async session =>
    {
        var rows = await documents.Orders.Find(session, new BsonDocument("campaign", campaign).AddRange(After(after))).Sort(Up("place")).Limit(atMost).ToListAsync();
        var orders = await OrdersAsync(session, rows);
        var latest = await MessagesAsync(session, orders.Where(order => order.Latest is not null).Select(order => order.Latest!.MessageId));
        return [.. orders.Zip(rows, (order, row) => new CampaignOrder(order,
            order.Latest is { } word && latest.TryGetValue(word.MessageId, out var message) ? message : null, row.Text("place")!))];
    }, ct);

    public Task<bool> ErasePersonAsync(Subject about, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.TransactAsync(async session =>
    {
        // A click id alone may be another lead's, too.
        var orders = (await FindAsync(session, about)).FindAll(order => about.LeadId is null || !order.Contains("lead_id") || order.Id("lead_id") == about.LeadId);
        if (orders.Count is 0)
            return false;
        foreach (var order in orders)
            await EraseAsync(session, order);
        await documents.Outbox.AddAsync(session, events);
        return true;
    }, ct);

    public Task AddJobAsync(Job job, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.TransactAsync(async session =>
    {
        var id = Bson.ById(Bson.Of(job.Id));
        if (await documents.Jobs.Find(session, id).AnyAsync())
            return false;
        var last = await documents.Jobs.Find(session, new BsonDocument()).Sort(new BsonDocument("number", -1)).FirstOrDefaultAsync();
        await documents.Jobs.UpdateOneAsync(session, id, Bson.Put(Fields(job).Add("number", (last?["number"].AsInt32 ?? 0) + 1)), new UpdateOptions { IsUpsert = true });
        await documents.Outbox.AddAsync(session, events);
        return true;
    }, ct);

    public Task<ClaimedJob?> ClaimJobAsync(TimeSpan lease, CancellationToken ct) => store.TransactAsync<ClaimedJob?>(async session =>
    {
        var nobodys = new BsonArray { new BsonDocument("lease_until", BsonNull.Value), new BsonDocument().And("$lt", "lease_until", Bson.Now) };
        var free = new BsonDocument { ["state"] = nameof(JobState.Running), ["$or"] = nobodys };
        if (await documents.Jobs.Find(session, free).Sort(Up("number")).FirstOrDefaultAsync() is not { } row)
            return null;
        var claimed = new ClaimedJob(MessageJson.Read<Job>(row.Text("job")!), Guid.CreateVersion7());
        await documents.Jobs.UpdateOneAsync(session, Bson.ById(row["_id"]), Bson.Put(new BsonDocument("lease", Bson.Of(claimed.Lease)), new BsonDocument("lease_until", Bson.In(lease))));
        return claimed;
    }, ct);

    public Task<bool> ReportJobAsync(ClaimedJob claim, Job job, TimeSpan lease, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.TransactAsync(async session =>
    {
        var ours = new BsonDocument { ["_id"] = Bson.Of(claim.Job.Id), ["lease"] = Bson.Of(claim.Lease), ["state"] = nameof(JobState.Running) };
        if ((await documents.Jobs.UpdateOneAsync(session, ours, Bson.Put(Fields(job), new BsonDocument("lease_until", Bson.In(lease))))).MatchedCount is 0)
            return false;
        await documents.Outbox.AddAsync(session, events);
        return true;
    }, ct);

    public Task<bool> CancelJobAsync(Guid jobId, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.TransactAsync(async session =>
    {
        if (await documents.Jobs.Find(session, new BsonDocument { ["_id"] = Bson.Of(jobId), ["state"] = nameof(JobState.Running) }).FirstOrDefaultAsync() is not { } row)
            return false;
        await documents.Jobs.UpdateOneAsync(session, Bson.ById(row["_id"]), Bson.Put(Fields(MessageJson.Read<Job>(row.Text("job")!) with { State = JobState.Cancelled })));
        await documents.Outbox.AddAsync(session, events);
        return true;
    }, ct);

    public Task<IReadOnlyList<Job>> JobsAsync(Guid? jobId, int atMost, CancellationToken ct) => store.RunAsync<IReadOnlyList<Job>>(async () =>
    {
        var rows = await documents.Jobs.Find(jobId is null ? new BsonDocument() : Bson.ById(Bson.Of(jobId))).Sort(new BsonDocument("number", -1)).Limit(atMost).ToListAsync(ct);
        return [.. rows.Select(row => MessageJson.Read<Job>(row.Text("job")!))];
    }, ct);

    public Task<IReadOnlyList<Backlog>> BacklogAsync(CancellationToken ct) => store.RunAsync(async () => PostbackBacklogs.All(
    [
        .. await MongoBacklog.CountAsync(documents.Deliveries, "due", new BsonDocument("state", nameof(DeliveryState.Waiting)), "$lane", "$due_at", "$oldest", ct),
        .. await MongoBacklog.CountAsync(documents.Messages, "kept", new BsonDocument("kept_for", Bson.AnyOf(Enum.GetNames<KeptFor>())), "$kept_for", "$place", PostbackDocuments.TimeOf("$oldest"), ct),
    ]), ct);

    public Task<IReadOnlyList<Outgoing>> LeftOverAsync(TimeSpan age, int atMost, CancellationToken ct) => documents.Outbox.LeftOverAsync(store, age, atMost, ct);

    public Task ConfirmedAsync(IReadOnlyList<Outgoing> events, CancellationToken ct) => documents.Outbox.ConfirmedAsync(store, events, ct);

    private static BsonDocument Up(string field) => new(field, 1);

    /// <summary>From behind a place on.</summary>
    private static BsonDocument After(string? place, string comparison = "$gt") => place is null ? new BsonDocument() : new BsonDocument("place", new BsonDocument(comparison, place));

    /// <summary>Orders of the subject's connection with such a name.</summary>
    private static BsonDocument Named(Subject about, string name, BsonValue value) => new() { ["_id.connection"] = Bson.Of(about.Connection), [name] = value };

    /// <summary>The names that an order is found by, each with its connection.</summary>
    private static IEnumerable<BsonDocument> Names(Subject about) =>
        from name in new BsonDocument { ["order_id"] = Bson.Of(about.OrderId), ["lead_id"] = Bson.Of(about.LeadId), ["click_id"] = Bson.Of(about.ClickId) }
        where about.Connection is not null && !name.Value.IsBsonNull
        select new BsonDocument("connection", about.Connection).Add(name);

    /// <summary>Messages kept for want of an order of this name.</summary>
    private static BsonDocument Wanting(BsonDocument name) => Prefixed("wants", name);

    private static BsonDocument Prefixed(string field, BsonDocument name) => new(name.Select(part => new BsonElement($"{field}.{part.Name}", part.Value)));

    private static BsonDocument Fields(Job job) => new() { ["state"] = job.State.ToString(), ["job"] = MessageJson.Write(job) };

    private static BsonDocument Fitting(DeliveryFilter filter)
    {
        var fitting = new BsonDocument();
        foreach (var (field, value) in new[] { ("campaign", filter.Campaign), ("partner", filter.Partner), ("target", filter.Target), ("event", filter.Event?.ToString()), ("state", filter.State?.ToString()) })
        {
            if (value is not null)
                fitting[field] = value;
        }
        var since = new BsonDocument();
        if (filter.From is { } from)
            since["$gte"] = Bson.Of(from);
        if (filter.To is { } to)
            since["$lt"] = Bson.Of(to);
        return since.ElementCount is 0 ? fitting : fitting.Add("since", since);
    }

    /// <summary>
    /// Two transactions that only read what the other writes do not hinder one another. So whoever keeps a message for want
    /// of its order, and whoever makes an order known, both write the names they have in common: one of them has to begin
    /// again, and then sees the other.
    /// </summary>
    private async Task MeetAsync(IClientSessionHandle session, Subject about)
    {
        var met = Builders<BsonDocument>.Update.CurrentDate("at").Inc("times", 1);
        if (Names(about).Select(name => new UpdateOneModel<BsonDocument>(Bson.ById(name), met) { IsUpsert = true }).ToList() is { Count: > 0 } names)
            await documents.Names.BulkWriteAsync(session, names);
    }

    /// <summary>Orders that a subject means; by a lead's id alone where its connection is not known.</summary>
    private async Task<List<BsonDocument>> FindAsync(IClientSessionHandle session, Subject about)
    {
        Task<List<BsonDocument>> ByAsync(BsonDocument filter) => documents.Orders.Find(session, filter).ToListAsync();
        List<BsonDocument> found = [];
        if (about.LeadId is { } lead)
            found = await ByAsync(about.Connection is null ? new BsonDocument("lead_id", Bson.Of(lead)) : Named(about, "lead_id", Bson.Of(lead)));
        if (found.Count is 0 && about.OrderId is not null)
            found = await ByAsync(Bson.ById(PostbackDocuments.Key(about)));
        if (found.Count is 0 && about is { OrderId: null, ClickId: { } click })
            found = await ByAsync(Named(about, "click_id", click));
        return found;
    }

    /// <summary>Whether a message means an order that is known, and no more than one.</summary>
    private async Task<bool> IsKnownAsync(IClientSessionHandle session, Subject about) => about.Connection is not null && (
        (about.LeadId is not null && await documents.Orders.Find(session, Named(about, "lead_id", Bson.Of(about.LeadId))).AnyAsync())
        || (about.OrderId is not null && await documents.Orders.Find(session, Bson.ById(PostbackDocuments.Key(about))).AnyAsync())
        || (about is { OrderId: null, ClickId: { } click } && await documents.Orders.CountDocumentsAsync(session, Named(about, "click_id", click), new CountOptions { Limit = 2 }) is 1));

    /// <summary>Takes a message over, or changes what it is kept for. One that is done with stays so.</summary>
    /// <param name="about">The order that was decided about, else what the message says.</param>
    private async Task TakeAsync(IClientSessionHandle session, Guid messageId, OrderStatusChanged? message, Subject about, KeptFor? keptFor, bool isReleased)
    {
        var id = Bson.ById(Bson.Of(messageId));
        var known = await documents.Messages.Find(session, id).Project(Up("kept_for")).FirstOrDefaultAsync();
        if (known is not null && !known.Contains("kept_for"))
            return;
        var fields = new BsonDocument(NotKept);
        if (keptFor is { } reason)
            fields["kept_for"] = reason.ToString();
        fields["about"] = Names(about).Aggregate(new BsonDocument(), (all, name) => all.Merge(name));
        if (keptFor is KeptFor.Order or KeptFor.Stranger)
            fields["wants"] = fields["about"];
        if (isReleased)
            fields["released"] = true;
        if (known is null)
            fields["message"] = Bson.Of(message is null ? null : MessageJson.Write(message));
        var computed = known is null ? new BsonDocument { ["since"] = Bson.Now, ["place"] = PostbackDocuments.Place($"{messageId}") } : null;
        await documents.Messages.UpdateOneAsync(session, id, Bson.Put(fields, computed), new UpdateOptions { IsUpsert = true });
    }

    /// <summary>Targets that have something due, the longest waiting first, each with so many of its deliveries.</summary>
    private async Task<List<BsonDocument>> DueAsync(IClientSessionHandle session, Lane lane, int perTarget, IReadOnlyList<string> except)
    {
        var waiting = new BsonDocument { ["state"] = nameof(DeliveryState.Waiting), ["lane"] = lane.ToString() };
        var ofTarget = new BsonDocument("$and", new BsonArray
        {
            new BsonDocument("$eq", new BsonArray { "$target", "$$target" }),
            new BsonDocument("$lte", new BsonArray { "$due_at", Bson.Now }),
        });
        PipelineDefinition<BsonDocument, BsonDocument> stages = new BsonDocument[]
        {
            // In the index's order, so that it is one step in it for each target, however many deliveries that has.
            new("$match", waiting),
            new("$sort", new BsonDocument { ["target"] = 1, ["due_at"] = 1 }),
            new("$group", new BsonDocument { ["_id"] = "$target", ["first"] = new BsonDocument("$first", "$due_at") }),
            new("$match", new BsonDocument("_id", new BsonDocument("$nin", new BsonArray(except))).And("$lte", "first", Bson.Now)),
            new("$sort", Up("first")),
            new("$lookup", new BsonDocument
            {
                ["from"] = documents.Deliveries.CollectionNamespace.CollectionName,
                ["let"] = new BsonDocument("target", "$_id"),
                ["pipeline"] = new BsonArray
                {
                    new BsonDocument("$match", new BsonDocument(waiting).Add("$expr", ofTarget)),
                    new BsonDocument("$sort", Up("due_at")),
                    new BsonDocument("$limit", perTarget),
                    new BsonDocument("$project", Up("_id")),
                },
                ["as"] = "due",
            }),
        };
        using var cursor = await documents.Deliveries.AggregateAsync(session, stages);
        return await cursor.ToListAsync();
    }

    private async Task<IReadOnlyList<Delivery>> ClaimAsync(IClientSessionHandle session, IReadOnlyList<BsonValue> due, Guid token, TimeSpan lease)
    {
        var these = new BsonDocument("_id", Bson.AnyOf(due));
        var rows = (await documents.Deliveries.Find(session, these).ToListAsync()).ToDictionary(row => row["_id"]);
        await documents.Deliveries.UpdateManyAsync(session, these, Bson.Put(new BsonDocument { ["state"] = nameof(DeliveryState.Claimed), ["lease"] = Bson.Of(token), ["forget"] = BsonNull.Value },
            new BsonDocument { ["attempt"] = new BsonDocument("$add", new BsonArray { "$attempt", 1 }), ["lease_until"] = Bson.In(lease) }));
        var orders = (await documents.Orders.Find(session, new BsonDocument("_id", Bson.AnyOf(rows.Values.Select(row => row["order"]).Distinct()))).ToListAsync()).ToDictionary(order => order["_id"]);
        var postbacks = rows.ToDictionary(row => row.Key, row => PostbackDocuments.Postback(row.Value));
        var causes = await MessagesAsync(session, postbacks.Values.Select(postback => postback.CauseId));
        List<Delivery> claimed = [];
        foreach (var id in due)
        {
            var (row, postback) = (rows[id], postbacks[id]);
            var order = orders[row["order"]];
            PostbackDocuments.Target(order, postback.Target)?.Set("sent", PostbackDocuments.Mark(new SentMark(postback.Event, postback.Label, postback.Sequence)));
            claimed.Add(new Delivery(postback, PostbackDocuments.About(order), MessageJson.Read<Dictionary<string, string>>(order.Text("tracking")!), causes.GetValueOrDefault(postback.CauseId)?.Message,
                row["attempt"].AsInt32 + 1, TimeSpan.FromMilliseconds(row["waited"].AsInt64), token, row["repeats"].AsBoolean ? MessageJson.Read<RenderedPostback>(row.Text("sent")!) : null));
        }
        await documents.Orders.BulkWriteAsync(session, orders.Values.Select(order => new UpdateOneModel<BsonDocument>(Bson.ById(order["_id"]),
            Bson.Put(new BsonDocument { ["targets"] = order["targets"], ["version"] = order["version"].AsInt64 + 1 }))));
        return claimed;
    }

    /// <summary>
    /// Erases the person in an order and all that was made of it. A request on record goes: what would have repeated it is
    /// rendered, from what there still is.
    /// </summary>
    private async Task EraseAsync(IClientSessionHandle session, BsonDocument order)
    {
        var change = await OrderChange.BeginAsync(session, documents, order);
        foreach (var delivery in await documents.Deliveries.Find(session, new BsonDocument("order", order["_id"])).ToListAsync())
        {
            await documents.Deliveries.UpdateOneAsync(session, Bson.ById(delivery["_id"]), Bson.Put(new BsonDocument
            {
                ["postback"] = PersonalData.Erase(delivery.Text("postback")!),
                ["sent"] = BsonNull.Value,
                ["repeats"] = false,
                ["forget"] = delivery["state"] == nameof(DeliveryState.Claimed) ? true : BsonNull.Value,
            }));
        }
        var about = PostbackDocuments.About(order);
        var names = new BsonArray(Names(about with { ClickId = null }).Select(name => Prefixed("about", name)));
        if (about.ClickId is { } click)
            names.Add(new BsonDocument { ["kept_for"] = There, ["about.connection"] = Bson.Of(about.Connection), ["about.click_id"] = click, ["about.order_id"] = BsonNull.Value });
        var messages = new BsonDocument { ["message"] = There, ["$or"] = names };
        foreach (var message in await documents.Messages.Find(session, messages).ToListAsync())
            await documents.Messages.UpdateOneAsync(session, Bson.ById(message["_id"]), Bson.Put(new BsonDocument("message", PersonalData.Erase(message.Text("message")!))));
        // Its names are the partner's own, as those of a lead's fields.
        var tracking = new Lead(MessageJson.Read<Dictionary<string, string>>(order.Text("tracking")!), new Dictionary<string, string>());
        tracking = MessageJson.Read<Lead>(PersonalData.Erase(MessageJson.Write(tracking)));
        await change.SaveAsync(new BsonDocument("tracking", MessageJson.Write(tracking.Fields)));
    }

    private async Task<IReadOnlyList<OrderRecord>> OrdersAsync(IClientSessionHandle session, IReadOnlyList<BsonDocument> orders)
    {
        var waiting = await documents.Deliveries.Find(session, new BsonDocument
        {
            ["order"] = Bson.AnyOf(orders.Select(order => order["_id"])),
            ["state"] = Bson.AnyOf(nameof(DeliveryState.Waiting), nameof(DeliveryState.Behind)),
        }).Sort(Up("sequence")).ToListAsync();
        var ofOrder = waiting.ToLookup(delivery => delivery["order"], PostbackDocuments.Postback);
        return [.. orders.Select(order => PostbackDocuments.Order(order, ofOrder[order["_id"]]))];
    }

    private async Task<IReadOnlyList<DeliveryRow>> RowsAsync(IClientSessionHandle session, BsonDocument filter, BsonDocument order, int atMost)
    {
        var rows = await documents.Deliveries.Find(session, filter).Sort(order).Limit(atMost).ToListAsync();
        var keys = Bson.AnyOf(rows.Select(row => row["order"]).Distinct());
        var orders = await documents.Orders.Find(session, new BsonDocument("_id", keys)).Project(new BsonDocument { ["about"] = 1, ["targets"] = 1 }).ToListAsync();
        var known = orders.ToDictionary(order => order["_id"]);
        var made = await documents.Deliveries.Find(session, new BsonDocument("order", keys)).Project(new BsonDocument { ["order"] = 1, ["target"] = 1, ["sequence"] = 1, ["place"] = 1 }).ToListAsync();
        static (BsonValue, BsonValue, BsonValue) Change(BsonDocument delivery) => (delivery["order"], delivery["target"], delivery["sequence"]);
        static (BsonValue, BsonValue) Target(BsonDocument delivery) => (delivery["order"], delivery["target"]);
        var newest = made.GroupBy(Change).ToDictionary(same => same.Key, same => same.MaxBy(delivery => delivery["place"])!);
        var last = made.GroupBy(Target).ToDictionary(same => same.Key, same => same.Max(delivery => delivery["sequence"].AsInt64));
        return [.. rows.Select(row => PostbackDocuments.Row(row, known[row["order"]], newest[Change(row)] is var again && again["_id"] != row["_id"] ? again.Id("_id") : null, last[Target(row)]))];
    }

    private async Task<Dictionary<Guid, KeptMessage>> MessagesAsync(IClientSessionHandle session, IEnumerable<Guid> ids)
    {
        var rows = await documents.Messages.Find(session, new BsonDocument { ["_id"] = Bson.AnyOf(ids.Distinct().Select(id => Bson.Of(id))), ["message"] = There }).ToListAsync();
        return rows.Select(PostbackDocuments.Kept).ToDictionary(kept => kept.Id);
    }
}
