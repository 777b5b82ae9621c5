using MongoDB.Bson;
using MongoDB.Driver;

namespace LeadRelay.Tests;

/// <summary>A database of its own on the server of <c>MONGODB_URL</c>, dropped at the end.</summary>
internal sealed class MongoDatabase : IAsyncDisposable
{
    private const int AlreadyInitialized = 23;

    /// <summary>Asked once before any test: a store would wait for it without end.</summary>
    private static readonly Lazy<MongoUrl> Server = new(Ready);

    private readonly MongoUrl url = new MongoUrlBuilder(Server.Value.Url)
    {
        DatabaseName = $"leadrelay_{Guid.CreateVersion7():N}",
        // Without one it would be the database's own, which knows no users.
        AuthenticationSource = Server.Value.Username is null ? null : Server.Value.AuthenticationSource ?? Server.Value.DatabaseName ?? "admin",
    }.ToMongoUrl();

    public string Url => url.Url;

    public async ValueTask DisposeAsync()
    {
        using var client = new MongoClient(url);
        await client.DropDatabaseAsync(url.DatabaseName);
    }

    private static MongoUrl Ready()
    {
        if (Environment.GetEnvironmentVariable("MONGODB_URL") is not { Length: > 0 } given)
            throw new InvalidOperationException("MONGODB_URL must say where a MongoDB for tests is: mongodb://127.0.0.1:27017/?replicaSet=rs0");
        var server = new MongoUrl(given);
        if (Environment.GetEnvironmentVariable("TEST_MONGODB_NEW") is "1")
            Initiate(server);
        var settings = MongoClientSettings.FromUrl(server);
        settings.ServerSelectionTimeout = TimeSpan.FromSeconds(30);
        using var client = new MongoClient(settings);
        client.GetDatabase("admin").RunCommand<BsonDocument>(new BsonDocument("ping", 1));
        return server;
    }

    /// <summary>Makes a server that belongs to no set yet a set of one.</summary>
    private static void Initiate(MongoUrl url)
    {
        using var client = new MongoClient(new MongoClientSettings { Server = url.Server, DirectConnection = true });
        try
        {
            client.GetDatabase("admin").RunCommand<BsonDocument>(new BsonDocument("replSetInitiate", new BsonDocument
            {
                ["_id"] = url.ReplicaSetName,
                ["members"] = new BsonArray { new BsonDocument { ["_id"] = 0, ["host"] = url.Server.ToString() } },
            }));
        }
        catch (MongoCommandException e) when (e.Code is AlreadyInitialized) { }
    }
}
