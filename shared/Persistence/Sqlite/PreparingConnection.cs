using Microsoft.Data.Sqlite;

namespace LeadRelay.Persistence.Sqlite;

/// <summary>A connection that keeps its statements parsed: that takes SQLite longer than most of them run.</summary>
internal sealed class PreparingConnection(string connectionString) : SqliteConnection(connectionString)
{
    /// <summary>More than the ledgers have; what is put together for one question does not fill the memory.</summary>
    private const int Most = 100;

    private readonly Dictionary<string, SqliteCommand> prepared = new(StringComparer.Ordinal);

    /// <summary>The statement of this text; nobody else gets it until it is given back.</summary>
    public SqliteCommand? Take(string sql) => prepared.Remove(sql, out var command) ? command : null;

    public void Keep(SqliteCommand command)
    {
        if (prepared.Count < Most && prepared.TryAdd(command.CommandText, command))
            return;
        command.Dispose();
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var command in prepared.Values)
            command.Dispose();
        prepared.Clear();
        base.Dispose(disposing);
    }
}
