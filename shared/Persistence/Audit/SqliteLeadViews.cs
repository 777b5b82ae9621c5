using System.Text.Json;
using LeadRelay.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace LeadRelay.Persistence.Audit;

/// <summary><see cref="ILeadViews"/> in a SQLite file.</summary>
public sealed class SqliteLeadViews(SqliteStore store) : ILeadViews
{
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS lead_views(
          lead_id TEXT PRIMARY KEY, version INTEGER NOT NULL, at INTEGER NOT NULL, connection TEXT, order_id TEXT, campaign TEXT, partner TEXT, click_id TEXT,
          state TEXT NOT NULL, code TEXT, label TEXT, event TEXT, delivered INTEGER NOT NULL, failed INTEGER NOT NULL, facts TEXT NOT NULL, forgotten INTEGER NOT NULL);
        CREATE INDEX IF NOT EXISTS lead_views_order ON lead_views(order_id, connection) WHERE order_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS lead_views_click ON lead_views(click_id) WHERE click_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS lead_views_counted ON lead_views(campaign, at, partner, state, code, label, event, delivered, failed);
        CREATE INDEX IF NOT EXISTS lead_views_detailed ON lead_views(at) WHERE facts <> '{}';
        """;

    /// <summary>As <see cref="Read"/> takes them.</summary>
    private const string Columns = "lead_id, version, at, connection, order_id, campaign, partner, click_id, state, code, label, event, delivered, failed, facts, forgotten";

    private const long Day = 24 * 60 * 60 * 1000;

    public Task<IReadOnlyList<StoredView>> OfLeadsAsync(IReadOnlyCollection<Guid> leadIds, CancellationToken ct) => store.ReadAsync<IReadOnlyList<StoredView>>(connection =>
        connection.Query($"SELECT {Columns} FROM lead_views WHERE lead_id IN (SELECT value FROM json_each(@0))", Read, Set(leadIds)), ct);

    public Task<IReadOnlyList<StoredView>> OfOrdersAsync(IReadOnlyCollection<OrderKey> orders, CancellationToken ct) => store.ReadAsync<IReadOnlyList<StoredView>>(connection =>
        connection.Query($"""
            SELECT {Columns} FROM json_each(@0) AS known CROSS JOIN lead_views
            ON lead_views.order_id = known.value ->> 'OrderId' AND lead_views.connection = known.value ->> 'Connection'
            """, Read, Set(orders)), ct);

    public Task<IReadOnlyList<Guid>> WriteAsync(IReadOnlyList<StoredView> views, CancellationToken ct) => store.WriteAsync<IReadOnlyList<Guid>>(connection =>
        [.. views.Zip(connection.RunEach("""
            INSERT INTO lead_views VALUES(@0, @1 + 1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14, @15)
            ON CONFLICT DO UPDATE SET version = version + 1, at = @2, connection = @3, order_id = @4, campaign = @5, partner = @6, click_id = @7,
              state = @8, code = @9, label = @10, event = @11, delivered = @12, failed = @13, facts = @14, forgotten = @15
            WHERE version = @1
            """, views.Select(Values))).Where(written => written.Second is 0).Select(written => written.First.LeadId)], ct);

    public Task<IReadOnlyList<StoredView>> FindAsync(LeadSearch search, CancellationToken ct) => store.ReadAsync<IReadOnlyList<StoredView>>(connection =>
        // Which they are is sorted out without their details: to carry these through SQLite's sorter takes as long again as all the rest.
        [.. connection.Query($"""
            SELECT {Columns} FROM lead_views WHERE rowid IN (
              SELECT rowid FROM lead_views WHERE partner = @0 AND state <> '{LeadEnd.Rejected}' AND lead_id IN (
                SELECT value FROM json_each(@1)
                UNION SELECT lead_id FROM lead_views WHERE click_id IN (SELECT value FROM json_each(@2))
                UNION SELECT lead_id FROM lead_views WHERE order_id IN (SELECT value FROM json_each(@4)) AND +campaign = @3)
              ORDER BY at DESC, lead_id LIMIT @5)
            """, Read, search.Partner, Set(search.LeadIds), Set(search.ClickIds), search.Campaign, Set(search.OrderIds), search.Limit)
            .OrderByDescending(view => view.At).ThenBy(view => view.LeadId)], ct);

    public Task<IReadOnlyList<LeadCount>> CountAsync(CountQuery query, CancellationToken ct)
    {
        (string Condition, object? Value)[] given = [("campaign = @0", query.Campaign), ("partner = @1", query.Partner),
            ("at >= @2", query.From?.ToUnixTimeMilliseconds()), ("at < @3", query.To?.ToUnixTimeMilliseconds())];
        var where = string.Join("", given.Where(g => g.Value is not null).Select(g => $" AND {g.Condition}"));
        // All it needs is in the one index, in the order of the groups.
        return store.ReadAsync<IReadOnlyList<LeadCount>>(connection => connection.Query($"""
            SELECT campaign, at / {Day} AS day, state, code, label, event, COUNT(*) AS leads, SUM(delivered) AS delivered, SUM(failed) AS failed
            FROM lead_views INDEXED BY lead_views_counted WHERE campaign IS NOT NULL{where}
            GROUP BY campaign, day, state, code, label, event ORDER BY campaign, day, state, code, label, event
            """, row => new LeadCount(row.Text("campaign")!, DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(row.Number("day") * Day).UtcDateTime),
                new LeadEnd(row.Text("state")!, row.Text("code"), row.Text("label"), Event(row.Text("event"))),
                row.Number("leads"), row.Number("delivered"), row.Number("failed")), [.. given.Select(g => g.Value)]), ct);
    }

    public Task<IReadOnlyList<StoredView>> DetailedAsync(DateTimeOffset before, int atMost, CancellationToken ct) => store.ReadAsync<IReadOnlyList<StoredView>>(connection =>
        connection.Query($"SELECT {Columns} FROM lead_views WHERE facts <> '{{}}' AND at < @0 ORDER BY at LIMIT @1", Read, before.ToUnixTimeMilliseconds(), atMost), ct);

    /// <summary>For json_each: any number of values in one parameter.</summary>
    private static string Set<T>(IReadOnlyCollection<T> values) => JsonSerializer.Serialize(values);

    private static StatusEvent? Event(string? name) => name is null ? null : Enum.Parse<StatusEvent>(name);

    private static object?[] Values(StoredView view) =>
    [
        view.LeadId, view.Version, view.At.ToUnixTimeMilliseconds(), view.About.Connection, view.About.OrderId, view.About.Campaign, view.About.Partner, view.About.ClickId,
        view.End.State, view.End.Code, view.End.Label, view.End.Event?.ToString(), view.Delivered, view.Failed, view.Facts, view.Forgotten ? 1 : 0,
    ];

    private static StoredView Read(SqliteDataReader row)
    {
        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        var id = Guid.Parse(row.GetString(0));
        return new StoredView(id, row.GetInt64(1), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)), new Subject(id, Text(3), Text(4), Text(5), Text(6), Text(7)),
            new LeadEnd(row.GetString(8), Text(9), Text(10), Event(Text(11))), row.GetInt32(12), row.GetInt32(13), row.GetString(14), row.GetBoolean(15));
    }
}
