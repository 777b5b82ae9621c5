using Microsoft.Data.Sqlite;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>Looks into a relay's files, where no API answers in such numbers.</summary>
internal static class Stored
{
    /// <summary>The first column of what a query finds, as a set.</summary>
    public static HashSet<string> Read(string file, string query)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 30 }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var reader = command.ExecuteReader();
        var found = new HashSet<string>();
        while (reader.Read())
        {
            if (!reader.IsDBNull(0))
                found.Add(reader.GetString(0));
        }
        return found;
    }
}
