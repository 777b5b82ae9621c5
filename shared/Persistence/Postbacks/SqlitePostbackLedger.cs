using System.Globalization;
using LeadRelay.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace LeadRelay.Persistence.Postbacks;

/// <summary><see cref="IPostbackLedger"/> in a SQLite file.</summary>
public sealed class SqlitePostbackLedger(SqliteStore store) : IPostbackLedger
{
    public const string Schema = SqliteOutbox.Schema + """
        CREATE TABLE IF NOT EXISTS orders(
          id INTEGER PRIMARY KEY, connection TEXT NOT NULL, order_id TEXT NOT NULL, lead_id TEXT, click_id TEXT, campaign TEXT,
          about TEXT NOT NULL, tracking TEXT NOT NULL, version INTEGER NOT NULL, latest_message TEXT, latest_sequence INTEGER, UNIQUE(connection, order_id));
        CREATE INDEX IF NOT EXISTS orders_lead ON orders(lead_id) WHERE lead_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS orders_click ON orders(connection, click_id) WHERE click_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS orders_campaign ON orders(campaign);
        CREATE TABLE IF NOT EXISTS targets(
          order_key INTEGER NOT NULL, target TEXT NOT NULL, sequence INTEGER NOT NULL, clock TEXT,
          sent_event TEXT, sent_label TEXT, sent_sequence INTEGER, PRIMARY KEY(order_key, target)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS deliveries(
          place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, order_key INTEGER NOT NULL, target TEXT NOT NULL, sequence INTEGER NOT NULL,
          campaign TEXT, partner TEXT, event TEXT NOT NULL, postback TEXT NOT NULL, since INTEGER NOT NULL,
          state TEXT NOT NULL, lane TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0, waited INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, lease TEXT, lease_until INTEGER,
          sent TEXT, repeats INTEGER NOT NULL DEFAULT 0, hurried_by TEXT, forgotten INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries(lane, target, due_at) WHERE state = 'Waiting';
        CREATE INDEX IF NOT EXISTS deliveries_leased ON deliveries(lease_until) WHERE state = 'Claimed';
        CREATE INDEX IF NOT EXISTS deliveries_failed ON deliveries(place) WHERE state = 'Failed';
        CREATE INDEX IF NOT EXISTS deliveries_order ON deliveries(order_key, target, sequence);
        CREATE INDEX IF NOT EXISTS deliveries_pending ON deliveries(due_at) WHERE state IN ('Waiting', 'Behind', 'Claimed');
        CREATE TABLE IF NOT EXISTS messages(
          id TEXT PRIMARY KEY, kept_for TEXT, connection TEXT, order_id TEXT, lead_id TEXT, click_id TEXT, message TEXT, since INTEGER NOT NULL, released INTEGER NOT NULL DEFAULT 0, order_key INTEGER);
        CREATE INDEX IF NOT EXISTS messages_decided ON messages(order_key) WHERE order_key IS NOT NULL;
        CREATE INDEX IF NOT EXISTS messages_kept ON messages(kept_for) WHERE kept_for IS NOT NULL;
        CREATE INDEX IF NOT EXISTS messages_released ON messages(released) WHERE released = 1;
        CREATE INDEX IF NOT EXISTS messages_order ON messages(connection, order_id) WHERE kept_for IN ('Order', 'Stranger');
        CREATE INDEX IF NOT EXISTS messages_lead ON messages(connection, lead_id) WHERE kept_for IN ('Order', 'Stranger');
        CREATE INDEX IF NOT EXISTS messages_click ON messages(connection, click_id) WHERE kept_for IN ('Order', 'Stranger');
        CREATE TABLE IF NOT EXISTS jobs(id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, job TEXT NOT NULL, lease TEXT, lease_until INTEGER);
        CREATE INDEX IF NOT EXISTS jobs_running ON jobs(lease_until) WHERE state = 'Running';
        """;

    public Task<bool> KnowsAsync(Guid messageId, CancellationToken ct) => store.ReadAsync(connection =>
        connection.Query("SELECT 1 FROM messages WHERE id = @0", _ => true, messageId).Count > 0, ct);

    public Task<IReadOnlyList<OrderRecord>> FindAsync(Subject about, CancellationToken ct) => store.ReadAsync<IReadOnlyList<OrderRecord>>(connection =>
        [.. Find(connection, about).Select(row => row.Order)], ct);

