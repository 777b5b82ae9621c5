using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace LeadRelay.Persistence.Sqlite;

/// <summary>
/// One SQLite file, shared by all replicas on this machine. Writes of a process go through one thread that commits what
/// has gathered in one durable transaction. An outage (locked, full, unreadable) is waited out in place: nobody else has
/// to know how.
/// </summary>
public sealed partial class SqliteStore : IHealthCheck, IAsyncDisposable
{
    /// <summary>The store's clock in SQL: Unix milliseconds.</summary>
    public const string Now = "CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER)";

    private const int GroupLimit = 256;

    /// <summary>Connections that wait for the next reader.</summary>
    private const int MostIdle = 16;

    /// <summary>Steps of SQLite's machine: some tenths of a millisecond.</summary>
    private const int StepsBetweenLooks = 10_000;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan BusyLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TryLimit = TimeSpan.FromSeconds(2);

    private readonly Channel<Write> writes = Channel.CreateBounded<Write>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly ConcurrentQueue<Write> along = new();
    private readonly ConcurrentBag<PreparingConnection> idle = [];
    private readonly CancellationTokenSource disposed = new();
    private readonly string connectionString;
    private readonly string schema;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Task writer;
    private long committed;
    private long othersWrote;
    private volatile string? fault;
    private volatile bool hasSchema;

