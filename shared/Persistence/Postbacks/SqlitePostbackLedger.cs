using LeadRelay.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace LeadRelay.Persistence.Postbacks;

/// <summary><see cref="IPostbackLedger"/> in a SQLite file.</summary>
public sealed class SqlitePostbackLedger(SqliteStore store) : IPostbackLedger
{
    public const string Schema = SqliteOutbox.Schema + """
        CREATE TABLE IF NOT EXISTS orders(
          id INTEGER PRIMARY KEY, connection TEXT NOT NULL, order_id TEXT NOT NULL, lead_id TEXT, click_id TEXT,
          about TEXT NOT NULL, tracking TEXT NOT NULL, version INTEGER NOT NULL, UNIQUE(connection, order_id));
        CREATE INDEX IF NOT EXISTS orders_lead ON orders(lead_id) WHERE lead_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS orders_click ON orders(connection, click_id) WHERE click_id IS NOT NULL;
        CREATE TABLE IF NOT EXISTS targets(
          order_key INTEGER NOT NULL, target TEXT NOT NULL, sequence INTEGER NOT NULL, clock TEXT,
          sent_event TEXT, sent_label TEXT, sent_sequence INTEGER, PRIMARY KEY(order_key, target)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS deliveries(
          id TEXT PRIMARY KEY, order_key INTEGER NOT NULL, target TEXT NOT NULL, sequence INTEGER NOT NULL, postback TEXT NOT NULL,
          state TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, lease TEXT, lease_until INTEGER);
        CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries(due_at) WHERE state = 'Waiting';
        CREATE INDEX IF NOT EXISTS deliveries_leased ON deliveries(lease_until) WHERE state = 'Claimed';
        CREATE INDEX IF NOT EXISTS deliveries_open ON deliveries(order_key, target, sequence) WHERE state IN ('Waiting', 'Claimed');
        CREATE TABLE IF NOT EXISTS messages(
          id TEXT PRIMARY KEY, kept_for TEXT, connection TEXT, order_id TEXT, lead_id TEXT, click_id TEXT, message TEXT, since INTEGER NOT NULL);
        CREATE INDEX IF NOT EXISTS messages_kept ON messages(kept_for, since) WHERE kept_for IS NOT NULL;
        """;

    public Task<bool> KnowsAsync(Guid messageId, CancellationToken ct) => store.ReadAsync(connection =>
        connection.Query("SELECT 1 FROM messages WHERE id = @0", _ => true, messageId).Count > 0, ct);

    public Task<IReadOnlyList<OrderRecord>> FindAsync(Subject about, CancellationToken ct) => store.ReadAsync<IReadOnlyList<OrderRecord>>(connection =>
    {
        List<OrderRecord> found = [];
        if (about.LeadId is { } lead)
            found = Orders(connection, "connection = @0 AND lead_id = @1", about.Connection, lead);
        if (found.Count is 0 && about.OrderId is not null)
            found = Orders(connection, "connection = @0 AND order_id = @1", about.Connection, about.OrderId);
        if (found.Count is 0 && about is { OrderId: null, ClickId: not null })
            found = Orders(connection, "connection = @0 AND click_id = @1", about.Connection, about.ClickId);
        return found;
    }, ct);

