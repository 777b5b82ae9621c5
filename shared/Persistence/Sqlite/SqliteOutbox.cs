using Microsoft.Data.Sqlite;

namespace LeadRelay.Persistence.Sqlite;

/// <summary>The outbox table that both ledgers have.</summary>
internal static class SqliteOutbox
{
    public const string Schema = "CREATE TABLE IF NOT EXISTS outbox(id TEXT PRIMARY KEY, type TEXT NOT NULL, message TEXT NOT NULL, since INTEGER NOT NULL) WITHOUT ROWID;";

    public static void Add(SqliteConnection connection, IReadOnlyList<Outgoing> events)
    {
        foreach (var e in events)
            connection.Run($"INSERT OR IGNORE INTO outbox(id, type, message, since) VALUES(@0, @1, @2, {SqliteStore.Now})", e.Id, e.Message.GetType().Name, MessageJson.Write(e.Message));
    }

    /// <remarks>In the writers' turn, so that what was confirmed is forgotten by then: at the latest with each look for what is left over.</remarks>
    public static Task<IReadOnlyList<Outgoing>> LeftOverAsync(SqliteStore store, TimeSpan age, int atMost, CancellationToken ct) =>
        store.WriteAsync<IReadOnlyList<Outgoing>>(connection => connection.Query(
            $"SELECT id, type, message FROM outbox WHERE since <= {SqliteStore.Now} - @0 ORDER BY since LIMIT @1",
            row => new Outgoing(row.Id("id")!.Value, MessageJson.Read(row.Text("type")!, row.Text("message")!)),
            (long)age.TotalMilliseconds, atMost), ct);

    /// <summary>Nobody waits for that: an event that a killed process did not come to forget is published once more, under the same id.</summary>
    public static Task ConfirmedAsync(SqliteStore store, IReadOnlyList<Outgoing> events)
    {
        store.WriteAlong(connection =>
        {
            foreach (var e in events)
                connection.Run("DELETE FROM outbox WHERE id = @0", e.Id);
        });
        return Task.CompletedTask;
    }
}
