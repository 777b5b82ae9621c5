using LeadRelay.Persistence.Audit;
using LeadRelay.Persistence.Crm;
using LeadRelay.Persistence.MongoDb;
using LeadRelay.Persistence.Postbacks;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>A database of its own on the server of <c>MONGODB_URL</c>, dropped at the end.</summary>
public sealed class MongoUnderTest : IStoreUnderTest
{
    private readonly List<MongoStore> opened = [];
    private readonly MongoUrl database = new MongoUrlBuilder(Server.Value) { DatabaseName = $"leadrelay_{Builders.NewId():N}" }.ToMongoUrl();

    /// <summary>Asked once before any test: a store would wait for it without end.</summary>
    private static readonly Lazy<string> Server = new(Ready);

    /// <summary>Address of the database.</summary>
    public string Url => database.Url;

    public ICrmLedger Crm() => new MongoCrmLedger(Open());

    public IPostbackLedger Postbacks() => new MongoPostbackLedger(Open());

    public IAuditLog Audit() => throw new NotSupportedException("The audit is not kept in MongoDB.");

    public ILeadViews LeadViews() => throw new NotSupportedException("The audit is not kept in MongoDB.");

    /// <summary>One more store on the database.</summary>
    public MongoStore Open()
    {
        var store = new MongoStore(database.Url, [.. MongoCrmLedger.Collections, .. MongoPostbackLedger.Collections], TimeProvider.System, NullLogger.Instance);
        opened.Add(store);
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        using (var client = new MongoClient(database))
            await client.DropDatabaseAsync(database.DatabaseName);
        opened.ForEach(store => store.Dispose());
    }

    private static string Ready()
    {
        if (Environment.GetEnvironmentVariable("MONGODB_URL") is not { Length: > 0 } given)
            throw new InvalidOperationException("MONGODB_URL must say where a MongoDB for tests is: mongodb://127.0.0.1:27017/?replicaSet=rs0");
        if (Environment.GetEnvironmentVariable("TEST_MONGODB_NEW") is "1")
            Initiate(new MongoUrl(given));
        var settings = MongoClientSettings.FromConnectionString(given);
        settings.ServerSelectionTimeout = TimeSpan.FromSeconds(30);
        using var client = new MongoClient(settings);
        client.GetDatabase("admin").RunCommand<BsonDocument>(new BsonDocument("ping", 1));
        return given;
    }

    /// <summary>Makes a server that belongs to no set yet a set of one.</summary>
    private static void Initiate(MongoUrl url)
    {
        using var client = new MongoClient(new MongoClientSettings { Server = url.Server, DirectConnection = true });
        client.GetDatabase("admin").RunCommand<BsonDocument>(new BsonDocument("replSetInitiate", new BsonDocument
        {
            ["_id"] = url.ReplicaSetName,
            ["members"] = new BsonArray { new BsonDocument { ["_id"] = 0, ["host"] = url.Server.ToString() } },
        }));
    }
}
