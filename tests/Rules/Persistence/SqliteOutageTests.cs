using LeadRelay.Persistence.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>An outage of the file is waited out in place: nobody is told, nothing is lost, and the health check says so meanwhile.</summary>
public sealed class SqliteOutageTests() : StoreContract(new SqliteUnderTest())
{
    private const string Schema = "CREATE TABLE IF NOT EXISTS t(x INTEGER PRIMARY KEY);";

    private SqliteUnderTest Sqlite => (SqliteUnderTest)Store;

    private string File => Path.Combine(Sqlite.Folder, "t.db");

    [Fact]
    public async Task Writes_wait_while_another_process_holds_the_file()
    {
        var store = Sqlite.Open("t.db", Schema);
        await InsertAsync(store, 0);
        using var other = new SqliteConnection($"Data Source={File};Pooling=False");
        other.Open();
        SqliteStoreTests.Execute(other, "BEGIN EXCLUSIVE");

        var writes = Enumerable.Range(1, 20).Select(x => InsertAsync(store, x)).ToArray();
        await UnhealthyAsync(store);
        Assert.DoesNotContain(writes, write => write.IsCompleted);
        SqliteStoreTests.Execute(other, "COMMIT");

        await Task.WhenAll(writes);
        Assert.Equal(Enumerable.Range(0, 21).Select(x => (long)x), await SqliteStoreTests.RowsAsync(store));
        Assert.Equal(HealthStatus.Healthy, (await store.CheckHealthAsync(new HealthCheckContext())).Status);
    }

    [Fact]
    public async Task Writes_and_reads_wait_while_the_file_cannot_be_opened()
    {
        Directory.CreateDirectory(File);
        var store = Sqlite.Open("t.db", Schema);

        var (write, read) = (InsertAsync(store, 1), SqliteStoreTests.RowsAsync(store));
        await UnhealthyAsync(store);
        Assert.False(write.IsCompleted || read.IsCompleted);
        Directory.Delete(File);

        await write;
        await read;
        Assert.Equal([1], await SqliteStoreTests.RowsAsync(store));
    }

    [Theory]
    [InlineData("this is no database, and a long text at that: as if somebody had put the wrong file there", 0)]
    [InlineData("garbage", 100)]
    public async Task Writes_wait_while_the_file_is_not_a_sound_database(string garbage, int at)
    {
        var first = Sqlite.Open("t.db", Schema);
        await InsertAsync(first, 0);
        await first.DisposeAsync();
        var sound = await System.IO.File.ReadAllBytesAsync(File);
        var broken = sound.ToArray();
        System.Text.Encoding.ASCII.GetBytes(garbage).CopyTo(broken, at);
        await OverwriteAsync(broken);

        var store = Sqlite.Open("t.db", Schema);
        var write = InsertAsync(store, 1);
        await UnhealthyAsync(store);
        Assert.False(write.IsCompleted);
        await OverwriteAsync(sound);

        await write;
        Assert.Equal([0, 1], await SqliteStoreTests.RowsAsync(store));
    }

    [Fact]
    public async Task Writes_and_reads_wait_while_the_file_is_of_an_earlier_version()
    {
        using (var other = new SqliteConnection($"Data Source={File};Pooling=False"))
        {
            other.Open();
            SqliteStoreTests.Execute(other, "CREATE TABLE t(x INTEGER PRIMARY KEY)");
        }
        var store = Sqlite.Open("t.db", "CREATE TABLE IF NOT EXISTS t(x INTEGER PRIMARY KEY, y TEXT); CREATE INDEX IF NOT EXISTS t_y ON t(y);");

        var write = store.WriteAsync(connection => SqliteStoreTests.Execute(connection, "INSERT INTO t VALUES(1, 'y')"), CancellationToken.None);
        var read = SqliteStoreTests.RowsAsync(store);
        await UnhealthyAsync(store);
        Assert.False(write.IsCompleted || read.IsCompleted);
        var health = (await store.CheckHealthAsync(new HealthCheckContext())).Description;
        Assert.StartsWith("The store cannot be used: t.db is of an earlier version of the relay, or of another program: ", health, StringComparison.Ordinal);
        Assert.Contains("Move it away or migrate it; SQLite says: ", health, StringComparison.Ordinal);
        using (var other = new SqliteConnection($"Data Source={File};Pooling=False"))
        {
            other.Open();
            SqliteStoreTests.Execute(other, "ALTER TABLE t ADD COLUMN y TEXT");
        }

        await write;
        await read;
        Assert.Equal([1], await SqliteStoreTests.RowsAsync(store));
        Assert.Equal(HealthStatus.Healthy, (await store.CheckHealthAsync(new HealthCheckContext())).Status);
    }

    [Fact]
    public async Task Who_does_not_want_to_wait_any_more_leaves()
    {
        Directory.CreateDirectory(File);
        var store = Sqlite.Open("t.db", Schema);
        using var cancel = new CancellationTokenSource();
        var (write, read) = (store.WriteAsync(_ => true, cancel.Token), store.ReadAsync(_ => true, cancel.Token));
        await UnhealthyAsync(store);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    [Fact]
    public async Task A_store_that_is_closed_during_an_outage_tells_those_who_wait()
    {
        Directory.CreateDirectory(File);
        var store = Sqlite.Open("t.db", Schema);
        var writes = Enumerable.Range(1, 5).Select(x => InsertAsync(store, x)).ToArray();
        await UnhealthyAsync(store);

        await store.DisposeAsync();

        foreach (var write in writes)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    private static Task<int> InsertAsync(SqliteStore store, int x) =>
        store.WriteAsync(connection => SqliteStoreTests.Execute(connection, $"INSERT INTO t VALUES({x})"), CancellationToken.None);

    /// <summary>In place: a file that is cut off first is an empty one for a moment, and an empty file is a new database.</summary>
    private async Task OverwriteAsync(byte[] content)
    {
        await using var file = new FileStream(File, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        await file.WriteAsync(content);
    }

    private static async Task UnhealthyAsync(SqliteStore store)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await store.CheckHealthAsync(new HealthCheckContext(), limit.Token)).Status is HealthStatus.Healthy)
            await Task.Delay(10, limit.Token);
    }
}