    public Task KeepAsync(Guid messageId, OrderStatusChanged message, KeptFor reason, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.WriteAsync(connection =>
    {
        Take(connection, messageId, message, reason);
        SqliteOutbox.Add(connection, events);
        return true;
    }, ct);

    public Task ForgetAsync(Guid messageId, IReadOnlyList<Outgoing> events, CancellationToken ct) => store.WriteAsync(connection =>
    {
        connection.Run("UPDATE messages SET kept_for = NULL WHERE id = @0", messageId);
        SqliteOutbox.Add(connection, events);
        return true;
    }, ct);

    public Task<IReadOnlyList<KeptMessage>> KeptAsync(KeptFor reason, TimeSpan age, int atMost, CancellationToken ct) => store.ReadAsync<IReadOnlyList<KeptMessage>>(connection =>
        connection.Query($"SELECT id, message FROM messages WHERE kept_for = @0 AND since <= {SqliteStore.Now} - @1 ORDER BY since LIMIT @2",
            ReadKept, reason.ToString(), (long)age.TotalMilliseconds, atMost), ct);

    public Task<IReadOnlyList<KeptMessage>> ReleasableAsync(int atMost, CancellationToken ct) => store.ReadAsync<IReadOnlyList<KeptMessage>>(connection => connection.Query("""
        SELECT id, message FROM messages AS kept WHERE kept_for IN ('Order', 'Stranger') AND (
          EXISTS (SELECT 1 FROM orders WHERE connection = kept.connection AND lead_id = kept.lead_id)
          OR EXISTS (SELECT 1 FROM orders WHERE connection = kept.connection AND order_id = kept.order_id)
          OR (order_id IS NULL AND 1 = (SELECT COUNT(*) FROM orders WHERE connection = kept.connection AND click_id = kept.click_id)))
        ORDER BY since LIMIT @0
        """, ReadKept, atMost), ct);

    public Task<Committed> CommitAsync(OrderCommit commit, CancellationToken ct) => store.WriteAsync(connection =>
    {
        if (connection.Query("SELECT 1 FROM messages WHERE id = @0 AND kept_for IS NULL", _ => true, commit.MessageId).Count > 0)
            return Committed.Known;
        var about = commit.Order.About;
        var keys = connection.Query($"""
            {(commit.Order.Version is 0
                ? "INSERT INTO orders(connection, order_id, lead_id, click_id, about, tracking, version) VALUES(@0, @1, @2, @3, @4, @5, 1) ON CONFLICT DO NOTHING"
                : "UPDATE orders SET lead_id = @2, click_id = @3, about = @4, tracking = @5, version = version + 1 WHERE connection = @0 AND order_id = @1 AND version = @6")}
            RETURNING id
            """, row => row.Number("id"), about.Connection, about.OrderId, about.LeadId, about.ClickId, MessageJson.Write(about), MessageJson.Write(commit.Order.Tracking), commit.Order.Version);
        if (keys.Count is 0)
            return Committed.Touched;
        var key = keys[0];
        foreach (var (target, state) in commit.Order.Targets)
        {
            connection.Run("""
                INSERT INTO targets VALUES(@0, @1, @2, @3, @4, @5, @6) ON CONFLICT DO UPDATE SET sequence = @2, clock = @3
                """, key, target, state.Sequence, state.Clock, state.Sent?.Event.ToString(), state.Sent?.Label, state.Sent?.Sequence);
        }
        if (commit.Delivery is { } postback)
        {
            connection.Run($"""
                INSERT INTO deliveries(id, order_key, target, sequence, postback, state, due_at) VALUES(@0, @1, @2, @3, @4, 'Waiting', {SqliteStore.Now})
                """, postback.DeliveryId, key, postback.Target, postback.Sequence, MessageJson.Write(postback));
        }
        foreach (var id in commit.Superseded)
        {
            if (connection.Run("UPDATE deliveries SET state = 'Superseded' WHERE id = @0 AND state = 'Waiting'", id) is 1)
                NotSent(connection, id);
        }
        Take(connection, commit.MessageId, commit.Message, commit.Held ? KeptFor.StatusMap : null);
        SqliteOutbox.Add(connection, commit.Events);
        return Committed.Taken;
    }, ct);

    public Task<IReadOnlyList<Delivery>> ClaimAsync(Lane lane, int atMost, int perTarget, TimeSpan lease, IReadOnlyCollection<string> except, CancellationToken ct) => store.WriteAsync<IReadOnlyList<Delivery>>(connection =>
    {
        var token = Guid.CreateVersion7();
        var isDue = lane is Lane.First
            ? $"state = 'Waiting' AND attempt = 0 AND due_at <= {SqliteStore.Now}"
            : $"((state = 'Waiting' AND attempt > 0 AND due_at <= {SqliteStore.Now}) OR (state = 'Claimed' AND lease_until < {SqliteStore.Now}))";
        var claimed = connection.Query($"""
            UPDATE deliveries SET state = 'Claimed', attempt = attempt + 1, lease = @0, lease_until = {SqliteStore.Now} + @1
            WHERE id IN (
              SELECT id FROM (
                SELECT id, due_at, ROW_NUMBER() OVER (PARTITION BY target ORDER BY due_at) AS place FROM deliveries AS due
                WHERE {isDue} AND target NOT IN (SELECT value FROM json_each(@3))
                  AND NOT EXISTS (SELECT 1 FROM deliveries AS other
                    WHERE other.order_key = due.order_key AND other.target = due.target AND other.id <> due.id
                      AND (other.state = 'Claimed' OR (other.state = 'Waiting' AND other.sequence < due.sequence))))
              WHERE place <= @4 ORDER BY due_at LIMIT @2)
            RETURNING id, order_key, attempt, postback
            """, row => (Key: row.Number("order_key"), Attempt: (int)row.Number("attempt"), Postback: MessageJson.Read<Postback>(row.Text("postback")!)),
            token, (long)lease.TotalMilliseconds, atMost, MessageJson.Write(except), perTarget);
        return [.. claimed.Select(delivery =>
        {
            connection.Run("UPDATE targets SET sent_event = @2, sent_label = @3, sent_sequence = @4 WHERE order_key = @0 AND target = @1",
                delivery.Key, delivery.Postback.Target, delivery.Postback.Event.ToString(), delivery.Postback.Label, delivery.Postback.Sequence);
            var (about, tracking) = connection.Query("UPDATE orders SET version = version + 1 WHERE id = @0 RETURNING about, tracking",
                row => (MessageJson.Read<Subject>(row.Text("about")!), MessageJson.Read<Dictionary<string, string>>(row.Text("tracking")!)), delivery.Key).Single();
            var cause = connection.Query("SELECT message FROM messages WHERE id = @0", row => row.Text("message"), delivery.Postback.CauseId).FirstOrDefault();
            return new Delivery(delivery.Postback, about, tracking, cause is null ? null : MessageJson.Read<OrderStatusChanged>(cause), delivery.Attempt, token);
        })];
    }, ct);

    public Task<bool> SettleAsync(Delivery claim, DeliveryState state, TimeSpan? retryIn, IReadOnlyList<Outgoing> events, Outgoing? superseded, CancellationToken ct) => store.WriteAsync(connection =>
    {
        var keys = connection.Query($"""
            UPDATE deliveries SET state = @2, due_at = {SqliteStore.Now} + @3, lease_until = NULL WHERE id = @0 AND lease = @1 AND state = 'Claimed' RETURNING order_key
            """, row => row.Number("order_key"), claim.Postback.DeliveryId, claim.Lease, state.ToString(), (long)(retryIn ?? TimeSpan.Zero).TotalMilliseconds);
        if (keys.Count is 0)
            return false;
        var (target, sequence) = (claim.Postback.Target, claim.Postback.Sequence);
        var isSuperseded = superseded is not null && connection.Run("""
            UPDATE deliveries SET state = 'Superseded' WHERE id = @0 AND state = 'Waiting' AND EXISTS (
              SELECT 1 FROM deliveries AS newer WHERE newer.order_key = @1 AND newer.target = @2 AND newer.sequence > @3 AND newer.state = 'Waiting')
            """, claim.Postback.DeliveryId, keys[0], target, sequence) is 1;
        if (isSuperseded || state is DeliveryState.Failed or DeliveryState.Superseded)
            NotSent(connection, claim.Postback.DeliveryId);
        connection.Run("UPDATE orders SET version = version + 1 WHERE id = @0", keys[0]);
        SqliteOutbox.Add(connection, isSuperseded ? [.. events, superseded!] : events);
        return true;
    }, ct);

    public Task<IReadOnlyList<Outgoing>> LeftOverAsync(TimeSpan age, int atMost, CancellationToken ct) => SqliteOutbox.LeftOverAsync(store, age, atMost, ct);

    public Task ConfirmedAsync(IReadOnlyList<Outgoing> events, CancellationToken ct) => SqliteOutbox.ConfirmedAsync(store, events, ct);

    /// <summary>A delivery that was begun and given up may never have reached its target, so it no longer counts as sent.</summary>
    private static void NotSent(SqliteConnection connection, Guid deliveryId) => connection.Run("""
        UPDATE targets SET sent_event = NULL FROM deliveries AS ended
        WHERE ended.id = @0 AND targets.order_key = ended.order_key AND targets.target = ended.target AND targets.sent_sequence = ended.sequence
        """, deliveryId);

    private static void Take(SqliteConnection connection, Guid id, OrderStatusChanged? message, KeptFor? keptFor) => connection.Run($"""
        INSERT INTO messages VALUES(@0, @1, @2, @3, @4, @5, @6, {SqliteStore.Now}) ON CONFLICT DO UPDATE SET kept_for = @1 WHERE kept_for IS NOT NULL
        """, id, keptFor?.ToString(), message?.About.Connection, message?.About.OrderId, message?.About.LeadId, message?.About.ClickId, message is null ? null : MessageJson.Write(message));

    private static KeptMessage ReadKept(SqliteDataReader row) => new(row.Id("id")!.Value, MessageJson.Read<OrderStatusChanged>(row.Text("message")!));

    private static List<OrderRecord> Orders(SqliteConnection connection, string where, params object?[] values)
    {
        var rows = connection.Query($"SELECT * FROM orders WHERE {where}", row => (
            Key: row.Number("id"), About: MessageJson.Read<Subject>(row.Text("about")!),
            Tracking: MessageJson.Read<Dictionary<string, string>>(row.Text("tracking")!), Version: row.Number("version")), values);
        return [.. rows.Select(order => new OrderRecord(order.About, order.Tracking,
            connection.Query("SELECT * FROM targets WHERE order_key = @0", row => (Target: row.Text("target")!, State: new TargetRecord(
                row.Number("sequence"), row.Text("clock"),
                row.Text("sent_event") is { } sent ? new SentMark(Enum.Parse<StatusEvent>(sent), row.Text("sent_label")!, row.Number("sent_sequence")) : null)),
                order.Key).ToDictionary(row => row.Target, row => row.State),
            connection.Query("SELECT postback FROM deliveries WHERE order_key = @0 AND state = 'Waiting' ORDER BY sequence",
                row => MessageJson.Read<Postback>(row.Text("postback")!), order.Key),
            order.Version))];
    }
}
