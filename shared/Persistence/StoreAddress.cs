using Microsoft.Extensions.Configuration;

namespace LeadRelay.Persistence;

/// <summary>Where the store is: <c>Store__Url</c>, <c>sqlite:FOLDER</c> (default <c>sqlite:data/</c>).</summary>
/// <param name="Folder">Folder of the SQLite files.</param>
public sealed record StoreAddress(string Folder)
{
    /// <exception cref="InvalidOperationException">The setting names a store that this build does not have.</exception>
    public static StoreAddress Of(IConfiguration settings)
    {
        var url = settings["Store:Url"] is { Length: > 0 } given ? given : "sqlite:data/";
        if (MongoDb(settings) is not null)
            throw new InvalidOperationException("Store__Url names a MongoDB, which this build has not: make it with -p:MongoDb=true (docs/decisions/mongodb.md), or name an sqlite:FOLDER.");
        return url.StartsWith("sqlite:", StringComparison.Ordinal)
            ? new StoreAddress(url["sqlite:".Length..])
            : throw new InvalidOperationException("Store__Url must be sqlite:FOLDER.");
    }

    /// <summary>The setting if it names a MongoDB (<c>mongodb://…</c>, <c>mongodb+srv://…</c>), else null.</summary>
    public static string? MongoDb(IConfiguration settings) =>
        settings["Store:Url"] is { } url && (url.StartsWith("mongodb://", StringComparison.Ordinal) || url.StartsWith("mongodb+srv://", StringComparison.Ordinal)) ? url : null;

    /// <summary>Path of a file in the folder.</summary>
    public string File(string name) => Path.Combine(Folder, name);
}
