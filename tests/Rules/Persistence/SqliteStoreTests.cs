using LeadRelay.Persistence.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>One SQLite file: groups of writes that do not harm each other.</summary>
public sealed class SqliteStoreTests() : StoreContract(new SqliteUnderTest())
{
    private const string Schema = "CREATE TABLE IF NOT EXISTS t(x INTEGER PRIMARY KEY);";

    private SqliteUnderTest Sqlite => (SqliteUnderTest)Store;

    [Fact]
    public async Task What_was_written_is_there_for_another_process()
    {
        var store = Sqlite.Open("t.db", Schema);
        await InsertAsync(store, 1);

        Assert.Equal([1], await RowsAsync(Sqlite.Open("t.db", Schema)));
    }

    [Fact]
    public async Task A_write_that_fails_does_not_fail_the_others_of_its_group()
    {
        var store = Sqlite.Open("t.db", Schema);
        await InsertAsync(store, 1);
        using var gate = new ManualResetEventSlim();
        var blocked = await BlockAsync(store, gate);

        Task[] good = [InsertAsync(store, 2), InsertAsync(store, 3), InsertAsync(store, 4)];
        var taken = InsertAsync(store, 1);
        var thrown = store.WriteAsync<bool>(connection =>
        {
            Execute(connection, "INSERT INTO t VALUES(99)");
            throw new InvalidDataException("not mine");
        }, None);
        gate.Set();

        await Task.WhenAll([blocked, .. good]);
        Assert.Equal(19, (await Assert.ThrowsAsync<SqliteException>(() => taken)).SqliteErrorCode);
        await Assert.ThrowsAsync<InvalidDataException>(() => thrown);
        Assert.Equal([1, 2, 3, 4], await RowsAsync(store));
    }

    [Fact]
    public async Task What_a_caller_is_told_is_what_the_file_says_also_when_a_group_is_tried_again()
    {
        var store = Sqlite.Open("t.db", Schema);
        using var gate = new ManualResetEventSlim();
        var blocked = await BlockAsync(store, gate);
        var (failures, outages) = (0, 0);
        var failed = store.WriteAsync(connection => failures++ is 0 ? throw new InvalidDataException() : Execute(connection, "INSERT INTO t VALUES(99)"), None);
        var delayed = store.WriteAsync(connection => outages++ is 0 ? throw new SqliteException("disk is full", 13) : Execute(connection, "INSERT INTO t VALUES(1)"), None);
        gate.Set();

        await blocked;
        await delayed;
        var told = await Record.ExceptionAsync(() => failed);
        Assert.Equal(told is null, (await RowsAsync(store)).Contains(99));
    }

    [Fact]
    public async Task A_write_that_was_cancelled_before_its_turn_is_not_made()
    {
        var store = Sqlite.Open("t.db", Schema);
        using var gate = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var blocked = await BlockAsync(store, gate);
        var cancelled = store.WriteAsync(connection => Execute(connection, "INSERT INTO t VALUES(99)"), cancel.Token);
        await cancel.CancelAsync();
        gate.Set();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await blocked;
        await InsertAsync(store, 1);
        Assert.Equal([1], await RowsAsync(store));
    }

    [Fact]
    public async Task What_goes_along_is_done_with_the_next_transaction_and_before_all_else_in_it()
    {
        var (store, other) = (Sqlite.Open("t.db", Schema), Sqlite.Open("t.db", Schema));
        await InsertAsync(store, 1);
        store.WriteAlong(connection => Execute(connection, "DELETE FROM t"));
        Assert.Equal([1], await RowsAsync(other));

        await InsertAsync(store, 2);
        Assert.Equal([2], await RowsAsync(other));
        store.WriteAlong(connection => Execute(connection, "DELETE FROM t"));
        await store.DisposeAsync();
        Assert.Empty(await RowsAsync(other));
    }

    [Fact]
    public async Task Many_writers_of_two_processes_lose_nothing()
    {
        var stores = new[] { Sqlite.Open("t.db", Schema), Sqlite.Open("t.db", Schema) };

        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Task.Run(() => InsertAsync(stores[i % 2], i))));

        Assert.Equal(Enumerable.Range(0, 300).Select(i => (long)i), await RowsAsync(stores[0]));
    }

    /// <summary>It has no end of its own.</summary>
    [Fact]
    public async Task A_read_ends_with_its_token_while_SQLite_works_and_the_next_one_does_not()
    {
        var store = Sqlite.Open("t.db", Schema);
        await InsertAsync(store, 1);
        using var cancel = new CancellationTokenSource();
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var read = store.ReadAsync(connection =>
        {
            began.SetResult();
            return Execute(connection, "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n");
        }, cancel.Token);
        await began.Task;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal([1], await RowsAsync(store));
    }

    [Fact]
    public async Task A_write_that_is_cancelled_while_it_is_made_is_told_as_made()
    {
        var store = Sqlite.Open("t.db", Schema);
        using var stopping = new CancellationTokenSource();

        var rows = await store.WriteAsync(connection =>
        {
            stopping.Cancel();
            return Execute(connection, "INSERT INTO t VALUES(1)");
        }, stopping.Token);

        Assert.Equal(1, rows);
        Assert.Equal([1], await RowsAsync(store));
    }

    [Fact]
    public async Task A_closed_store_refuses_writes()
    {
        var store = Sqlite.Open("t.db", Schema);
        await InsertAsync(store, 1);
        await store.DisposeAsync();

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => InsertAsync(store, 2).WaitAsync(TimeSpan.FromMinutes(1)));
    }

    /// <summary>A write that holds up those behind it, so that they become one group.</summary>
    /// <summary>Returns when the store's writer is held up: what is asked for then is not in its transaction.</summary>
    private static async Task<Task<bool>> BlockAsync(SqliteStore store, ManualResetEventSlim gate)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var blocked = store.WriteAsync(_ =>
        {
            begun.TrySetResult();
            Assert.True(gate.Wait(TimeSpan.FromMinutes(1)), "Nobody opened the gate.");
            return true;
        }, None);
        await begun.Task;
        return blocked;
    }

    private static Task<int> InsertAsync(SqliteStore store, int x) => store.WriteAsync(connection => Execute(connection, $"INSERT INTO t VALUES({x})"), None);

    internal static int Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // tests' own statements
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteNonQuery();
    }

    internal static Task<List<long>> RowsAsync(SqliteStore store) => store.ReadAsync(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT x FROM t ORDER BY x";
        using var reader = command.ExecuteReader();
        var rows = new List<long>();
        while (reader.Read())
            rows.Add(reader.GetInt64(0));
        return rows;
    }, None);
}
