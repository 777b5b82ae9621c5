using Microsoft.Data.Sqlite;

namespace LeadRelay.Persistence.Sqlite;

/// <summary>Short forms for statements with parameters <c>@0</c>, <c>@1</c>, …; null is NULL.</summary>
internal static class SqliteExtensions
{
    /// <summary>Runs it and returns how many rows it changed.</summary>
    public static int Run(this SqliteConnection connection, string sql, params object?[] values)
    {
        using var statement = new Statement(connection, sql, values);
        return statement.Command.ExecuteNonQuery();
    }

    /// <summary>Runs it once for each of these values, and returns how many rows each time changed.</summary>
    public static List<int> RunEach(this SqliteConnection connection, string sql, IEnumerable<object?[]> all) => [.. all.Select(values => connection.Run(sql, values))];

    public static List<T> Query<T>(this SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, params object?[] values) =>
        connection.Query(sql, read, _ => true, values);

    /// <param name="goOn">After a row, whether to read another one.</param>
    public static List<T> Query<T>(this SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, Func<T, bool> goOn, object?[] values)
    {
        using var statement = new Statement(connection, sql, values);
        using var reader = statement.Command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
            if (!goOn(rows[^1]))
                break;
        }
        return rows;
    }

    public static string? Text(this SqliteDataReader row, string column) =>
        row[column] is string text ? text : null;

    public static long Number(this SqliteDataReader row, string column) => (long)row[column];

    public static Guid? Id(this SqliteDataReader row, string column) =>
        row[column] is string text ? Guid.Parse(text) : null;

    private static object Value(object? value) => value switch { null => DBNull.Value, Guid id => id.ToString(), _ => value };

    /// <summary>A command with its values, for one use; one of the store's own connections keeps it for the next.</summary>
    private readonly ref struct Statement
    {
        private readonly PreparingConnection? keeper;

        public Statement(SqliteConnection connection, string sql, object?[] values)
        {
            keeper = connection as PreparingConnection;
            Command = keeper?.Take(sql) ?? connection.CreateCommand();
            if (Command.CommandText != sql)
                Command.CommandText = sql;
            for (var i = 0; i < values.Length; i++)
            {
                if (i == Command.Parameters.Count)
                    Command.Parameters.AddWithValue("@" + i, Value(values[i]));
                else
                    Command.Parameters[i].Value = Value(values[i]);
            }
        }

        public SqliteCommand Command { get; }

        public void Dispose()
        {
            if (keeper is null)
                Command.Dispose();
            else
                keeper.Keep(Command);
        }
    }
}
