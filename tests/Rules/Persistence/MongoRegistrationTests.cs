using LeadRelay.Persistence.Audit;
using LeadRelay.Persistence.Crm;
using LeadRelay.Persistence.MongoDb;
using LeadRelay.Persistence.Postbacks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LeadRelay.Tests.Rules.Persistence;

public sealed class MongoRegistrationTests() : StoreContract(new MongoUnderTest())
{
    [Fact]
    public async Task All_ledgers_of_a_process_share_one_store_and_one_readiness_check()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddMongoCrmLedger(((MongoUnderTest)Store).Url);
        builder.AddMongoPostbackLedger(((MongoUnderTest)Store).Url);
        builder.AddMongoAuditLog(((MongoUnderTest)Store).Url);
        using var host = builder.Build();

        Assert.Single(host.Services.GetServices<MongoStore>());
        Assert.Single(host.Services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations, check => check.Name is "mongodb");
        Assert.Null(await host.Services.GetRequiredService<ICrmLedger>().FindLeadAsync(Builders.NewId(), None));
        Assert.False(await host.Services.GetRequiredService<IPostbackLedger>().KnowsAsync(Builders.NewId(), None));
        Assert.Empty(await host.Services.GetRequiredService<IAuditLog>().TimelineAsync(Builders.NewId(), None));
        Assert.Empty(await host.Services.GetRequiredService<ILeadViews>().OfLeadsAsync([Builders.NewId()], None));
    }

    [Fact]
    public void Every_index_has_a_name_and_no_two_of_a_collection_have_the_same()
    {
        MongoCollection[] collections = [.. MongoCrmLedger.Collections, .. MongoPostbackLedger.Collections, .. MongoAuditLog.Collections];

        Assert.Equal(collections.Length, collections.DistinctBy(collection => collection.Name).Count());
        Assert.All(collections, collection => Assert.All(collection.Indexes.GroupBy(index => index.Options?.Name), same => Assert.False(same.Key is null || same.Count() > 1, collection.Name)));
    }
}
