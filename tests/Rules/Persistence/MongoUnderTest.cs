using LeadRelay.Persistence.Audit;
using LeadRelay.Persistence.Crm;
using LeadRelay.Persistence.MongoDb;
using LeadRelay.Persistence.Postbacks;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>A MongoDB database.</summary>
public sealed class MongoUnderTest : IStoreUnderTest
{
    private readonly List<MongoStore> opened = [];
    private readonly MongoDatabase database = new();

    /// <summary>Address of the database.</summary>
    public string Url => database.Url;

    public ICrmLedger Crm() => new MongoCrmLedger(Open());

    public IPostbackLedger Postbacks() => new MongoPostbackLedger(Open());

    public IAuditLog Audit() => new MongoAuditLog(Open());

    public ILeadViews LeadViews() => new MongoLeadViews(Open());

    /// <summary>One more store on the database.</summary>
    public MongoStore Open()
    {
        var store = new MongoStore(database.Url, [.. MongoCrmLedger.Collections, .. MongoPostbackLedger.Collections, .. MongoAuditLog.Collections], TimeProvider.System, NullLogger.Instance);
        opened.Add(store);
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        opened.ForEach(store => store.Dispose());
    }
}
