using LeadRelay.Persistence.Audit;
using LeadRelay.Persistence.Crm;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.Persistence.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>An empty store of one kind. What the contracts demand, every kind must do.</summary>
public interface IStoreUnderTest : IAsyncDisposable
{
    /// <summary>One replica's ledger; each call gives another replica on the same data.</summary>
    ICrmLedger Crm();

    /// <summary>As <see cref="Crm"/>.</summary>
    IPostbackLedger Postbacks();

    /// <summary>As <see cref="Crm"/>.</summary>
    IAuditLog Audit();

    /// <summary>As <see cref="Crm"/>; in the same database as <see cref="Audit"/>.</summary>
    ILeadViews LeadViews();
}

/// <summary>SQLite files in a folder of their own.</summary>
public sealed class SqliteUnderTest : IStoreUnderTest
{
    private readonly List<SqliteStore> opened = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("store-").FullName;

    public ICrmLedger Crm() => new SqliteCrmLedger(Open("crm.db", SqliteCrmLedger.Schema));

    public IPostbackLedger Postbacks() => new SqlitePostbackLedger(Open("postbacks.db", SqlitePostbackLedger.Schema));

    public IAuditLog Audit() => new SqliteAuditLog(OpenAudit());

    public ILeadViews LeadViews() => new SqliteLeadViews(OpenAudit());

    private SqliteStore OpenAudit() => Open("audit.db", SqliteAuditLog.Schema + SqliteLeadViews.Schema);

    /// <summary>One more store on a file of the folder.</summary>
    public SqliteStore Open(string file, string schema)
    {
        var store = new SqliteStore(Path.Combine(Folder, file), schema, TimeProvider.System, NullLogger.Instance);
        opened.Add(store);
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in opened)
            await store.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>A test class of its own store.</summary>
public abstract class StoreContract(IStoreUnderTest store) : IAsyncLifetime
{
    protected static readonly CancellationToken None = CancellationToken.None;

    /// <summary>Longer than any test.</summary>
    protected static readonly TimeSpan Ages = TimeSpan.FromMinutes(10);

    /// <summary>Over before anybody looks.</summary>
    protected static readonly TimeSpan Over = TimeSpan.FromMilliseconds(-1000);

    protected IStoreUnderTest Store { get; } = store;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await Store.DisposeAsync();
}
