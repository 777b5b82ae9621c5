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
        CREATE TABLE IF NOT EXISTS apart(message_id TEXT PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL, bytes INTEGER NOT NULL, message TEXT NOT NULL);
        """;

    private const int ErasedAtOnce = 200;

    public Task AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken ct) => store.WriteAsync(connection =>
    {
        foreach (var entry in entries)
        {
            var about = entry.About;
            if (ApartEntry.TooLarge(entry) is { } reason)
                SetApart(connection, ApartEntry.Of(entry, reason));
            else
            {
                connection.Run("""
                    INSERT OR IGNORE INTO messages(message_id, kind, at, lead_id, connection, order_id, campaign, partner, click_id, correlation, phone, comment, message)
                    VALUES(@0, @1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12)
                    """, entry.MessageId, entry.Kind, entry.At.ToUnixTimeMilliseconds(), about.LeadId, about.Connection, about.OrderId, about.Campaign, about.Partner, about.ClickId,
                    entry.Correlation, entry.PhoneHash, entry.Comment?.ToLowerInvariant(), entry.Message);
            }
        }
        return true;
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
            ("kind IN (SELECT value FROM json_each({0}))", query.Kinds.Count is 0 ? null : Set(query.Kinds)),
            ("comment IS NOT NULL AND instr(comment, {0}) > 0", query.Comment?.ToLowerInvariant()),
            ("connection = {0}", query.Connection),
        }.Where(condition => condition.Item2 is not null)];
        for (var i = 1; i < conditions.Count; i++)
            conditions[i] = ("+" + conditions[i].Condition, conditions[i].Value);
        if (query.From is { } from) conditions.Add(("at >= {0}", from.ToUnixTimeMilliseconds()));
        if (query.To is { } to) conditions.Add(("at < {0}", to.ToUnixTimeMilliseconds()));
        var (comparison, order) = query.OldestFirst ? (">", "ASC") : ("<", "DESC");
        if (query.After is { } after)
        {
            var (at, place) = ReadPlace(after);
            conditions.Add(($"at {comparison}= {{0}}", at));
            conditions.Add(($"(at, place) {comparison} ({at.ToString(CultureInfo.InvariantCulture)}, {{0}})", place));
        }
        var where = conditions.Count is 0 ? "" : "WHERE " + string.Join(" AND ", conditions.Select((c, i) => string.Format(CultureInfo.InvariantCulture, c.Condition, $"@{i}")));
        return store.ReadAsync<IReadOnlyList<AuditEntry>>(connection => connection.Query(
            $"SELECT * FROM messages {where} ORDER BY at {order}, place {order} LIMIT {Math.Clamp(query.Limit, 1, 5000)}", Read, [.. conditions.Select(c => c.Value)]), ct);
    }

    public Task<IReadOnlyList<AuditEntry>> TimelineAsync(Guid leadId, CancellationToken ct) => store.ReadAsync<IReadOnlyList<AuditEntry>>(connection =>
        connection.Query($"SELECT * FROM messages WHERE place IN ({OfLead}) ORDER BY at, place", Read, leadId), ct);

    public Task<IReadOnlyList<AuditEntry>> OfOrdersAsync(IReadOnlyCollection<OrderKey> orders, CancellationToken ct) => store.ReadAsync<IReadOnlyList<AuditEntry>>(connection =>
        connection.Query("""
            SELECT messages.* FROM json_each(@0) AS known CROSS JOIN messages
            ON messages.order_id = known.value ->> 'OrderId' AND messages.connection = known.value ->> 'Connection' WHERE messages.lead_id IS NULL
            """, Read, Set(orders)), ct);

    public Task AdoptAsync(IReadOnlyCollection<Subject> leads, CancellationToken ct) => store.WriteAsync(connection =>
    {
        foreach (var lead in leads)
        {
            connection.Run("""
                UPDATE messages SET campaign = @3, partner = @4, click_id = COALESCE(click_id, @5) WHERE campaign IS NULL AND partner IS NULL AND place IN (
                  SELECT place FROM messages WHERE lead_id = @0
                  UNION ALL SELECT place FROM messages WHERE order_id = @2 AND connection = @1 AND lead_id IS NULL)
                """, lead.LeadId, lead.Connection, lead.OrderId, lead.Campaign, lead.Partner, lead.ClickId);
        }
        return true;
    }, ct);

    public Task<IReadOnlyList<ApartEntry>> ApartAsync(int atMost, CancellationToken ct) => store.ReadAsync<IReadOnlyList<ApartEntry>>(connection =>
        connection.Query("SELECT * FROM apart ORDER BY at DESC LIMIT @0", row => new ApartEntry(
            row.Id("message_id")!.Value, row.Text("kind")!, DateTimeOffset.FromUnixTimeMilliseconds(row.Number("at")), row.Text("reason")!, row.Number("bytes"), row.Text("message")!), atMost), ct);

    public async Task EraseAsync(Guid leadId, CancellationToken ct) => await EraseAsync($"place IN ({OfLead})", leadId, ct);

    public Task<int> ErasePhoneAsync(string phoneHash, CancellationToken ct) => EraseAsync("phone = @0 AND lead_id IS NULL", phoneHash, ct);

    public Task<int> PurgeAsync(string kind, DateTimeOffset before, int atMost, CancellationToken ct) => store.WriteAsync(connection => connection.Run(
        "DELETE FROM messages WHERE place IN (SELECT place FROM messages WHERE kind = @0 AND at < @1 ORDER BY at LIMIT @2)", kind, before.ToUnixTimeMilliseconds(), atMost), ct);

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

    private static void SetApart(SqliteConnection connection, ApartEntry entry) => connection.Run("INSERT OR IGNORE INTO apart VALUES(@0, @1, @2, @3, @4, @5)",
        entry.MessageId, entry.Kind, entry.At.ToUnixTimeMilliseconds(), entry.Reason, entry.Bytes, entry.Message);

    /// <summary>For json_each: any number of values in one parameter.</summary>
    private static string Set<T>(IReadOnlyCollection<T> values) => JsonSerializer.Serialize(values);

    private static (long At, long Place) ReadPlace(string text) =>
        text.Split('-') is [var at, var place] && long.TryParse(at, CultureInfo.InvariantCulture, out var time) && long.TryParse(place, CultureInfo.InvariantCulture, out var number)
            ? (time, number)
            : throw new FormatException($"{text} is no place.");

    private static AuditEntry Read(SqliteDataReader row) => new(
        row.Id("message_id")!.Value,
        row.Text("kind")!,
        DateTimeOffset.FromUnixTimeMilliseconds(row.Number("at")),
        new Subject(row.Id("lead_id"), row.Text("connection"), row.Text("order_id"), row.Text("campaign"), row.Text("partner"), row.Text("click_id")),
        row.Text("correlation"), row.Text("phone"), row.Text("comment"), row.Text("message")!)
    {
        Place = string.Create(CultureInfo.InvariantCulture, $"{row.Number("at")}-{row.Number("place")}"),
    };
}
