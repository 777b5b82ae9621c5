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
        return url.StartsWith("sqlite:", StringComparison.Ordinal)
            ? new StoreAddress(url["sqlite:".Length..])
            : throw new InvalidOperationException("Store__Url must be sqlite:FOLDER: this build has no other store.");
    }

    /// <summary>Path of a file in the folder.</summary>
    public string File(string name) => Path.Combine(Folder, name);
}
