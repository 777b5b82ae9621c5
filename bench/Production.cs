namespace LeadRelay.Bench;

/// <summary>Processes as they are in production, where the tests' fixture has them small and quickly started.</summary>
internal static class Production
{
    /// <summary>What .NET gives a web service that says nothing: the server's garbage collector, code compiled again by how it is used.</summary>
    public static IReadOnlyDictionary<string, string> Runtime { get; } = new Dictionary<string, string> { ["DOTNET_gcServer"] = "1", ["DOTNET_TieredPGO"] = "1" };

    /// <summary>For <see cref="Tests.EndToEnd.RelayOptions.Environment"/>.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Environment { get; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>> { ["*"] = Runtime };
}
