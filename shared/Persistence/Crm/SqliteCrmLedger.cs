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
          since INTEGER NOT NULL, due_at INTEGER NOT NULL, lease TEXT, lease_until INTEGER, outcome_type TEXT, outcome TEXT,
          campaign TEXT, seen_order_id TEXT, waits_for TEXT, lead_id TEXT, forgotten INTEGER NOT NULL DEFAULT 0);
        DROP INDEX IF EXISTS work_due;
        CREATE INDEX IF NOT EXISTS work_waiting ON work(due_at, kind) WHERE state = 'Waiting';
        CREATE INDEX IF NOT EXISTS work_next ON work(connection, due_at) WHERE state = 'Waiting';
        CREATE INDEX IF NOT EXISTS work_leased ON work(lease_until) WHERE state = 'Claimed';
        CREATE INDEX IF NOT EXISTS work_doubt ON work(since) WHERE state = 'InDoubt';
        CREATE INDEX IF NOT EXISTS work_order ON work(connection, order_id, kind) WHERE order_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS work_lead ON work(lead_id) WHERE lead_id IS NOT NULL;
        CREATE TABLE IF NOT EXISTS askers(id TEXT NOT NULL, instance TEXT NOT NULL, request_id TEXT NOT NULL, PRIMARY KEY(id, instance, request_id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS firsts(campaign TEXT NOT NULL, phone TEXT NOT NULL, lead_id TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY(campaign, phone)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS firsts_lead ON firsts(lead_id);
        """;

    public Task<Accepted> AcceptAsync(NewWork work, Asker? asker, CancellationToken ct) => store.WriteAsync(connection =>
    {
        var about = work.Message.About;
        var isNew = connection.Run($"""
            INSERT INTO work(id, kind, state, connection, order_id, message_id, type, message, body_hash, since, due_at, campaign, lead_id)
            VALUES(@0, @1, 'Waiting', @2, @3, @4, @5, @6, @7, {SqliteStore.Now}, {SqliteStore.Now}, @8, @9)
            ON CONFLICT(id) DO UPDATE SET state = 'Waiting', connection = excluded.connection, round = round + 1, attempt = 0, message_id = excluded.message_id,
              message = excluded.message, body_hash = excluded.body_hash, since = excluded.since, due_at = excluded.due_at, lease = NULL,
              outcome_type = NULL, outcome = NULL, waits_for = NULL, forgotten = 0
            WHERE state = 'Refused' AND message_id <> excluded.message_id
            """, work.Id, work.Kind.ToString(), about.Connection, about.OrderId, work.MessageId, work.Message.GetType().Name,
            MessageJson.Write(work.Message), work.BodyHash, about.Campaign, about.LeadId) is 1;
        if (isNew && work.Duplicates is { } rule)
            connection.Run("UPDATE work SET waits_for = @1 WHERE id = @0", work.Id, First(connection, work.Id, rule));
        var superseded = isNew && work.Supersede is { } supersede ? Supersede(connection, work, supersede) : [];
        var known = connection.Query("SELECT * FROM work WHERE id = @0", Read, work.Id).Single();
        isNew &= known.State is WorkState.Waiting;
        if (asker is not null && known.State is WorkState.Waiting or WorkState.Claimed && known.BodyHash == work.BodyHash)
            connection.Run("INSERT OR IGNORE INTO askers VALUES(@0, @1, @2)", work.Id, asker!.Instance, asker.RequestId);
        return new Accepted(isNew, known) { Superseded = superseded };
    }, ct);

    public Task<IReadOnlyList<Work>> ClaimAsync(int atMost, TimeSpan lease, ClaimLimits limits, CancellationToken ct) => store.WriteAsync<IReadOnlyList<Work>>(connection =>
    {
        // Of each connection its own oldest, by their index: however much is due, no more of it is looked at than is taken.
        var due = Waiting(connection).SelectMany(company => connection.Query($"""
            SELECT id, due_at FROM work AS due
            WHERE state = 'Waiting' AND connection = @0 AND due_at <= {SqliteStore.Now}
              AND NOT (kind = 'Create' AND campaign IN (SELECT value FROM json_each(@2)))
              AND NOT (kind <> 'Create' AND connection IN (SELECT value FROM json_each(@3)))
              AND (waits_for IS NULL OR EXISTS (SELECT 1 FROM work AS first WHERE first.id = due.waits_for AND first.state IN ('Done', 'Refused')))
              AND (kind IN ('Create', 'LookUp') OR NOT EXISTS (SELECT 1 FROM work AS earlier
                WHERE earlier.connection = due.connection AND earlier.order_id = due.order_id AND earlier.kind = 'Update'
                  AND earlier.state IN ('Waiting', 'Claimed') AND earlier.rowid < due.rowid))
            ORDER BY due_at LIMIT @1
            """, row => (Id: row.Id("id")!.Value, At: row.Number("due_at")), company, Math.Min(limits.Free.GetValueOrDefault(company, atMost), atMost),
            MessageJson.Write(limits.Paused), MessageJson.Write(limits.PausedElse)));
        var token = Guid.CreateVersion7();
        return [.. due.OrderBy(row => row.At).Take(atMost).ToList().Select(row => connection.Query($"""
            UPDATE work SET state = 'Claimed', attempt = attempt + 1, lease = @1, lease_until = {SqliteStore.Now} + @2 WHERE id = @0 RETURNING *
            """, Read, row.Id, token, (long)lease.TotalMilliseconds).Single())];
    }, ct);

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
            if (state is WorkState.InDoubt && dueIn is not null)
            {
                connection.Run($"""
                    INSERT INTO work(id, kind, state, connection, message_id, type, message, since, due_at, lead_id, forgotten)
                    SELECT @1, 'LookUp', 'Waiting', connection, message_id, outcome_type, outcome, {SqliteStore.Now}, due_at, id, forgotten FROM work WHERE id = @0
                    """, claim.Id, claim.LookUpId);
            }
            EraseIfEnded(connection, claim.Id);
            SqliteOutbox.Add(connection, events);
            return state is WorkState.Waiting ? [] : Askers(connection, claim.Id);
        }, ct);

    public Task<IReadOnlyList<Asker>?> ResolveAsync(Work doubt, WorkState state, string? orderId, IReadOnlyList<Outgoing> events, CancellationToken ct) =>
        store.WriteAsync<IReadOnlyList<Asker>?>(connection =>
        {
            var outcome = events.Count > 0 ? events[^1].Message : null;
            var resolved = connection.Run($"""
                UPDATE work SET state = @3, order_id = @4, due_at = {SqliteStore.Now}, since = CASE @3 WHEN 'Waiting' THEN {SqliteStore.Now} ELSE since END, outcome_type = COALESCE(@5, outcome_type), outcome = COALESCE(@6, outcome)
                WHERE id = @0 AND round = @1 AND attempt = @2 AND state = 'InDoubt'
                """, doubt.Id, doubt.Round, doubt.Attempt, state.ToString(), orderId, outcome?.GetType().Name, outcome is null ? null : MessageJson.Write(outcome)) is 1;
            if (!resolved)
                return null;
            connection.Run("UPDATE work SET state = 'Done' WHERE id = @0 AND state = 'Waiting'", doubt.LookUpId);
            EraseIfEnded(connection, doubt.Id);
            EraseIfEnded(connection, doubt.LookUpId);
            SqliteOutbox.Add(connection, events);
            return state is WorkState.Waiting ? [] : Askers(connection, doubt.Id);
        }, ct);

    public Task<Work?> WitnessAsync(string connection, Guid leadId, string orderId, CancellationToken ct) => store.WriteAsync(db =>
    {
        db.Run("""
            UPDATE work SET seen_order_id = @2 WHERE id = @1 AND connection = @0 AND kind = 'Create' AND seen_order_id IS NULL AND state IN ('Waiting', 'Claimed', 'InDoubt')
            """, connection, leadId, orderId);
        return db.Query("SELECT * FROM work WHERE id = @1 AND connection = @0 AND kind = 'Create'", Read, connection, leadId).FirstOrDefault();
    }, ct);

    public Task TakeOverAsync(Work claim, DuplicateRule rule, CancellationToken ct) => store.WriteAsync(connection =>
    {
        var isMine = connection.Query("SELECT 1 FROM work WHERE id = @0 AND lease = @1 AND state = 'Claimed'", _ => true, claim.Id, claim.Lease).Count is 1;
        return isMine && connection.Run($"UPDATE work SET state = 'Waiting', attempt = attempt - 1, lease = NULL, lease_until = NULL, waits_for = @1, since = {SqliteStore.Now} WHERE id = @0",
            claim.Id, First(connection, claim.Id, rule)) is 1;
    }, ct);

    public Task<bool> HasNewerUpdateAsync(Work update, CancellationToken ct) => store.ReadAsync(connection => connection.Query("""
        SELECT 1 FROM work AS newer JOIN work AS this ON this.id = @0
        WHERE newer.connection = this.connection AND newer.order_id = this.order_id AND newer.kind = 'Update' AND newer.state = 'Waiting' AND newer.rowid > this.rowid
        """, _ => true, update.Id).Count > 0, ct);

    public Task<IReadOnlyList<Work>> InDoubtAsync(int atMost, CancellationToken ct) => store.ReadAsync<IReadOnlyList<Work>>(connection =>
        connection.Query("SELECT * FROM work WHERE state = 'InDoubt' ORDER BY since LIMIT @0", Read, atMost), ct);

    public Task<IReadOnlyList<Work>> ExpiredAsync(int atMost, CancellationToken ct) => store.ReadAsync<IReadOnlyList<Work>>(connection =>
        connection.Query($"SELECT * FROM work WHERE state = 'Claimed' AND lease_until < {SqliteStore.Now} ORDER BY lease_until LIMIT @0", Read, atMost), ct);

    public Task<Subject?> FindOrderAsync(string connection, string orderId, CancellationToken ct) => store.ReadAsync(db =>
        db.Query("SELECT outcome_type, outcome FROM work WHERE connection = @0 AND order_id = @1 AND kind = 'Create'",
            row => MessageJson.Read(row.Text("outcome_type")!, row.Text("outcome")!).About, connection, orderId).FirstOrDefault(), ct);

    public Task<Work?> FindLeadAsync(Guid leadId, CancellationToken ct) => store.ReadAsync(db =>
        db.Query("SELECT * FROM work WHERE id = @0 AND kind = 'Create'", Read, leadId).FirstOrDefault(), ct);

    public Task<bool> ErasePersonAsync(Guid leadId, Func<bool, Outgoing> told, CancellationToken ct) => store.WriteAsync(db =>
    {
        if (db.Query("SELECT connection, order_id FROM work WHERE id = @0 AND kind = 'Create'", row => (Connection: row.Text("connection"), OrderId: row.Text("order_id")), leadId) is not [var lead])
            return false;
        var records = db.Query("""
            UPDATE work SET forgotten = 1 WHERE id = @0 OR lead_id = @0 OR (kind IN ('Update', 'Verify') AND connection = @1 AND order_id = @2) RETURNING id
            """, row => row.Id("id")!.Value, leadId, lead.Connection, lead.OrderId);
        var isComplete = true;
        foreach (var id in records)
            isComplete &= EraseIfEnded(db, id);
        SqliteOutbox.Add(db, [told(isComplete)]);
        return true;
    }, ct);

    public Task<IReadOnlyList<Backlog>> BacklogAsync(CancellationToken ct) => store.ReadAsync(connection => CrmBacklogs.All(connection.Query($"""
        SELECT kind, COUNT(*) AS count, {SqliteStore.Now} - MIN(due_at) AS oldest FROM work WHERE state = 'Waiting' GROUP BY kind
        UNION ALL SELECT '{CrmBacklogs.InDoubt}', COUNT(*), {SqliteStore.Now} - COALESCE(MIN(since), {SqliteStore.Now}) FROM work WHERE state = 'InDoubt'
        """, row => new Backlog(Backlogs.Word(row.Text("kind")!), row.Number("count"), TimeSpan.FromMilliseconds(row.Number("oldest"))))), ct);

    public Task<IReadOnlyList<Outgoing>> LeftOverAsync(TimeSpan age, int atMost, CancellationToken ct) => SqliteOutbox.LeftOverAsync(store, age, atMost, ct);

    public Task ConfirmedAsync(IReadOnlyList<Outgoing> events, CancellationToken ct) => SqliteOutbox.ConfirmedAsync(store, events);

    /// <summary>The connections for which something waits.</summary>
    private static List<string> Waiting(SqliteConnection connection) => connection.Query("""
        WITH RECURSIVE companies(name) AS (
          SELECT MIN(connection) FROM work WHERE state = 'Waiting'
          UNION ALL SELECT (SELECT MIN(connection) FROM work WHERE state = 'Waiting' AND connection > companies.name) FROM companies WHERE companies.name IS NOT NULL)
        SELECT name FROM companies WHERE name IS NOT NULL
        """, row => row.Text("name")!);

    /// <summary>The lead that goes first with a phone, if it is another than this one.</summary>
    private static Guid? First(SqliteConnection connection, Guid leadId, DuplicateRule rule)
    {
        connection.Run($"""
            INSERT INTO firsts VALUES(@0, @1, @2, {SqliteStore.Now}) ON CONFLICT DO UPDATE SET lead_id = @2, since = {SqliteStore.Now}
            WHERE lead_id = @2 OR since <= {SqliteStore.Now} - @3 OR EXISTS (SELECT 1 FROM work WHERE id = firsts.lead_id AND state = 'Refused')
            """, rule.Campaign, rule.Phone, leadId, (long)rule.Window.TotalMilliseconds);
        var first = connection.Query("SELECT lead_id FROM firsts WHERE campaign = @0 AND phone = @1", row => row.Id("lead_id")!.Value, rule.Campaign, rule.Phone).Single();
        return first == leadId ? null : first;
    }

    /// <summary>Ends updates of the order that were pushed before the newest. It may be the one that has just come: messages overtake each other.</summary>
    private static List<(Outgoing, Asker?)> Supersede(SqliteConnection connection, NewWork come, Func<Work, Outgoing> tell)
    {
        var about = come.Message.About;
        var updates = connection.Query("SELECT * FROM work WHERE connection = @0 AND order_id = @1 AND kind = 'Update' AND state IN ('Waiting', 'Claimed', 'Done')",
            Read, about.Connection, about.OrderId);
        var newest = updates.Max(update => update.Message.At);
        var superseded = new List<(Outgoing, Asker?)>();
        foreach (var work in updates.Where(update => update.State is WorkState.Waiting && (update.Message.At < newest || (update.Id != come.Id && come.Message.At == newest))))
        {
            var told = tell(work);
            // Done, and not refused: a repeat is told the same, and does not begin it anew.
            connection.Run("UPDATE work SET state = 'Done', outcome_type = @1, outcome = @2 WHERE id = @0", work.Id, told.Message.GetType().Name, MessageJson.Write(told.Message));
            EraseIfEnded(connection, work.Id);
            SqliteOutbox.Add(connection, [told]);
            superseded.AddRange(Askers(connection, work.Id).Select(asker => (told, (Asker?)asker)).DefaultIfEmpty((told, null)));
        }
        return superseded;
    }

    /// <summary>Erases the person in a record that is to be forgotten and has its outcome. False when it has none yet.</summary>
    private static bool EraseIfEnded(SqliteConnection connection, Guid id)
    {
        if (connection.Query("SELECT message, outcome FROM work WHERE id = @0 AND forgotten = 1 AND state IN ('Done', 'Refused')", row => (Message: row.Text("message")!, Outcome: row.Text("outcome")), id) is not [var work])
            return false;
        connection.Run("UPDATE work SET message = @1, outcome = @2 WHERE id = @0", id, PersonalData.Erase(work.Message), work.Outcome is null ? null : PersonalData.Erase(work.Outcome));
        connection.Run("DELETE FROM firsts WHERE lead_id = @0", id);
        return true;
    }

    private static List<Asker> Askers(SqliteConnection connection, Guid id) =>
        connection.Query("DELETE FROM askers WHERE id = @0 RETURNING *", row => new Asker(row.Text("instance")!, row.Id("request_id")!.Value), id);

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
        row.Text("outcome") is { } outcome ? MessageJson.Read(row.Text("outcome_type")!, outcome) : null,
        row.Text("seen_order_id"),
        row.Id("waits_for"));
}