    public Task KeepAsync(Guid messageId, OrderStatusChanged message, KeptFor reason, IReadOnlyList<Outgoing> events, CancellationToken ct, Subject? order = null) => store.WriteAsync(connection =>
    {
        Take(connection, messageId, message, reason, order is null ? null
            : connection.Query("SELECT id FROM orders WHERE connection = @0 AND order_id = @1", row => (long?)row.Number("id"), order.Connection, order.OrderId).FirstOrDefault());
        // Its order may have become known since it was looked for.
        connection.Run($"UPDATE messages AS kept SET released = {IsKnown} WHERE id = @0 AND kept_for IN ('Order', 'Stranger')", messageId);
        SqliteOutbox.Add(connection, events);
        return true;
    }, ct);

    public Task ForgetAsync(Guid messageId, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.WriteAsync(connection =>
    {
        connection.Run("""
            UPDATE messages SET kept_for = NULL, released = 0, message = NULL, connection = NULL, order_id = NULL, lead_id = NULL, click_id = NULL WHERE id = @0 AND kept_for IN ('Order', 'Stranger')
            """, messageId);
        SqliteOutbox.Add(connection, events);
        return true;
    }, ct);

    public Task<IReadOnlyList<KeptMessage>> KeptAsync(KeptFor reason, TimeSpan age, int atMost, CancellationToken ct, string? after = null) => store.ReadAsync<IReadOnlyList<KeptMessage>>(connection =>
        connection.Query($"SELECT {KeptMessages} WHERE kept.kept_for = @0 AND kept.rowid > @3 AND kept.since <= {SqliteStore.Now} - @1 ORDER BY kept.rowid LIMIT @2",
            ReadKept, reason.ToString(), (long)age.TotalMilliseconds, atMost, Place(after)), ct);

    public Task<IReadOnlyList<KeptMessage>> ReleasableAsync(int atMost, CancellationToken ct) => store.ReadAsync<IReadOnlyList<KeptMessage>>(connection =>
        connection.Query($"SELECT {KeptMessages} WHERE kept.released = 1 AND kept.kept_for IN ('Order', 'Stranger') AND {IsKnown} ORDER BY kept.rowid LIMIT @0", ReadKept, atMost), ct);

    public Task<Committed> CommitAsync(OrderCommit commit, CancellationToken ct) => store.WriteAsync(connection =>
    {
        if (connection.Query("SELECT 1 FROM messages WHERE id = @0 AND kept_for IS NULL", _ => true, commit.MessageId).Count > 0)
            return Committed.Known;
        var (about, latest) = (commit.Order.About, commit.Order.Latest);
        var keys = connection.Query($"""
            {(commit.Order.Version is 0
                ? "INSERT INTO orders(connection, order_id, lead_id, click_id, campaign, about, tracking, version, latest_message, latest_sequence) VALUES(@0, @1, @2, @3, @4, @5, @6, 1, @8, @9) ON CONFLICT DO NOTHING"
                : "UPDATE orders SET lead_id = @2, click_id = @3, campaign = @4, about = @5, tracking = @6, version = version + 1, latest_message = @8, latest_sequence = @9 WHERE connection = @0 AND order_id = @1 AND version = @7")}
            RETURNING id
            """, row => row.Number("id"), about.Connection, about.OrderId, about.LeadId, about.ClickId, about.Campaign, MessageJson.Write(about), MessageJson.Write(commit.Order.Tracking),
            commit.Order.Version, latest?.MessageId, latest?.Sequence);
        if (keys.Count is 0)
            return Committed.Touched;
        var key = keys[0];
        foreach (var (target, state) in commit.Order.Targets)
        {
            connection.Run("""
                INSERT INTO targets VALUES(@0, @1, @2, @3, @4, @5, @6) ON CONFLICT DO UPDATE SET sequence = @2, clock = @3
                """, key, target, state.Sequence, state.Clock, state.Sent?.Event.ToString(), state.Sent?.Label, state.Sent?.Sequence);
        }
        foreach (var id in commit.Superseded)
            End(connection, id, DeliveryState.Superseded);
        foreach (var postback in commit.Deliveries)
            Add(connection, key, about, postback, commit.Lane, null);
        foreach (var target in commit.Order.Targets.Keys)
            LetNextCome(connection, key, target);
        Take(connection, commit.MessageId, commit.Message, commit.Held ? KeptFor.StatusMap : null, key);
        // What came ahead of the order, by any of its names; each by an index of its own, which an OR would not use.
        connection.Run("""
            UPDATE messages SET released = 1 WHERE rowid IN (
              SELECT rowid FROM messages WHERE kept_for IN ('Order', 'Stranger') AND connection = @0 AND order_id = @1
              UNION ALL SELECT rowid FROM messages WHERE kept_for IN ('Order', 'Stranger') AND connection = @0 AND lead_id = @2
              UNION ALL SELECT rowid FROM messages WHERE kept_for IN ('Order', 'Stranger') AND connection = @0 AND click_id = @3 AND order_id IS NULL)
            """, about.Connection, about.OrderId, about.LeadId, about.ClickId);
        SqliteOutbox.Add(connection, commit.Events);
        return Committed.Taken;
    }, ct);

    public Task<IReadOnlyList<Delivery>> ClaimAsync(Lane lane, int atMost, int perTarget, TimeSpan lease, IReadOnlyDictionary<string, int> places, CancellationToken ct) => store.WriteAsync<IReadOnlyList<Delivery>>(connection =>
    {
        var token = Guid.CreateVersion7();
        var left = new Dictionary<string, int>(places);
        int Places(string target) => left.GetValueOrDefault(target, perTarget);
        List<long> due = [];
        if (lane is Lane.Retry)
        {
            // What a killed process left behind.
            foreach (var (place, target) in connection.Query($"""
                SELECT place, target FROM deliveries WHERE state = 'Claimed' AND lease_until < {SqliteStore.Now} AND target NOT IN (SELECT value FROM json_each(@1)) ORDER BY lease_until LIMIT @0
                """, row => (row.Number("place"), row.Text("target")!), atMost, MessageJson.Write(places.Where(each => each.Value is 0).Select(each => each.Key))).Where(row => Places(row.Item2) > 0))
            {
                left[target] = Places(target) - 1;
                due.Add(place);
            }
        }
        foreach (var target in DueTargets(connection, lane).Where(target => Places(target) > 0))
        {
            if (due.Count >= atMost)
                break;
            due.AddRange(connection.Query($"SELECT place FROM deliveries WHERE state = 'Waiting' AND lane = @0 AND target = @1 AND due_at <= {SqliteStore.Now} ORDER BY due_at LIMIT @2",
                row => row.Number("place"), lane.ToString(), target, Math.Min(Places(target), atMost - due.Count)));
        }
        return [.. due.Select(place => Claim(connection, place, token, lease))];
    }, ct);

    public Task<bool> SettleAsync(Delivery claim, DeliveryOutcome outcome, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.WriteAsync(connection =>
    {
        var (id, target) = (claim.Postback.DeliveryId, claim.Postback.Target);
        var keys = connection.Query($"""
            UPDATE deliveries SET state = @2, lane = CASE WHEN attempt - @3 = 0 THEN lane ELSE 'Retry' END, attempt = attempt - @3, waited = waited + @4, due_at = {SqliteStore.Now} + @4, lease_until = NULL, sent = CASE WHEN forgotten = 0 THEN COALESCE(@5, sent) END
            WHERE id = @0 AND lease = @1 AND state = 'Claimed' RETURNING order_key
            """, row => row.Number("order_key"), id, claim.Lease, outcome.State.ToString(), outcome.Unmade ? 1 : 0,
            (long)(outcome.RetryIn ?? TimeSpan.Zero).TotalMilliseconds, outcome.Sent is null ? null : MessageJson.Write(outcome.Sent));
        if (keys.Count is 0)
            return false;
        var isSuperseded = outcome is { State: DeliveryState.Waiting, Superseded: not null }
            && connection.Query("SELECT 1 FROM deliveries WHERE order_key = @0 AND target = @1 AND state = 'Behind'", _ => true, keys[0], target).Count > 0;
        if (isSuperseded)
            End(connection, id, DeliveryState.Superseded);
        else if (outcome.State is DeliveryState.Failed or DeliveryState.Superseded)
            NotSent(connection, id, outcome.Refused);
        LetNextCome(connection, keys[0], target);
        connection.Run("UPDATE orders SET version = version + 1 WHERE id = @0", keys[0]);
        SqliteOutbox.Add(connection, isSuperseded ? [.. events, outcome.Superseded!] : events);
        return true;
    }, ct);

    public Task<DeliveryRow?> FindDeliveryAsync(Guid deliveryId, CancellationToken ct) => store.ReadAsync(connection =>
        Rows(connection, "d.id = @0", "d.place", 1, deliveryId).FirstOrDefault(), ct);

    public Task<IReadOnlyList<DeliveryRow>> ListAsync(DeliveryFilter filter, string? after, int atMost, CancellationToken ct, bool newestFirst = false) => store.ReadAsync<IReadOnlyList<DeliveryRow>>(connection =>
    {
        // What failed is asked for most, and is little among all that was ever delivered: said in so many words, its index is used.
        var fits = filter.State is DeliveryState.Failed ? $"d.state = 'Failed' AND {Fits}" : Fits;
        return newestFirst
            ? Rows(connection, $"d.place < @7 AND {fits}", "d.place DESC", atMost, [.. Values(filter), after is null ? long.MaxValue : Place(after)])
            : Rows(connection, $"d.place > @7 AND {fits}", "d.place", atMost, [.. Values(filter), Place(after)]);
    }, ct);

    public Task<IReadOnlyList<DeliveryRow>> PendingAsync(DeliveryFilter filter, int atMost, CancellationToken ct) => store.ReadAsync<IReadOnlyList<DeliveryRow>>(connection =>
        Rows(connection, $"d.state IN ('Waiting', 'Behind', 'Claimed') AND {Fits}", "d.due_at", atMost, Values(filter)), ct);

    public Task<Resent> ResendAsync(Guid deliveryId, Guid id, bool recorded, Func<Subject, Postback, bool, Outgoing> told, CancellationToken ct, bool dryRun = false) => store.WriteAsync(connection =>
    {
        var rows = connection.Query($"""
            SELECT d.order_key, d.postback, d.state, {IsSuperseded} AS superseded, d.sent, d.repeats, d.hurried_by, o.about, EXISTS (SELECT 1 FROM deliveries WHERE id = @1) AS done,
              EXISTS (SELECT 1 FROM deliveries AS open WHERE open.order_key = d.order_key AND open.target = d.target AND open.state IN ('Waiting', 'Behind', 'Claimed')) AS is_open
            FROM deliveries AS d JOIN orders AS o ON o.id = d.order_key WHERE d.id = @0
            """, row => (Key: row.Number("order_key"), Postback: MessageJson.Read<Postback>(row.Text("postback")!), State: Enum.Parse<DeliveryState>(row.Text("state")!), Sent: row.Text("sent"),
                Repeats: row.Number("repeats") is 1, HurriedBy: row.Id("hurried_by"), About: MessageJson.Read<Subject>(row.Text("about")!), IsSuperseded: row.Number("superseded") is 1, IsDone: row.Number("done") is 1, IsOpen: row.Number("is_open") is 1),
            deliveryId, id);
        if (rows is not [var original])
            return Resent.Unknown;
        if (original.IsDone || original.HurriedBy == id)
            return Resent.Due;
        if (original.State is DeliveryState.Waiting)
        {
            if (dryRun)
                return Resent.Due;
            connection.Run($"UPDATE deliveries SET due_at = {SqliteStore.Now}, lane = 'Retry', hurried_by = @1 WHERE id = @0", deliveryId, id);
            SqliteOutbox.Add(connection, [told(original.About, original.Postback, original.Repeats)]);
            return Resent.Due;
        }
        if (original.State is DeliveryState.Behind or DeliveryState.Claimed)
            return Resent.UnderWay;
        if (original.IsSuperseded)
            return Resent.Superseded;
        if (original.IsOpen)
            return Resent.UnderWay;
        if (dryRun)
            return Resent.Due;
        var again = original.Postback with { DeliveryId = id, ResendOf = deliveryId };
        var sent = recorded ? original.Sent : null;
        Add(connection, original.Key, original.About, again, Lane.Retry, sent);
        connection.Run("UPDATE orders SET version = version + 1 WHERE id = @0", original.Key);
        SqliteOutbox.Add(connection, [told(original.About, again, sent is not null)]);
        return Resent.Due;
    }, ct);

    public Task<bool> CancelAsync(Guid deliveryId, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.WriteAsync(connection =>
    {
        if (!End(connection, deliveryId, DeliveryState.Cancelled))
            return false;
        var (key, target) = connection.Query("SELECT order_key, target FROM deliveries WHERE id = @0", row => (row.Number("order_key"), row.Text("target")!), deliveryId)[0];
        LetNextCome(connection, key, target);
        connection.Run("UPDATE orders SET version = version + 1 WHERE id = @0", key);
        SqliteOutbox.Add(connection, events);
        return true;
    }, ct);

    public Task<IReadOnlyList<CampaignOrder>> OrdersAsync(string campaign, string? after, int atMost, CancellationToken ct) => store.ReadAsync<IReadOnlyList<CampaignOrder>>(connection =>
        [.. Orders(connection, "campaign = @0 AND id > @1 ORDER BY id LIMIT @2", campaign, Place(after), atMost).Select(row => new CampaignOrder(row.Order,
            row.Order.Latest is { } latest ? connection.Query($"SELECT {KeptMessages} WHERE kept.id = @0", ReadKept, latest.MessageId).FirstOrDefault() : null,
            row.Key.ToString(CultureInfo.InvariantCulture)))], ct);

    public Task AddJobAsync(Job job, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.WriteAsync(connection =>
    {
        if (connection.Run("INSERT OR IGNORE INTO jobs(id, state, job) VALUES(@0, @1, @2)", job.Id, job.State.ToString(), MessageJson.Write(job)) is 1)
            SqliteOutbox.Add(connection, events);
        return true;
    }, ct);

    public Task<ClaimedJob?> ClaimJobAsync(TimeSpan lease, CancellationToken ct) => store.WriteAsync(connection =>
    {
        var token = Guid.CreateVersion7();
        return connection.Query($"""
            UPDATE jobs SET lease = @0, lease_until = {SqliteStore.Now} + @1 WHERE rowid = (
              SELECT rowid FROM jobs WHERE state = 'Running' AND (lease_until IS NULL OR lease_until < {SqliteStore.Now}) ORDER BY rowid LIMIT 1)
            RETURNING job
            """, row => new ClaimedJob(MessageJson.Read<Job>(row.Text("job")!), token), token, (long)lease.TotalMilliseconds).FirstOrDefault();
    }, ct);

    public Task<bool> ReportJobAsync(ClaimedJob claim, Job job, TimeSpan lease, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.WriteAsync(connection =>
    {
        if (connection.Run($"UPDATE jobs SET state = @2, job = @3, lease_until = {SqliteStore.Now} + @4 WHERE id = @0 AND lease = @1 AND state = 'Running'",
            claim.Job.Id, claim.Lease, job.State.ToString(), MessageJson.Write(job), (long)lease.TotalMilliseconds) is 0)
            return false;
        SqliteOutbox.Add(connection, events);
        return true;
    }, ct);

    public Task<bool> CancelJobAsync(Guid jobId, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.WriteAsync(connection =>
    {
        if (connection.Query("SELECT job FROM jobs WHERE id = @0 AND state = 'Running'", row => MessageJson.Read<Job>(row.Text("job")!), jobId) is not [var job])
            return false;
        connection.Run("UPDATE jobs SET state = @1, job = @2 WHERE id = @0", jobId, nameof(JobState.Cancelled), MessageJson.Write(job with { State = JobState.Cancelled }));
        SqliteOutbox.Add(connection, events);
        return true;
    }, ct);

    public Task<IReadOnlyList<Job>> JobsAsync(Guid? jobId, int atMost, CancellationToken ct) => store.ReadAsync<IReadOnlyList<Job>>(connection =>
        connection.Query("SELECT job FROM jobs WHERE @0 IS NULL OR id = @0 ORDER BY rowid DESC LIMIT @1", row => MessageJson.Read<Job>(row.Text("job")!), jobId, atMost), ct);

    public Task<bool> ErasePersonAsync(Subject about, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.WriteAsync(connection =>
    {
        // A click id alone may be another lead's, too.
        var orders = Find(connection, about).Where(row => about.LeadId is null || row.Order.About.LeadId is null || row.Order.About.LeadId == about.LeadId).ToArray();
        foreach (var (key, order) in orders)
            Erase(connection, key, order);
        if (orders.Length is 0)
            return false;
        SqliteOutbox.Add(connection, events);
        return true;
    }, ct);

    public Task<IReadOnlyList<Backlog>> BacklogAsync(CancellationToken ct) => store.ReadAsync(connection => PostbackBacklogs.All(connection.Query($"""
        SELECT lane AS kind, COUNT(*) AS count, {SqliteStore.Now} - MIN(due_at) AS oldest FROM deliveries WHERE state = 'Waiting' GROUP BY lane
        UNION ALL SELECT kept.kept_for, kept.count, {SqliteStore.Now} - (SELECT since FROM messages WHERE rowid = kept.oldest)
        FROM (SELECT kept_for, COUNT(*) AS count, MIN(rowid) AS oldest FROM messages WHERE kept_for IS NOT NULL GROUP BY kept_for) AS kept
        """, row => new Backlog(Backlogs.Word(row.Text("kind")!), row.Number("count"), TimeSpan.FromMilliseconds(row.Number("oldest"))))), ct);

    public Task<IReadOnlyList<Outgoing>> LeftOverAsync(TimeSpan age, int atMost, CancellationToken ct) => SqliteOutbox.LeftOverAsync(store, age, atMost, ct);

    public Task ConfirmedAsync(IReadOnlyList<Outgoing> events, CancellationToken ct) => SqliteOutbox.ConfirmedAsync(store, events);

    private sealed record OrderRow(long Key, OrderRecord Order);

    private static List<OrderRow> Find(SqliteConnection connection, Subject about)
    {
        List<OrderRow> found = [];
        if (about.LeadId is { } lead)
            found = Orders(connection, "lead_id = @1 AND (@0 IS NULL OR connection = @0)", about.Connection, lead);
        if (found.Count is 0 && about.OrderId is not null)
            found = Orders(connection, "connection = @0 AND order_id = @1", about.Connection, about.OrderId);
        if (found.Count is 0 && about is { OrderId: null, ClickId: not null })
            found = Orders(connection, "connection = @0 AND click_id = @1", about.Connection, about.ClickId);
        return found;
    }

    private static void Erase(SqliteConnection connection, long key, OrderRecord order)
    {
        var about = order.About;
        var asLead = PersonalData.Erase(MessageJson.Write(new Lead(order.Tracking, new Dictionary<string, string>())));
        connection.Run("UPDATE orders SET tracking = @1, version = version + 1 WHERE id = @0", key, MessageJson.Write(MessageJson.Read<Lead>(asLead).Fields));
        foreach (var (row, message) in connection.Query("""
            SELECT rowid, message FROM messages WHERE order_key = @4
            UNION SELECT rowid, message FROM messages WHERE kept_for IN ('Order', 'Stranger') AND connection = @0 AND order_id = @1
            UNION SELECT rowid, message FROM messages WHERE kept_for IN ('Order', 'Stranger') AND connection = @0 AND lead_id = @2
            UNION SELECT rowid, message FROM messages WHERE kept_for IN ('Order', 'Stranger') AND connection = @0 AND click_id = @3 AND order_id IS NULL
            UNION SELECT rowid, message FROM messages WHERE kept_for = 'Verification' AND connection = @0 AND (order_id = @1 OR lead_id = @2 OR (click_id = @3 AND order_id IS NULL))
            """, row => (row.Number("rowid"), row.Text("message")), about.Connection, about.OrderId, about.LeadId, about.ClickId, key))
        {
            if (message is not null)
                connection.Run("UPDATE messages SET message = @1 WHERE rowid = @0", row, PersonalData.Erase(message));
        }
        // What was sent is forgotten whole: a resend renders it from what is left. An attempt that is under way will not write down what it sent.
        foreach (var (place, postback) in connection.Query("""
            UPDATE deliveries SET sent = NULL, repeats = 0, forgotten = state = 'Claimed' WHERE order_key = @0 RETURNING place, postback
            """, row => (row.Number("place"), row.Text("postback")!), key))
            connection.Run("UPDATE deliveries SET postback = @1 WHERE place = @0", place, PersonalData.Erase(postback));
    }

    /// <summary>In SQL: what <see cref="ReadKept"/> reads.</summary>
    private const string KeptMessages = "kept.rowid AS place, kept.id, kept.message, whose.connection, whose.order_id FROM messages AS kept LEFT JOIN orders AS whose ON whose.id = kept.order_key";

    /// <summary>In SQL: whether a kept message means an order that is known, and no more than one.</summary>
    private const string IsKnown = """
        (EXISTS (SELECT 1 FROM orders WHERE connection = kept.connection AND lead_id = kept.lead_id)
          OR EXISTS (SELECT 1 FROM orders WHERE connection = kept.connection AND order_id = kept.order_id)
          OR (kept.order_id IS NULL AND 1 = (SELECT COUNT(*) FROM orders WHERE connection = kept.connection AND click_id = kept.click_id)))
        """;

    /// <summary>
    /// In SQL: whether a delivery <c>d</c> has ended, and its target was promised something newer since. A repeat of what was told
    /// moves the target's place on, and makes no delivery. What gave way or was called off is not the newest by that alone.
    /// </summary>
    private const string IsSuperseded = """
        CASE WHEN d.state IN ('Delivered', 'Failed') THEN EXISTS (SELECT 1 FROM deliveries AS newer WHERE newer.order_key = d.order_key AND newer.target = d.target AND newer.sequence > d.sequence)
          WHEN d.state IN ('Superseded', 'Cancelled') THEN EXISTS (SELECT 1 FROM targets AS promised WHERE promised.order_key = d.order_key AND promised.target = d.target AND promised.sequence > d.sequence)
          ELSE 0 END
        """;

    /// <summary>In SQL: whether a delivery <c>d</c> fits the <see cref="Values"/> of a filter.</summary>
    private const string Fits = """
        (@0 IS NULL OR d.campaign = @0) AND (@1 IS NULL OR d.partner = @1) AND (@2 IS NULL OR d.target = @2) AND (@3 IS NULL OR d.event = @3)
          AND (@4 IS NULL OR d.state = @4) AND (@5 IS NULL OR d.since >= @5) AND (@6 IS NULL OR d.since < @6)
        """;

    private static object?[] Values(DeliveryFilter filter) =>
        [filter.Campaign, filter.Partner, filter.Target, filter.Event?.ToString(), filter.State?.ToString(), filter.From?.ToUnixTimeMilliseconds(), filter.To?.ToUnixTimeMilliseconds()];

    private static long Place(string? after) => after is null ? 0 : long.Parse(after, CultureInfo.InvariantCulture);

    /// <summary>Targets that have something due, the longest waiting first: one step in the index for each, however many rows it has.</summary>
    private static List<string> DueTargets(SqliteConnection connection, Lane lane) => connection.Query($"""
        WITH RECURSIVE due(target) AS (
          SELECT MIN(target) FROM deliveries WHERE state = 'Waiting' AND lane = @0
          UNION ALL
          SELECT (SELECT MIN(target) FROM deliveries WHERE state = 'Waiting' AND lane = @0 AND target > due.target) FROM due WHERE due.target IS NOT NULL)
        SELECT target FROM (
          SELECT target, (SELECT MIN(due_at) FROM deliveries WHERE state = 'Waiting' AND lane = @0 AND target = due.target) AS first FROM due WHERE target IS NOT NULL)
        WHERE first <= {SqliteStore.Now} ORDER BY first
        """, row => row.Text("target")!, lane.ToString());

    private static Delivery Claim(SqliteConnection connection, long place, Guid token, TimeSpan lease)
    {
        var (key, attempt, waited, postback, recorded) = connection.Query($"""
            UPDATE deliveries SET state = 'Claimed', attempt = attempt + 1, lease = @1, lease_until = {SqliteStore.Now} + @2, forgotten = 0 WHERE place = @0
            RETURNING order_key, attempt, waited, postback, CASE WHEN repeats = 1 THEN sent END AS recorded
            """, row => (row.Number("order_key"), (int)row.Number("attempt"), TimeSpan.FromMilliseconds(row.Number("waited")), MessageJson.Read<Postback>(row.Text("postback")!), row.Text("recorded")),
            place, token, (long)lease.TotalMilliseconds)[0];
        connection.Run("UPDATE targets SET sent_event = @2, sent_label = @3, sent_sequence = @4 WHERE order_key = @0 AND target = @1",
            key, postback.Target, postback.Event.ToString(), postback.Label, postback.Sequence);
        var (about, tracking) = connection.Query("UPDATE orders SET version = version + 1 WHERE id = @0 RETURNING about, tracking",
            row => (MessageJson.Read<Subject>(row.Text("about")!), MessageJson.Read<Dictionary<string, string>>(row.Text("tracking")!)), key)[0];
        var cause = connection.Query("SELECT message FROM messages WHERE id = @0", row => row.Text("message"), postback.CauseId).FirstOrDefault();
        return new Delivery(postback, about, tracking, cause is null ? null : MessageJson.Read<OrderStatusChanged>(cause), attempt, waited, token,
            recorded is null ? null : MessageJson.Read<RenderedPostback>(recorded));
    }

    /// <param name="repeated">The request to repeat, as <see cref="RenderedPostback"/> in JSON.</param>
    private static void Add(SqliteConnection connection, long key, Subject about, Postback postback, Lane lane, string? repeated) => connection.Run($"""
        INSERT INTO deliveries(id, order_key, target, sequence, campaign, partner, event, postback, since, due_at, lane, sent, repeats, state)
        SELECT @0, @1, @2, @3, @4, @5, @6, @7, {SqliteStore.Now}, {SqliteStore.Now}, @8, @9, @9 IS NOT NULL,
          CASE WHEN EXISTS (SELECT 1 FROM deliveries WHERE order_key = @1 AND target = @2 AND state IN ('Waiting', 'Behind', 'Claimed')) THEN 'Behind' ELSE 'Waiting' END
        """, postback.DeliveryId, key, postback.Target, postback.Sequence, about.Campaign, about.Partner, postback.Event.ToString(), MessageJson.Write(postback), lane.ToString(), repeated);

    /// <summary>Ends one that waits.</summary>
    private static bool End(SqliteConnection connection, Guid id, DeliveryState state)
    {
        if (connection.Run("UPDATE deliveries SET state = @1 WHERE id = @0 AND state IN ('Waiting', 'Behind')", id, state.ToString()) is 0)
            return false;
        NotSent(connection, id, isRefused: false);
        return true;
    }

    /// <summary>The next of an order and target, once nothing is before it.</summary>
    private static void LetNextCome(SqliteConnection connection, long key, string target) => connection.Run($"""
        UPDATE deliveries SET state = 'Waiting', due_at = {SqliteStore.Now}
        WHERE place = (SELECT place FROM deliveries WHERE order_key = @0 AND target = @1 AND state = 'Behind' ORDER BY sequence LIMIT 1)
          AND NOT EXISTS (SELECT 1 FROM deliveries WHERE order_key = @0 AND target = @1 AND state IN ('Waiting', 'Claimed'))
        """, key, target);

    /// <summary>
    /// A delivery that was begun and given up may never have reached its target, so it no longer counts as sent. Unless an
    /// earlier one of the same did. If it surely never reached it, the target still has what it was delivered before.
    /// </summary>
    private static void NotSent(SqliteConnection connection, Guid deliveryId, bool isRefused) => connection.Run("""
        UPDATE targets SET (sent_event, sent_label, sent_sequence) = (
          SELECT event, json_extract(postback, '$.label'), sequence FROM deliveries AS before
          WHERE before.order_key = ended.order_key AND before.target = ended.target AND before.sequence < ended.sequence AND before.state = 'Delivered' AND ended.attempt <= @1
          ORDER BY before.sequence DESC LIMIT 1)
        FROM deliveries AS ended
        WHERE ended.id = @0 AND targets.order_key = ended.order_key AND targets.target = ended.target AND targets.sent_sequence = ended.sequence
          AND NOT EXISTS (SELECT 1 FROM deliveries AS had WHERE had.order_key = ended.order_key AND had.target = ended.target AND had.sequence = ended.sequence AND had.state = 'Delivered')
        """, deliveryId, isRefused ? 1 : 0);

    private static void Take(SqliteConnection connection, Guid id, OrderStatusChanged? message, KeptFor? keptFor, long? orderKey) => connection.Run($"""
        INSERT INTO messages(id, kept_for, connection, order_id, lead_id, click_id, message, since, order_key) VALUES(@0, @1, @2, @3, @4, @5, @6, {SqliteStore.Now}, @7)
        ON CONFLICT DO UPDATE SET kept_for = @1, released = 0, order_key = @7 WHERE kept_for IS NOT NULL
        """, id, keptFor?.ToString(), message?.About.Connection, message?.About.OrderId, message?.About.LeadId, message?.About.ClickId, message is null ? null : MessageJson.Write(message), orderKey);

    private static KeptMessage ReadKept(SqliteDataReader row) => new(
        row.Id("id")!.Value, MessageJson.Read<OrderStatusChanged>(row.Text("message")!), row.Number("place").ToString(CultureInfo.InvariantCulture),
        row.Text("order_id") is { } order ? new Subject(Connection: row.Text("connection"), OrderId: order) : null);

    private static List<DeliveryRow> Rows(SqliteConnection connection, string where, string order, int atMost, params object?[] values) => connection.Query(
        $"""
        SELECT d.*, o.about, (SELECT again.id FROM deliveries AS again WHERE again.order_key = d.order_key AND again.target = d.target AND again.sequence = d.sequence AND again.place > d.place
          ORDER BY again.place DESC LIMIT 1) AS resent_as, {IsSuperseded} AS superseded
        FROM deliveries AS d JOIN orders AS o ON o.id = d.order_key WHERE {where} ORDER BY {order} LIMIT {atMost.ToString(CultureInfo.InvariantCulture)}
        """,
        row => new DeliveryRow(MessageJson.Read<Postback>(row.Text("postback")!), MessageJson.Read<Subject>(row.Text("about")!), Enum.Parse<DeliveryState>(row.Text("state")!),
            (int)row.Number("attempt"), row.Text("state") is nameof(DeliveryState.Waiting) ? DateTimeOffset.FromUnixTimeMilliseconds(row.Number("due_at")) : null,
            DateTimeOffset.FromUnixTimeMilliseconds(row.Number("since")), row.Number("place").ToString(CultureInfo.InvariantCulture), row.Id("resent_as"), row.Number("superseded") is 1), values);

    private static List<OrderRow> Orders(SqliteConnection connection, string where, params object?[] values)
    {
        var rows = connection.Query($"SELECT * FROM orders WHERE {where}", row => (
            Key: row.Number("id"), About: MessageJson.Read<Subject>(row.Text("about")!), Tracking: MessageJson.Read<Dictionary<string, string>>(row.Text("tracking")!),
            Version: row.Number("version"), Latest: row.Id("latest_message") is { } latest ? new LatestWord(latest, row.Number("latest_sequence")) : null), values);
        return [.. rows.Select(order => new OrderRow(order.Key, new OrderRecord(order.About, order.Tracking,
            connection.Query("SELECT * FROM targets WHERE order_key = @0", row => (Target: row.Text("target")!, State: new TargetRecord(
                row.Number("sequence"), row.Text("clock"),
                row.Text("sent_event") is { } sent ? new SentMark(Enum.Parse<StatusEvent>(sent), row.Text("sent_label")!, row.Number("sent_sequence")) : null)),
                order.Key).ToDictionary(row => row.Target, row => row.State),
            connection.Query("SELECT postback FROM deliveries WHERE order_key = @0 AND state IN ('Waiting', 'Behind') ORDER BY sequence",
                row => MessageJson.Read<Postback>(row.Text("postback")!), order.Key),
            order.Version) { Latest = order.Latest }))];
    }
}
