using System.Text.Json;
using LeadRelay.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace LeadRelay.Persistence.Audit;

/// <summary><see cref="IAuditLog"/> in a SQLite file.</summary>
public sealed class SqliteAuditLog(SqliteStore store) : IAuditLog
{
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS audit(
          message_id TEXT PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL, lead_id TEXT, connection TEXT, order_id TEXT,
          campaign TEXT, partner TEXT, click_id TEXT, envelope TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS audit_lead ON audit(lead_id, at) WHERE lead_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS audit_order ON audit(connection, order_id, at) WHERE order_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS audit_campaign_order ON audit(campaign, order_id) WHERE order_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS audit_click ON audit(click_id, at) WHERE click_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS audit_campaign ON audit(campaign, at) WHERE campaign IS NOT NULL;
        CREATE INDEX IF NOT EXISTS audit_kind ON audit(kind, at);
        """;

    public Task AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken ct) => store.WriteAsync(connection =>
    {
        foreach (var entry in entries)
        {
            connection.Run("INSERT OR IGNORE INTO audit VALUES(@0, @1, @2, @3, @4, @5, @6, @7, @8, @9)",
                entry.MessageId, entry.Kind, entry.At.ToUnixTimeMilliseconds(), entry.About.LeadId, entry.About.Connection,
                entry.About.OrderId, entry.About.Campaign, entry.About.Partner, entry.About.ClickId, entry.Envelope);
        }
        return true;
    }, ct);

    public Task<IReadOnlyList<AuditEntry>> QueryAsync(AuditQuery query, CancellationToken ct) => store.ReadAsync<IReadOnlyList<AuditEntry>>(connection =>
    {
        List<(string Condition, object Value)> conditions = [];
        if (query.Campaign is { } campaign) conditions.Add(("campaign = ", campaign));
        if (query.Kind is { } kind) conditions.Add(("kind = ", kind));
        if (query.From is { } from) conditions.Add(("at >= ", from.ToUnixTimeMilliseconds()));
        if (query.To is { } to) conditions.Add(("at < ", to.ToUnixTimeMilliseconds()));
        var where = conditions.Count is 0 ? "" : "WHERE " + string.Join(" AND ", conditions.Select((c, i) => $"{c.Condition}@{i}"));
        return connection.Query($"SELECT * FROM audit {where} ORDER BY at DESC LIMIT {Math.Clamp(query.Limit, 1, 1000)}",
            Read, [.. conditions.Select(c => c.Value)]);
    }, ct);

    public async Task<IReadOnlyList<AuditEntry>> TimelineAsync(Guid leadId, CancellationToken ct) => (await TimelinesAsync([leadId], ct))[leadId];

    public Task<IReadOnlyDictionary<Guid, IReadOnlyList<AuditEntry>>> TimelinesAsync(IReadOnlyCollection<Guid> leadIds, CancellationToken ct) =>
        store.ReadAsync<IReadOnlyDictionary<Guid, IReadOnlyList<AuditEntry>>>(connection =>
        {
            var entries = connection.Query("""
                SELECT audit.*, lead_id AS of_lead FROM audit WHERE lead_id IN (SELECT value FROM json_each(@0))
                UNION ALL
                SELECT audit.*, own.of_lead FROM audit JOIN (
                    SELECT DISTINCT lead_id AS of_lead, connection, order_id FROM audit
                    WHERE lead_id IN (SELECT value FROM json_each(@0)) AND order_id IS NOT NULL) AS own USING(connection, order_id)
                  WHERE audit.lead_id IS NULL AND audit.order_id IS NOT NULL
                ORDER BY at, message_id
                """, row => (Lead: row.Id("of_lead")!.Value, Entry: Read(row)), Set(leadIds)).ToLookup(e => e.Lead, e => e.Entry);
            return leadIds.Distinct().ToDictionary(id => id, id => (IReadOnlyList<AuditEntry>)[.. entries[id]]);
        }, ct);

    public Task<IReadOnlyList<Guid>> FindLeadsAsync(LeadSearch search, CancellationToken ct) => store.ReadAsync<IReadOnlyList<Guid>>(connection => connection.Query($"""
        SELECT lead_id, MAX(at) AS latest FROM (
          SELECT lead_id, at FROM audit WHERE lead_id IN (SELECT value FROM json_each(@1)) AND partner = @0 AND kind IN ({OfTheLead})
          UNION ALL
          SELECT lead_id, at FROM audit WHERE click_id IN (SELECT value FROM json_each(@2)) AND partner = @0 AND kind IN ({OfTheLead})
          UNION ALL
          SELECT lead_id, at FROM audit WHERE campaign = @3 AND order_id IN (SELECT value FROM json_each(@4)) AND partner = @0 AND kind IN ({OfTheLead}))
        WHERE lead_id IS NOT NULL GROUP BY lead_id ORDER BY latest DESC, lead_id LIMIT @5
        """, row => row.Id("lead_id")!.Value, search.Partner, Set(search.LeadIds), Set(search.ClickIds), search.Campaign, Set(search.OrderIds), search.Limit), ct);

    /// <summary>Messages that have their subject from the submission itself. Others name a lead, too: an advertiser's status names him as the partner.</summary>
    private const string OfTheLead = "'LeadSubmitted', 'OrderCreated', 'OrderRefused', 'OrderInDoubt', 'LeadDuplicated'";

    /// <summary>For json_each: any number of values in one parameter.</summary>
    private static string Set<T>(IReadOnlyCollection<T> values) => JsonSerializer.Serialize(values);

    private static AuditEntry Read(SqliteDataReader row) => new(
        row.Id("message_id")!.Value,
        row.Text("kind")!,
        DateTimeOffset.FromUnixTimeMilliseconds(row.Number("at")),
        new Subject(row.Id("lead_id"), row.Text("connection"), row.Text("order_id"), row.Text("campaign"), row.Text("partner"), row.Text("click_id")),
        row.Text("envelope")!);
}
