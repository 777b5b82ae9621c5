using LeadRelay.Persistence;
using Microsoft.Extensions.Configuration;

namespace LeadRelay.Tests.Rules.Persistence;

public sealed class StoreAddressTests
{
    [Theory]
    [InlineData(null, "data/")]
    [InlineData("", "data/")]
    [InlineData("sqlite:/var/lib/leadrelay", "/var/lib/leadrelay")]
    public void The_store_is_a_folder_of_SQLite_files(string? url, string folder) => Assert.Equal(folder, StoreAddress.Of(With(url)).Folder);

    [Theory]
    [InlineData("mongodb://db/leadrelay?replicaSet=rs0", "-p:MongoDb=true")]
    [InlineData("mongodb+srv://db/leadrelay", "-p:MongoDb=true")]
    [InlineData("postgres://db", "must be sqlite:FOLDER")]
    public void Another_store_is_refused_with_what_to_do(string url, string advice) =>
        Assert.Contains(advice, Assert.Throws<InvalidOperationException>(() => StoreAddress.Of(With(url))).Message, StringComparison.Ordinal);

    private static IConfiguration With(string? url) => new ConfigurationBuilder().AddInMemoryCollection([new("Store:Url", url)]).Build();
}
