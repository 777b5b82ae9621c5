using System.Globalization;
using Microsoft.Data.Sqlite;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>Looks into a relay's files, where no API answers in such numbers.</summary>
internal static class Stored
{
    /// <summary>The first column of what a query finds, as a set; empty when the service has not written its first row yet, and so has no file.</summary>
    public static HashSet<string> Read(string file, string query)
    {
        if (!File.Exists(file))
            return [];
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 30 }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var reader = Execute(command);
        if (reader is null)
            return [];
        var found = new HashSet<string>();
        while (reader.Read())
        {
            if (!reader.IsDBNull(0))
                found.Add(reader.GetString(0));
        }
        return found;
    }

    /// <summary>Every row of every table, as text.</summary>
    public static IReadOnlyList<string> Rows(string file)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 30 }.ToString());
        connection.Open();
        List<string> rows = [];
        foreach (var table in Read(file, "SELECT name FROM sqlite_master WHERE type = 'table'"))
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // a table's name, from the file itself
            command.CommandText = $"SELECT * FROM \"{table}\"";
#pragma warning restore CA2100
            using var reader = command.ExecuteReader();
            while (reader.Read())
                rows.Add($"{table}: {string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue))}");
        }
        return rows;
    }

    /// <summary>How many rows there are, as in <c>messages WHERE kind = 'LeadSubmitted'</c>.</summary>
    public static int Count(string file, string from) => Number(file, $"SELECT COUNT(*) FROM {from}");

    /// <summary>The one number that a query finds; 0 when there is none, as before the first row.</summary>
    public static int Number(string file, string query) => int.Parse(Read(file, $"SELECT CAST(({query}) AS TEXT)").SingleOrDefault() ?? "0", CultureInfo.InvariantCulture);

    /// <summary>Nobody else can use the file until this is disposed of.</summary>
    public static SqliteConnection Lock(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 30 }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        command.ExecuteNonQuery();
        return connection;
    }

    /// <summary>Null for a file that was just made and has no table yet.</summary>
    private static SqliteDataReader? Execute(SqliteCommand command)
    {
        try
        {
            return command.ExecuteReader();
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 1 && e.Message.Contains("no such table", StringComparison.Ordinal))
        {
            return null;
        }
    }
}
