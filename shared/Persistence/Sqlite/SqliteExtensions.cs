using Microsoft.Data.Sqlite;

namespace LeadRelay.Persistence.Sqlite;

/// <summary>Short forms for statements with parameters <c>@0</c>, <c>@1</c>, …; null is NULL.</summary>
internal static class SqliteExtensions
{
    /// <summary>Runs it and returns how many rows it changed.</summary>
    public static int Run(this SqliteConnection connection, string sql, params object?[] values)
    {
        using var command = Command(connection, sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>Runs it once for each of these values, and returns how many rows each time changed. It is parsed once.</summary>
    public static List<int> RunEach(this SqliteConnection connection, string sql, IEnumerable<object?[]> all)
    {
        SqliteCommand? command = null;
        var changed = new List<int>();
        try
        {
            foreach (var values in all)
            {
                if (command is null)
                    command = Command(connection, sql, values);
                else
                {
                    for (var i = 0; i < values.Length; i++)
                        command.Parameters[i].Value = Value(values[i]);
                }
                changed.Add(command.ExecuteNonQuery());
            }
            return changed;
        }
        finally
        {
            command?.Dispose();
        }
    }

    public static List<T> Query<T>(this SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, params object?[] values) =>
        connection.Query(sql, read, _ => true, values);

    /// <param name="goOn">After a row, whether to read another one.</param>
    public static List<T> Query<T>(this SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, Func<T, bool> goOn, object?[] values)
    {
        using var command = Command(connection, sql, values);
        using var reader = command.ExecuteReader();
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

    private static SqliteCommand Command(SqliteConnection connection, string sql, object?[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue("@" + i, Value(values[i]));
        return command;
    }

    private static object Value(object? value) => value switch { null => DBNull.Value, Guid id => id.ToString(), _ => value };
}
