using System.Globalization;
using System.Text.Json;
using LeadRelay.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace LeadRelay.Persistence.Audit;

/// <summary><see cref="IAuditLog"/> in a SQLite file.</summary>
public sealed class SqliteAuditLog(SqliteStore store) : IAuditLog
{
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS messages(
          place INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, at INTEGER NOT NULL, lead_id TEXT, connection TEXT, order_id TEXT,
          campaign TEXT, partner TEXT, click_id TEXT, correlation TEXT, phone TEXT, comment TEXT, erased INTEGER NOT NULL DEFAULT 0, message TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS messages_lead ON messages(lead_id, at) WHERE lead_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS messages_order ON messages(order_id, connection, at) WHERE order_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS messages_click ON messages(click_id, at) WHERE click_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS messages_phone ON messages(phone, at) WHERE phone IS NOT NULL;
        CREATE INDEX IF NOT EXISTS messages_campaign ON messages(campaign, at) WHERE campaign IS NOT NULL;
        CREATE INDEX IF NOT EXISTS messages_partner ON messages(partner, at) WHERE partner IS NOT NULL;
        CREATE INDEX IF NOT EXISTS messages_kind ON messages(kind, at);
        CREATE INDEX IF NOT EXISTS messages_comment ON messages(at) WHERE comment IS NOT NULL;
        CREATE INDEX IF NOT EXISTS messages_time ON messages(at);
        CREATE TABLE IF NOT EXISTS apart(message_id TEXT PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL, bytes INTEGER NOT NULL, message TEXT NOT NULL, lead_id TEXT);
        """;

    /// <summary>As <see cref="Read"/> takes them.</summary>
    private const string Columns = "place, at, message_id, kind, lead_id, connection, order_id, campaign, partner, click_id, correlation, phone, comment, message";

    private const string OfKinds = "kind IN (SELECT value FROM json_each({0}))";

    private const int ErasedAtOnce = 200;

    public Task<IReadOnlyList<ApartEntry>> AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken ct) => store.WriteAsync<IReadOnlyList<ApartEntry>>(connection =>
    {
        var apart = entries.Select(entry => ApartEntry.TooLarge(entry) is { } reason ? ApartEntry.Of(entry, reason) : null).ToList();
        foreach (var entry in apart.OfType<ApartEntry>())
            SetApart(connection, entry);
        connection.RunEach("""
            INSERT OR IGNORE INTO messages(message_id, kind, at, lead_id, connection, order_id, campaign, partner, click_id, correlation, phone, comment, message)
            VALUES(@0, @1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12)
            """, entries.Where((_, i) => apart[i] is null).Select(Values));
        return [.. apart.OfType<ApartEntry>()];
    }, ct);

    public Task<IReadOnlyList<AuditEntry>> SearchAsync(AuditQuery query, CancellationToken ct)
    {
        // The first one leads the search; the others only sift what it finds, whatever SQLite would guess of their indexes.
        List<(string Condition, object? Value)> conditions = [.. new (string, object?)[]
        {
            ("lead_id IN (SELECT value FROM json_each({0}))", query.LeadIds.Count is 0 ? null : Set(query.LeadIds)),
            ("phone = {0}", query.PhoneHash),
            ("click_id = {0}", query.ClickId),
            ("order_id = {0}", query.OrderId),
            ("campaign = {0}", query.Campaign),
            ("partner = {0}", query.Partner),
            (OfKinds, query.Kinds.Count is 0 ? null : Set(query.Kinds)),
            ("comment IS NOT NULL AND instr(comment, {0}) > 0", query.Comment?.ToLowerInvariant()),
            ("connection = {0}", query.Connection),
        }.Where(condition => condition.Item2 is not null)];
        for (var i = 1; i < conditions.Count; i++)
            conditions[i] = ("+" + conditions[i].Condition, conditions[i].Value);
        // Where kinds lead, each is read in its own order and these are merged: sorting all of them for each page would take longer with every message there is.
        IReadOnlyList<string> kinds = conditions is [(OfKinds, _), ..] ? [.. query.Kinds.Distinct()] : [];
        if (kinds.Count > 0)
            conditions.RemoveAt(0);
        var (comparison, order) = query.OldestFirst ? (">", "ASC") : ("<", "DESC");
        var (from, to) = (query.From?.ToUnixTimeMilliseconds(), query.To?.ToUnixTimeMilliseconds());
        if (query.After is { } after)
        {
            var (at, place) = ReadPlace(after);
            conditions.Add(($"(at, place) {comparison} ({at.ToString(CultureInfo.InvariantCulture)}, {{0}})", place));
            // One bound on each side: with two, SQLite may begin at the wrong one, page after page.
            if (query.OldestFirst)
                from = Math.Max(from ?? at, at);
            else
                to = Math.Min(to ?? long.MaxValue, at + 1);
        }
        if (from is not null) conditions.Add(("at >= {0}", from));
        if (to is not null) conditions.Add(("at < {0}", to));
        var where = conditions.Select((c, i) => string.Format(CultureInfo.InvariantCulture, c.Condition, $"@{i}"));
        var selects = kinds.Count is 0 ? [Select(where)] : kinds.Select((_, i) => Select([$"kind = @{conditions.Count + i}", .. where]));
        var sql = $"{string.Join(" UNION ALL ", selects)} ORDER BY at {order}, place {order} LIMIT {Math.Clamp(query.Limit, 1, 5000)}";
        object?[] values = [.. conditions.Select(c => c.Value), .. kinds];
        return store.ReadAsync<IReadOnlyList<AuditEntry>>(connection =>
        {
            var text = 0L;
            return connection.Query(sql, Read, entry => (text += entry.Message.Length) < query.MostText, values);
        }, ct);
    }

    public Task<IReadOnlyList<AuditEntry>> TimelineAsync(Guid leadId, CancellationToken ct, long mostText = long.MaxValue) => store.ReadAsync<IReadOnlyList<AuditEntry>>(connection =>
    {
        var text = 0L;
        return connection.Query($"SELECT {Columns} FROM messages WHERE place IN ({OfLead}) ORDER BY at, place", Read, entry => (text += entry.Message.Length) < mostText, [leadId]);
    }, ct);

    public Task<IReadOnlyList<AuditEntry>> OfOrdersAsync(IReadOnlyCollection<OrderKey> orders, CancellationToken ct) => store.ReadAsync<IReadOnlyList<AuditEntry>>(connection =>
        connection.Query($"""
            SELECT {Columns} FROM json_each(@0) AS known CROSS JOIN messages
            ON messages.order_id = known.value ->> 'OrderId' AND messages.connection = known.value ->> 'Connection' WHERE messages.lead_id IS NULL
            """, Read, Set(orders)), ct);

    public Task AdoptAsync(IReadOnlyCollection<Subject> leads, CancellationToken ct) => store.WriteAsync(connection =>
    {
        foreach (var lead in leads)
        {
            connection.Run("""
                UPDATE messages SET campaign = @3, partner = @4, click_id = COALESCE(click_id, @5) WHERE campaign IS NULL AND partner IS NULL AND place IN (
                  SELECT place FROM messages WHERE lead_id = @0 AND (connection IS NULL OR connection = @1)
                  UNION ALL SELECT place FROM messages WHERE order_id = @2 AND connection = @1 AND lead_id IS NULL)
                """, lead.LeadId, lead.Connection, lead.OrderId, lead.Campaign, lead.Partner, lead.ClickId);
        }
        return true;
    }, ct);

    public Task<IReadOnlyList<ApartEntry>> ApartAsync(int atMost, CancellationToken ct) => store.ReadAsync<IReadOnlyList<ApartEntry>>(connection =>
        connection.Query("SELECT * FROM apart ORDER BY at DESC LIMIT @0", row => new ApartEntry(
            row.Id("message_id")!.Value, row.Text("kind")!, DateTimeOffset.FromUnixTimeMilliseconds(row.Number("at")), row.Text("reason")!, row.Number("bytes"), row.Text("message")!, row.Id("lead_id")), atMost), ct);

    public async Task EraseAsync(Guid leadId, CancellationToken ct)
    {
        await store.WriteAsync(connection => connection.Run("UPDATE apart SET message = '' WHERE lead_id = @0", leadId), ct);
        await EraseAsync($"place IN ({OfLead})", leadId, ct);
    }

    public Task<int> ErasePhoneAsync(string phoneHash, CancellationToken ct) => EraseAsync("phone = @0 AND lead_id IS NULL", phoneHash, ct);

    public Task<int> PurgeAsync(string kind, DateTimeOffset before, int atMost, CancellationToken ct) => store.WriteAsync(connection =>
    {
        connection.Run("DELETE FROM apart WHERE kind = @0 AND at < @1", kind, before.ToUnixTimeMilliseconds());
        return connection.Run("DELETE FROM messages WHERE place IN (SELECT place FROM messages WHERE kind = @0 AND at < @1 ORDER BY at LIMIT @2)", kind, before.ToUnixTimeMilliseconds(), atMost);
    }, ct);

    /// <summary>Places of a lead's entries.</summary>
    private const string OfLead = """
        SELECT place FROM messages WHERE lead_id = @0
        UNION
        SELECT others.place FROM messages AS own CROSS JOIN messages AS others ON others.order_id = own.order_id AND others.connection = own.connection
        WHERE own.lead_id = @0 AND own.order_id IS NOT NULL AND others.lead_id IS NULL
        """;

    /// <summary>In pieces, so that nobody waits long.</summary>
    private async Task<int> EraseAsync(string where, object which, CancellationToken ct)
    {
        var (all, erased) = (0, 0);
        do
        {
            erased = await store.WriteAsync(connection =>
            {
                var entries = connection.Query($"SELECT place, message FROM messages WHERE {where} AND erased = 0 LIMIT {ErasedAtOnce}",
                    row => (Place: row.Number("place"), Message: row.Text("message")!), which);
                foreach (var (place, message) in entries)
                    connection.Run("UPDATE messages SET message = @1, phone = NULL, comment = NULL, erased = 1 WHERE place = @0", place, PersonalData.Erase(message));
                return entries.Count;
            }, ct);
            all += erased;
        }
        while (erased is ErasedAtOnce);
        return all;
    }

    private static void SetApart(SqliteConnection connection, ApartEntry entry) => connection.Run("INSERT OR IGNORE INTO apart VALUES(@0, @1, @2, @3, @4, @5, @6)",
        entry.MessageId, entry.Kind, entry.At.ToUnixTimeMilliseconds(), entry.Reason, entry.Bytes, entry.Message, entry.LeadId);

    private static object?[] Values(AuditEntry entry) =>
    [
        entry.MessageId, entry.Kind, entry.At.ToUnixTimeMilliseconds(), entry.About.LeadId, entry.About.Connection, entry.About.OrderId, entry.About.Campaign, entry.About.Partner, entry.About.ClickId,
        entry.Correlation, entry.PhoneHash, entry.Comment?.ToLowerInvariant(), entry.Message,
    ];

    /// <summary>For json_each: any number of values in one parameter.</summary>
    private static string Set<T>(IReadOnlyCollection<T> values) => JsonSerializer.Serialize(values);

    private static (long At, long Place) ReadPlace(string text) =>
        text.Split('-') is [var at, var place] && long.TryParse(at, CultureInfo.InvariantCulture, out var time) && long.TryParse(place, CultureInfo.InvariantCulture, out var number)
            ? (time, number)
            : throw new FormatException($"{text} is no place.");

    private static string Select(IEnumerable<string> where) => $"SELECT {Columns} FROM messages {(where.Any() ? "WHERE " : "")}{string.Join(" AND ", where)}";

    private static AuditEntry Read(SqliteDataReader row)
    {
        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        var (place, at) = (row.GetInt64(0), row.GetInt64(1));
        return new AuditEntry(Guid.Parse(row.GetString(2)), row.GetString(3), DateTimeOffset.FromUnixTimeMilliseconds(at),
            new Subject(Text(4) is { } lead ? Guid.Parse(lead) : null, Text(5), Text(6), Text(7), Text(8), Text(9)), Text(10), Text(11), Text(12), row.GetString(13))
        {
            Place = string.Create(CultureInfo.InvariantCulture, $"{at}-{place}"),
        };
    }
}