    /// <param name="schema">Statements that make the tables; must be repeatable.</param>
    public SqliteStore(string path, string schema, TimeProvider time, ILogger logger)
    {
        (this.schema, this.time, this.logger) = (schema, time, logger);
        connectionString = new SqliteConnectionStringBuilder { DataSource = Path.GetFullPath(path), DefaultTimeout = 5, Pooling = false }.ToString();
        writer = Task.Factory.StartNew(WriteAllAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    private abstract record Write(CancellationToken Caller)
    {
        public abstract void Run(SqliteConnection connection);
        public abstract void Finish();
        public abstract void Fail(Exception fault);
    }

    private sealed record Write<T>(Func<SqliteConnection, T> Work, CancellationToken Caller) : Write(Caller)
    {
        private T? result;
        public TaskCompletionSource<T> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public override void Run(SqliteConnection connection) => result = Work(connection);
        public override void Finish() => Done.TrySetResult(result!);
        public override void Fail(Exception fault) => Done.TrySetException(fault);
    }

    /// <summary>Runs work in a transaction that is on disk when this returns. It may run several times before it counts, so it must touch nothing but the connection.</summary>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken ct)
    {
        var write = new Write<T>(work, ct);
        await writes.Writer.WriteAsync(write, ct);
        // Not given up half-way: whoever is told that it was cancelled must be able to rely on it.
        return await write.Done.Task;
    }

    /// <summary>
    /// Has work done with the next transaction, before all else in it, or when the store closes. It is for what may be lost with a killed
    /// process: nobody waits for it, and it makes no transaction of its own.
    /// </summary>
    public void WriteAlong(Action<SqliteConnection> work) => along.Enqueue(new Write<bool>(connection =>
    {
        work(connection);
        return true;
    }, CancellationToken.None));

    /// <summary>Reads one consistent state.</summary>
    public Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken ct) => Task.Run(async () =>
    {
        while (true)
        {
            try
            {
                return Read(work, ct);
            }
            catch (Exception e) when (IsOutage(e))
            {
                Failed(e);
                await Task.Delay(Pause, time, ct);
            }
        }
    }, ct);

    private T Read<T>(Func<SqliteConnection, T> work, CancellationToken ct)
    {
        if (!idle.TryTake(out var connection))
            connection = Open();
        try
        {
            connection.Run("BEGIN DEFERRED");
            var result = Endable(connection, work, ct);
            connection.Run("COMMIT");
            if (idle.Count < MostIdle && !disposed.IsCancellationRequested)
            {
                idle.Add(connection);
                connection = null;
            }
            return result;
        }
        finally
        {
            connection?.Dispose();
        }
    }

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => await TryAsync(cancellationToken) is { } text
        ? HealthCheckResult.Unhealthy($"The store cannot be used: {text} It is waited for; look at the disk and the rights of the folder in Store__Url, and at the service's log.")
        : HealthCheckResult.Healthy();

    /// <summary>Writes for a try. Null when that works; else what is wrong, without paths: strangers may be told.</summary>
    public async Task<string?> TryAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TryLimit);
        try
        {
            // A number of the file's header that means nothing to SQLite.
            await WriteAsync(connection =>
            {
                Execute(connection, $"PRAGMA user_version = {Stopwatch.GetTimestamp() % 1_000_000}");
                return true;
            }, limit.Token).WaitAsync(limit.Token);
            return null;
        }
        catch (OperationCanceledException)
        {
            return fault ?? $"nothing could be written within {TryLimit.TotalSeconds} s.";
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!along.IsEmpty && !disposed.IsCancellationRequested)
            await TryAsync(CancellationToken.None);
        if (!writes.Writer.TryComplete())
            return;
        await disposed.CancelAsync();
        await writer;
        CloseIdle();
        disposed.Dispose();
    }

    private async Task WriteAllAsync()
    {
        PreparingConnection? connection = null;
        var group = new List<Write>();
        try
        {
            while (await writes.Reader.WaitToReadAsync(disposed.Token))
            {
                Gather(group);
                while (DropCancelled(group) && group.Count > 0)
                {
                    try
                    {
                        connection ??= Open();
                        await BeginAsync(connection);
                        Gather(group);
                        Commit(connection, group);
                        committed = Stopwatch.GetTimestamp();
                        fault = null;
                        group.Clear();
                    }
                    catch (Exception e)
                    {
                        connection?.Dispose();
                        connection = null;
                        Failed(e);
                        if (IsOutage(e))
                        {
                            await Task.Delay(Pause, time, disposed.Token);
                            continue;
                        }
                        group.ForEach(write => write.Fail(e));
                        group.Clear();
                    }
                }
            }
        }
        catch (OperationCanceledException) when (disposed.IsCancellationRequested) { }
        finally
        {
            connection?.Dispose();
            while (writes.Reader.TryRead(out var write))
                group.Add(write);
            group.ForEach(write => write.Fail(new OperationCanceledException("The store is closing.")));
        }
    }

    private void Gather(List<Write> group)
    {
        while (group.Count < GroupLimit && writes.Reader.TryRead(out var write))
            group.Add(write);
        // Looked for last and put first: what was to come along is done before whatever was asked for after it.
        var first = new List<Write>();
        while (along.TryDequeue(out var write))
            first.Add(write);
        group.InsertRange(0, first);
    }

    private static bool DropCancelled(List<Write> group)
    {
        var cancelled = group.Where(write => write.Caller.IsCancellationRequested).ToHashSet();
        group.RemoveAll(cancelled.Contains);
        foreach (var write in cancelled)
            write.Fail(new OperationCanceledException(write.Caller));
        return true;
    }

    /// <summary>
    /// Waits for the writers of other processes, which hold the file for milliseconds: looked for as often as that, and not
    /// only as often as the library does. Whoever has had to wait knows that there are others, and leaves them a gap now,
    /// or one that always has more to write would keep the file to itself.
    /// </summary>
    private async ValueTask BeginAsync(SqliteConnection connection)
    {
        if (othersWrote is not 0 && Stopwatch.GetElapsedTime(othersWrote) < Remembered && Gap - Stopwatch.GetElapsedTime(committed) is { Ticks: > 0 } gap)
            await Task.Delay(gap);
        for (var since = Stopwatch.GetTimestamp(); raw.sqlite3_exec(connection.Handle, "BEGIN IMMEDIATE") is not raw.SQLITE_OK and var code;)
        {
            if (code is not raw.SQLITE_BUSY || Stopwatch.GetElapsedTime(since) > BusyLimit)
                throw new SqliteException(raw.sqlite3_errmsg(connection.Handle).utf8_to_string(), code);
            othersWrote = Stopwatch.GetTimestamp();
            await Task.Delay(Look);
        }
    }

    private static void Commit(SqliteConnection connection, List<Write> group)
    {
        // Nobody is told anything before the transaction counts: until then all of it may have to run again.
        var outcomes = new List<Action>();
        foreach (var write in group)
        {
            connection.Run("SAVEPOINT one");
            try
            {
                write.Run(connection);
                outcomes.Add(write.Finish);
            }
            catch (Exception e) when (!IsOutage(e))
            {
                connection.Run("ROLLBACK TO one");
                outcomes.Add(() => write.Fail(e));
            }
            connection.Run("RELEASE one");
        }
        connection.Run("COMMIT");
        outcomes.ForEach(tell => tell());
    }

    private PreparingConnection Open()
    {
        var connection = new PreparingConnection(connectionString);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(connection.DataSource)!);
            connection.Open();
            // WAL with FULL: a commit is on disk when it returns, and readers do not wait for writers.
            Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            if (!hasSchema)
                Apply(connection);
            hasSchema = true;
            return connection;
        }
        catch (Exception e)
        {
            connection.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw new SqliteException(e.Message, CannotOpen);
            throw;
        }
    }

    /// <summary>
    /// Work that ends with its caller's token. SQLite itself asks as it works, which no statement that is just beginning can
    /// miss, and nothing reaches a connection that is somebody else's by then.
    /// </summary>
    private static T Endable<T>(SqliteConnection connection, Func<SqliteConnection, T> work, CancellationToken ct)
    {
        raw.sqlite3_progress_handler(connection.Handle, StepsBetweenLooks, _ => ct.IsCancellationRequested ? 1 : 0, null);
        try
        {
            return work(connection);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is raw.SQLITE_INTERRUPT)
        {
            throw new OperationCanceledException("The caller does not want to wait any more.", e, ct);
        }
        finally
        {
            raw.sqlite3_progress_handler(connection.Handle, 0, null, null);
        }
    }

    /// <summary>Tables of an earlier version may not be what the indices are for: an operator can change that, and no caller.</summary>
    private void Apply(SqliteConnection connection)
    {
        try
        {
            Execute(connection, schema);
        }
        catch (SqliteException e) when (!IsOutage(e))
        {
            throw new SqliteException(
                $"{connection.DataSource} is of an earlier version of the relay, or of another program: its tables are not what this version needs. Move it away or migrate it; SQLite says: {e.Message}", CannotOpen);
        }
    }

    private void Failed(Exception e)
    {
        // Idle connections may belong to a file that is there no more.
        CloseIdle();
        if (fault is null)
            LogAway(PersonalData.MaskText(e.Message));
        var folder = Path.GetDirectoryName(new SqliteConnectionStringBuilder(connectionString).DataSource)!;
        fault = e.Message.Replace($"{folder}{Path.DirectorySeparatorChar}", "", StringComparison.Ordinal).Replace(folder, "the folder", StringComparison.Ordinal);
    }

    private void CloseIdle()
    {
        while (idle.TryTake(out var connection))
            connection.Dispose();
    }

    /// <summary>What is said once is not kept prepared.</summary>
    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private const int CannotOpen = 14;

    /// <summary>
    /// Permission, busy, locked, out of memory, read-only, I/O error, damaged, full, cannot open, not a database: it may be
    /// different in a while.
    /// </summary>
    private static bool IsOutage(Exception e) =>
        e is SqliteException { SqliteErrorCode: 3 or 5 or 6 or 7 or 8 or 10 or 11 or 13 or CannotOpen or 26 };

    [LoggerMessage(Level = LogLevel.Warning, EventName = "StoreAway", Message = "The store cannot be used and is waited for: {Reason}")]
    private partial void LogAway(string reason);
}
