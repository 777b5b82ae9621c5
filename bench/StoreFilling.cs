using System.Globalization;
using LeadRelay.Tests.EndToEnd;
using Microsoft.Data.Sqlite;

namespace LeadRelay.Bench;

/// <summary>
/// Fills the ledgers of a relay that stands still with leads like its first one: that one's rows again and again, under the ids
/// that <see cref="LeadStory"/> gives to the leads of the audit, as far as these have an order.
/// </summary>
internal static class StoreFilling
{
    /// <summary>The leads among the first that have an order of their own.</summary>
    public static IEnumerable<int> Ordered(int leads) => Enumerable.Range(1, leads).Where(number => number % 20 is not (1 or 2 or 4));

    public static void FillCrm(string file, int leads, string click) => Fill(file, leads, click, ["work"]);

    public static void FillPostbacks(string file, int leads, string click) => Fill(file, leads, click, ["orders", "targets", "deliveries", "messages"]);

    private static void Fill(string file, int leads, string click, string[] tables)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        // It is made in one go, and thrown away if that goes wrong.
        Run(connection, "PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -300000;");
        // What is to be another's in each copy, and in a table of its own which rows there are, so that copies are not copied.
        var (order, lead) = tables is ["work"]
            ? (Text(connection, "SELECT order_id FROM work"), Text(connection, "SELECT id FROM work"))
            : (Text(connection, "SELECT order_id FROM orders"), Text(connection, "SELECT lead_id FROM orders"));
        string[] ids = tables is ["work"] ? [.. Texts(connection, "SELECT message_id FROM work")] : [.. Texts(connection, "SELECT id FROM messages UNION SELECT id FROM deliveries")];
        foreach (var table in tables)
            Run(connection, $"CREATE TEMP TABLE first_{table} AS SELECT * FROM main.{table}");

        string[] old = [lead, click, $"\"{order}\"", .. ids];
        using var transaction = connection.BeginTransaction();
        var inserts = tables.Select(table => Insert(connection, table, old, order)).ToArray();
        foreach (var number in Ordered(leads))
        {
            var own = LeadStory.Order(number);
            object[] values = [$"{LeadStory.Id(number)}", LeadStory.Click(number), $"\"{own}\"", .. ids.Select(_ => $"{Guid.CreateVersion7()}"), own, number + 1];
            foreach (var insert in inserts)
            {
                for (var i = 0; i < values.Length; i++)
                    insert.Parameters[i].Value = values[i];
                insert.ExecuteNonQuery();
            }
        }
        transaction.Commit();
        foreach (var insert in inserts)
            insert.Dispose();
    }

    /// <summary>Its parameters are what comes in place of the old, then the order's id, and its key.</summary>
    private static SqliteCommand Insert(SqliteConnection connection, string table, string[] old, string order)
    {
        var columns = Texts(connection, $"SELECT name || ' ' || type FROM pragma_table_info('{table}')").Select(column => column.Split(' ')).ToArray();
        var (ownOrder, key) = ($"@{old.Length}", $"@{old.Length + 1}");
        // Only what is there: to look for the rest again and again takes longer than everything else.
        bool Has(string name, string text) => Texts(connection, $"SELECT 'yes' FROM first_{table} WHERE instr({name}, '{text}') > 0").Count > 0;
        string Value(string name, string type) => (table, name) switch
        {
            ("deliveries", "place") => "NULL",
            ("orders", "id") or (_, "order_key") => key,
            (_, "order_id") => ownOrder,
            _ when type is "TEXT" => old.Select((text, i) => (text, i)).Where(each => Has(name, each.text)).Aggregate(name, (value, each) => $"replace({value}, '{each.text}', @{each.i.ToString(CultureInfo.InvariantCulture)})"),
            _ => name,
        };
        var command = Command(connection, $"INSERT INTO {table}({string.Join(", ", columns.Select(column => column[0]))}) SELECT {string.Join(", ", columns.Select(column => Value(column[0], column[1])))} FROM first_{table}");
        for (var i = 0; i < old.Length + 2; i++)
            command.Parameters.AddWithValue($"@{i}", DBNull.Value);
        command.Prepare();
        return command;
    }

    private static string Text(SqliteConnection connection, string sql) => Texts(connection, sql).Single();

    private static List<string> Texts(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        using var reader = command.ExecuteReader();
        var texts = new List<string>();
        while (reader.Read())
            texts.Add(reader.GetString(0));
        return texts;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // of this file, with names of tables and ids of the relay's own
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
