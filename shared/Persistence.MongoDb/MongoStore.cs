using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Misc;
using MongoDB.Driver.Core.Servers;

namespace LeadRelay.Persistence.MongoDb;

/// <summary>
/// A database of a MongoDB replica set, shared by all services and their replicas on however many machines. Each call is one
/// transaction, on the disks of a majority when it returns. An outage (unreachable, no primary, not writable, disk full)
/// is waited out in place: nobody else has to know how.
/// </summary>
public sealed partial class MongoStore : IHealthCheck, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TryLimit = TimeSpan.FromSeconds(2);
    private static readonly WriteConcern Durable = WriteConcern.WMajority.With(journal: true, wTimeout: TimeSpan.FromSeconds(10));
    private static readonly TransactionOptions Transaction = new(ReadConcern.Snapshot, ReadPreference.Primary, Durable);

    /// <summary>
    /// What the server may say that has no type or label of its own in the driver: host unreachable or not found, no right,
    /// login failed, made by another meanwhile, no majority in time, timeouts, not initialized yet, unsatisfiable,
    /// no member to read from, database being dropped, election, too old, killed, index build ended, login due, Atlas's own,
    /// socket, interrupted, index build under way, disk full. And what has a type, but not where it is said of one write of
    /// several: lock not had in time, shutting down, stepping down, conflict, short of memory, no primary any more or not yet.
    /// </summary>
    private static readonly HashSet<int> OutageCodes =
    [
        6, 7, 13, 18, 48, 64, 89, 94, 100, 133, 134, 202, 215, 216, 225, 237, 262, 276, 391, 8000, 9001, 11601, 12587, 14031,
        24, 50, 91, 112, 189, 365, 10058, 10107, 11600, 11602, 13435, 13436,
    ];

    private readonly MongoClient client;
    private readonly IMongoDatabase database;
    private readonly IReadOnlyList<MongoCollection> collections;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly SemaphoreSlim preparing = new(1);
    private volatile bool isPrepared;
    private volatile bool hasFailed;

    /// <param name="url"><c>mongodb://HOST,HOST/DATABASE?replicaSet=NAME</c>; without a database it is <c>leadrelay</c>.</param>
    /// <param name="collections">All that is used of the database.</param>
    public MongoStore(string url, IEnumerable<MongoCollection> collections, TimeProvider time, ILogger logger)
    {
        (this.collections, this.time, this.logger) = ([.. collections], time, logger);
        var settings = Parse(url);
        // Short, because here it is waited and tried again; and a server that accepts and says nothing must not hold anybody for ever.
        (settings.ServerSelectionTimeout, settings.ConnectTimeout, settings.SocketTimeout) = (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));
        (settings.ReadConcern, settings.ReadPreference, settings.WriteConcern) = (ReadConcern.Majority, ReadPreference.Primary, Durable);
        client = new MongoClient(settings);
        database = client.GetDatabase(MongoUrl.Create(url).DatabaseName ?? "leadrelay");
    }

    public IMongoCollection<BsonDocument> Collection(string name) => database.GetCollection<BsonDocument>(name);

    /// <summary>
    /// Runs work in a transaction that reads one state and counts whole or not at all. It may run several times before it
    /// counts, so it must touch nothing but the session.
    /// </summary>
    public Task<T> TransactAsync<T>(Func<IClientSessionHandle, Task<T>> work, CancellationToken ct) => WaitedOutAsync(async () =>
    {
        using var session = await client.StartSessionAsync(cancellationToken: CancellationToken.None);
        // Not given up half-way: whoever is told that it was cancelled must be able to rely on it.
        return await session.WithTransactionAsync((transaction, _) =>
        {
            ct.ThrowIfCancellationRequested();
            return work(transaction);
        }, Transaction, CancellationToken.None);
    }, ct);

    /// <summary>Runs a single command that may run again without harm. A query sees what a majority has.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> command, CancellationToken ct) => WaitedOutAsync(command, ct);

    /// <summary>Asks the server that can be written to. Strangers may be told, so the log has the rest.</summary>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TryLimit);
        try
        {
            await RunAsync(() => database.RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), ReadPreference.Primary, limit.Token), limit.Token).WaitAsync(limit.Token);
            return HealthCheckResult.Healthy();
        }
        catch (OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The store cannot be used: no MongoDB server that can be written to answers. It is waited for; look at Store__Url, at the replica set, and at the service's log, which has the reason.");
        }
    }

    public void Dispose()
    {
        client.Dispose();
        preparing.Dispose();
    }

    private static MongoClientSettings Parse(string url)
    {
        try
        {
            return MongoClientSettings.FromConnectionString(url);
        }
        catch (MongoConfigurationException)
        {
            // The driver's own sentence has the address in it, and so the password.
            throw new InvalidOperationException("Store__Url is no address of a MongoDB: it must be mongodb://USER:PASSWORD@HOST:27017/DATABASE?replicaSet=NAME, "
                + "and in its user and password %, /, :, @ and the like must be percent-encoded.");
        }
    }

    private async Task PrepareAsync(CancellationToken ct)
    {
        if (isPrepared)
            return;
        await preparing.WaitAsync(ct);
        try
        {
            if (isPrepared)
                return;
            var hello = await database.RunCommandAsync<BsonDocument>(new BsonDocument("hello", 1), cancellationToken: ct);
            if (!hello.Contains("setName") && hello.GetValue("msg", "") != "isdbgrid")
                throw new MongoConfigurationException("it is a single server, and transactions need a replica set (one member will do): start mongod with --replSet rs0 and run rs.initiate() in mongosh once");
            foreach (var collection in collections)
                await Collection(collection.Name).Indexes.CreateManyAsync(collection.Indexes, ct);
            isPrepared = true;
        }
        finally
        {
            preparing.Release();
        }
    }

    private async Task<T> WaitedOutAsync<T>(Func<Task<T>> work, CancellationToken ct)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                await PrepareAsync(ct);
                var result = await work();
                hasFailed = false;
                return result;
            }
            catch (Exception e) when (IsOutage(e))
            {
                Failed(e);
                await Task.Delay(Pause, time, ct);
            }
        }
    }

    private void Failed(Exception e)
    {
        var servers = client.Cluster.Description.Servers;
        var reason = e is TimeoutException
            ? $"no server answers that can be written to: {(servers.Count is 0 ? "none of Store__Url's is of its replica set" : string.Join("; ", servers.Select(Describe)))}"
            : e.Message;
        if (!hasFailed)
            LogAway(PersonalData.MaskText(reason));
        hasFailed = true;
    }

    private static string Describe(ServerDescription server) =>
        $"{EndPointHelper.ToString(server.EndPoint)} ({server.HeartbeatException?.GetBaseException().Message ?? server.Type.ToString()})";

    /// <summary>
    /// No connection, no primary, a write that no majority has, a server that starts, stops or is overloaded, a right or a
    /// disk that is missing: it may be different in a while.
    /// </summary>
    private static bool IsOutage(Exception e) => e switch
    {
        TimeoutException or MongoConnectionException or MongoConnectionPoolPausedException or MongoWaitQueueFullException or MongoIncompatibleDriverException
            or MongoConfigurationException or MongoNotPrimaryException or MongoNodeIsRecoveringException or MongoExecutionTimeoutException or MongoCursorNotFoundException => true,
        MongoDuplicateKeyException => false,
        MongoWriteConcernException => true,
        MongoException labelled when labelled.ErrorLabels.Any(label => label is "TransientTransactionError" or "UnknownTransactionCommitResult" or "RetryableWriteError") => true,
        MongoCommandException { Code: var code } => OutageCodes.Contains(code),
        MongoWriteException { WriteError: var error } => error is null || OutageCodes.Contains(error.Code),
        // Also when others of its writes failed for good: who reads of these must be able to rely on all the rest.
        MongoBulkWriteException bulk => bulk.WriteConcernError is not null || bulk.WriteErrors.Any(error => OutageCodes.Contains(error.Code)),
        _ => false,
    };

    [LoggerMessage(Level = LogLevel.Warning, EventName = "StoreAway", Message = "The store cannot be used and is waited for: {Reason}")]
    private partial void LogAway(string reason);
}
