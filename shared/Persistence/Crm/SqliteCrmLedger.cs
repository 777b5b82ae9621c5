using LeadRelay.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace LeadRelay.Persistence.Crm;

/// <summary><see cref="ICrmLedger"/> in a SQLite file.</summary>
public sealed class SqliteCrmLedger(SqliteStore store) : ICrmLedger
{
    public const string Schema = SqliteOutbox.Schema + """
        CREATE TABLE IF NOT EXISTS work(
          id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, round INTEGER NOT NULL DEFAULT 1, attempt INTEGER NOT NULL DEFAULT 0,
          connection TEXT NOT NULL, order_id TEXT, message_id TEXT NOT NULL, type TEXT NOT NULL, message TEXT NOT NULL, body_hash TEXT,
          since INTEGER NOT NULL, due_at INTEGER NOT NULL, lease TEXT, lease_until INTEGER, outcome_type TEXT, outcome TEXT);
        CREATE INDEX IF NOT EXISTS work_due ON work(due_at) WHERE state = 'Waiting';
        CREATE INDEX IF NOT EXISTS work_leased ON work(lease_until) WHERE state = 'Claimed';
        CREATE INDEX IF NOT EXISTS work_order ON work(connection, order_id, kind) WHERE order_id IS NOT NULL;
        CREATE TABLE IF NOT EXISTS askers(id TEXT NOT NULL, instance TEXT NOT NULL, request_id TEXT NOT NULL, PRIMARY KEY(id, instance, request_id)) WITHOUT ROWID;
        """;

    public Task<Accepted> AcceptAsync(NewWork work, Asker? asker, CancellationToken ct) => store.WriteAsync(connection =>
    {
        var about = work.Message.About;
        var isNew = connection.Run($"""
            INSERT INTO work(id, kind, state, connection, order_id, message_id, type, message, body_hash, since, due_at)
            VALUES(@0, @1, 'Waiting', @2, @3, @4, @5, @6, @7, {SqliteStore.Now}, {SqliteStore.Now})
            ON CONFLICT(id) DO UPDATE SET state = 'Waiting', round = round + 1, attempt = 0, message_id = excluded.message_id,
              message = excluded.message, body_hash = excluded.body_hash, since = excluded.since, due_at = excluded.due_at, lease = NULL,
              outcome_type = NULL, outcome = NULL
            WHERE state = 'Refused' AND message_id <> excluded.message_id
            """, work.Id, work.Kind.ToString(), about.Connection, about.OrderId, work.MessageId, work.Message.GetType().Name,
            MessageJson.Write(work.Message), work.BodyHash) is 1;
        var known = connection.Query("SELECT * FROM work WHERE id = @0", Read, work.Id).Single();
        if (asker is not null && known.State is WorkState.Waiting or WorkState.Claimed && known.BodyHash == work.BodyHash)
            connection.Run("INSERT OR IGNORE INTO askers VALUES(@0, @1, @2)", work.Id, asker!.Instance, asker.RequestId);
        return new Accepted(isNew, known);
    }, ct);

    public Task<IReadOnlyList<Work>> ClaimAsync(int atMost, TimeSpan lease, CancellationToken ct) => store.WriteAsync<IReadOnlyList<Work>>(connection =>
        connection.Query($"""
            UPDATE work SET state = 'Claimed', attempt = attempt + 1, lease = @0, lease_until = {SqliteStore.Now} + @1
            WHERE id IN (
              SELECT id FROM work AS due WHERE state = 'Waiting' AND due_at <= {SqliteStore.Now}
                AND (kind = 'Create' OR NOT EXISTS (SELECT 1 FROM work AS earlier
                  WHERE earlier.connection = due.connection AND earlier.order_id = due.order_id AND earlier.kind = 'Update'
                    AND earlier.state IN ('Waiting', 'Claimed') AND earlier.rowid < due.rowid))
              ORDER BY due_at LIMIT @2)
            RETURNING *
            """, Read, Guid.CreateVersion7(), (long)lease.TotalMilliseconds, atMost), ct);

    public Task<IReadOnlyList<Asker>?> SettleAsync(Work claim, WorkState state, string? orderId, TimeSpan? dueIn, IReadOnlyList<Outgoing> events, CancellationToken ct) =>
        store.WriteAsync<IReadOnlyList<Asker>?>(connection =>
        {
            var outcome = events.Count > 0 ? events[^1].Message : null;
            var settled = connection.Run($"""
                UPDATE work SET state = @2, order_id = COALESCE(@3, order_id), due_at = {SqliteStore.Now} + @4, lease_until = NULL,
                  outcome_type = COALESCE(@5, outcome_type), outcome = COALESCE(@6, outcome)
                WHERE id = @0 AND lease = @1 AND state IN ('Claimed', 'InDoubt') AND state <> @2
                """, claim.Id, claim.Lease, state.ToString(), orderId, (long)(dueIn ?? TimeSpan.Zero).TotalMilliseconds,
                outcome?.GetType().Name, outcome is null ? null : MessageJson.Write(outcome)) is 1;
            if (!settled)
                return null;
            SqliteOutbox.Add(connection, events);
            return state is WorkState.Waiting
                ? []
                : connection.Query("DELETE FROM askers WHERE id = @0 RETURNING *", row => new Asker(row.Text("instance")!, row.Id("request_id")!.Value), claim.Id);
        }, ct);

    public Task<IReadOnlyList<Work>> ExpiredAsync(int atMost, CancellationToken ct) => store.ReadAsync<IReadOnlyList<Work>>(connection =>
        connection.Query($"SELECT * FROM work WHERE state = 'Claimed' AND lease_until < {SqliteStore.Now} ORDER BY lease_until LIMIT @0", Read, atMost), ct);

    public Task<Subject?> FindOrderAsync(string connection, string orderId, CancellationToken ct) => store.ReadAsync(db =>
        db.Query("SELECT outcome_type, outcome FROM work WHERE connection = @0 AND order_id = @1 AND kind = 'Create'",
            row => MessageJson.Read(row.Text("outcome_type")!, row.Text("outcome")!).About, connection, orderId).FirstOrDefault(), ct);

    public Task<Work?> FindLeadAsync(Guid leadId, CancellationToken ct) => store.ReadAsync(db =>
        db.Query("SELECT * FROM work WHERE id = @0 AND kind = 'Create'", Read, leadId).FirstOrDefault(), ct);

    public Task<IReadOnlyList<Outgoing>> LeftOverAsync(TimeSpan age, int atMost, CancellationToken ct) => SqliteOutbox.LeftOverAsync(store, age, atMost, ct);

    public Task ConfirmedAsync(IReadOnlyList<Outgoing> events, CancellationToken ct) => SqliteOutbox.ConfirmedAsync(store, events, ct);

    private static Work Read(SqliteDataReader row) => new(
        row.Id("id")!.Value,
        Enum.Parse<WorkKind>(row.Text("kind")!),
        Enum.Parse<WorkState>(row.Text("state")!),
        (int)row.Number("round"),
        (int)row.Number("attempt"),
        MessageJson.Read(row.Text("type")!, row.Text("message")!),
        row.Text("body_hash"),
        DateTimeOffset.FromUnixTimeMilliseconds(row.Number("since")),
        row.Id("lease"),
        row.Text("outcome") is { } outcome ? MessageJson.Read(row.Text("outcome_type")!, outcome) : null);
}
