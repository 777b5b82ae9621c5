using LeadRelay.Persistence.Sqlite;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Persistence.Spool;

/// <summary>A message in a spool.</summary>
/// <param name="Place">Order of arrival within its file.</param>
internal sealed record SpooledMessage(long Place, Guid Id, IAudited Message);

/// <summary>
/// One folder of a spool: a SQLite file, and a lock that ends with the process that holds it, however that ends. What it
/// holds stays until the broker has confirmed it.
/// </summary>
internal sealed class SpoolFile : IAsyncDisposable
{
    private const string Schema = "CREATE TABLE IF NOT EXISTS spool(place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, message TEXT NOT NULL);";

    private readonly string folder;
    private readonly FileStream held;
    private readonly SqliteStore store;

    private SpoolFile(string folder, FileStream held, TimeProvider time, ILogger logger)
    {
        (this.folder, this.held) = (folder, held);
        store = new SqliteStore(Path.Combine(folder, "spool.db"), Schema, time, logger);
    }

    /// <summary>Takes a folder, making it if need be; null when another process has it.</summary>
    public static SpoolFile? TryOpen(string folder, TimeProvider time, ILogger logger)
    {
        Directory.CreateDirectory(folder);
        try
        {
            var held = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new SpoolFile(folder, held, time, logger);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Writes for a try; says what is wrong if that does not work.</summary>
    public Task<string?> TryAsync(CancellationToken ct) => store.TryAsync(ct);

    /// <summary>How many messages it holds, and how much text they are.</summary>
    public Task<(long Count, long Length)> SizeAsync(CancellationToken ct) => store.ReadAsync(connection => connection.Query(
        "SELECT COUNT(*) AS count, COALESCE(SUM(LENGTH(message)), 0) AS length FROM spool", row => (row.Number("count"), row.Number("length"))).Single(), ct);

    /// <summary>Keeps a message; it is on disk when this returns.</summary>
    public Task AppendAsync(Guid id, string type, string message, CancellationToken ct) => store.WriteAsync(connection =>
        connection.Run("INSERT OR IGNORE INTO spool(id, type, message) VALUES(@0, @1, @2)", id, type, message), ct);

    /// <summary>The oldest messages.</summary>
    public Task<List<SpooledMessage>> OldestAsync(int atMost, CancellationToken ct) => store.ReadAsync(connection => connection.Query(
        "SELECT * FROM spool ORDER BY place LIMIT @0",
        row => new SpooledMessage(row.Number("place"), row.Id("id")!.Value, MessageJson.Read(row.Text("type")!, row.Text("message")!)), atMost), ct);

    /// <summary>Forgets messages that the broker has; returns how much text they were.</summary>
    public Task<long> RemoveAsync(IReadOnlyCollection<SpooledMessage> messages, CancellationToken ct) => store.WriteAsync(connection =>
        messages.Sum(m => connection.Query("DELETE FROM spool WHERE place = @0 RETURNING LENGTH(message) AS length", row => row.Number("length"), m.Place).Sum()), ct);

    /// <summary>Removes the folder. Only for one that is empty.</summary>
    public async Task DeleteAsync()
    {
        await store.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        await held.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        await held.DisposeAsync();
    }
}
