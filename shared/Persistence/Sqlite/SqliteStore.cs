using System.Data;
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

    /// <summary>Steps of SQLite's machine: some tenths of a millisecond.</summary>
    private const int StepsBetweenLooks = 10_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TryLimit = TimeSpan.FromSeconds(2);

    private readonly Channel<Write> writes = Channel.CreateBounded<Write>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly CancellationTokenSource disposed = new();
    private readonly string connectionString;
    private readonly string schema;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Task writer;
    private volatile string? fault;
    private volatile bool hasSchema;

    /// <param name="schema">Statements that make the tables; must be repeatable.</param>
    public SqliteStore(string path, string schema, TimeProvider time, ILogger logger)
    {
        (this.schema, this.time, this.logger) = (schema, time, logger);
        connectionString = new SqliteConnectionStringBuilder { DataSource = Path.GetFullPath(path), DefaultTimeout = 5 }.ToString();
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

    /// <summary>Reads one consistent state.</summary>
    public Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken ct) => Task.Run(async () =>
    {
        while (true)
        {
            try
            {
                using var connection = Open();
                using var transaction = connection.BeginTransaction(deferred: true);
                return Endable(connection, work, ct);
            }
            catch (Exception e) when (IsOutage(e))
            {
                Failed(e);
                await Task.Delay(Pause, time, ct);
            }
        }
    }, ct);

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
                connection.Run($"PRAGMA user_version = {Stopwatch.GetTimestamp() % 1_000_000}");
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
        if (!writes.Writer.TryComplete())
            return;
        await disposed.CancelAsync();
        await writer;
        disposed.Dispose();
    }

    private async Task WriteAllAsync()
    {
        SqliteConnection? connection = null;
        var group = new List<Write>();
        try
        {
            while (await writes.Reader.WaitToReadAsync(disposed.Token))
            {
                while (group.Count < GroupLimit && writes.Reader.TryRead(out var write))
                    group.Add(write);
                while (DropCancelled(group) && group.Count > 0)
                {
                    try
                    {
                        connection ??= Open();
                        Commit(connection, group);
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

    private static bool DropCancelled(List<Write> group)
    {
        var cancelled = group.Where(write => write.Caller.IsCancellationRequested).ToHashSet();
        group.RemoveAll(cancelled.Contains);
        foreach (var write in cancelled)
            write.Fail(new OperationCanceledException(write.Caller));
        return true;
    }

    private static void Commit(SqliteConnection connection, List<Write> group)
    {
        // Nobody is told anything before the transaction counts: until then all of it may have to run again.
        var outcomes = new List<Action>();
        using (var transaction = connection.BeginTransaction(deferred: false))
        {
            foreach (var write in group)
            {
                transaction.Save("one");
                try
                {
                    write.Run(connection);
                    outcomes.Add(write.Finish);
                }
                catch (Exception e) when (!IsOutage(e))
                {
                    transaction.Rollback("one");
                    outcomes.Add(() => write.Fail(e));
                }
                transaction.Release("one");
            }
            transaction.Commit();
        }
        outcomes.ForEach(tell => tell());
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(connection.DataSource)!);
            connection.Open();
            // WAL with FULL: a commit is on disk when it returns, and readers do not wait for writers.
            connection.Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
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
            connection.Run(schema);
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
        using (var any = new SqliteConnection(connectionString))
            SqliteConnection.ClearPool(any);
        if (fault is null)
            LogAway(PersonalData.MaskText(e.Message));
        var folder = Path.GetDirectoryName(new SqliteConnectionStringBuilder(connectionString).DataSource)!;
        fault = e.Message.Replace($"{folder}{Path.DirectorySeparatorChar}", "", StringComparison.Ordinal).Replace(folder, "the folder", StringComparison.Ordinal);
    }

    private const int CannotOpen = 14;

    /// <summary>
    /// Permission, busy, locked, out of memory, read-only, I/O error, damaged, full, cannot open, not a database: it may be
    /// different in a while. So may a connection that was idle, and was cleared away as somebody took it.
    /// </summary>
    private static bool IsOutage(Exception e) =>
        e is ObjectDisposedException or SqliteException { SqliteErrorCode: 3 or 5 or 6 or 7 or 8 or 10 or 11 or 13 or CannotOpen or 26 };

    [LoggerMessage(Level = LogLevel.Warning, EventName = "StoreAway", Message = "The store cannot be used and is waited for: {Reason}")]
    private partial void LogAway(string reason);
}
