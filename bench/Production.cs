namespace LeadRelay.Bench;

/// <summary>Processes as they are in production, where the tests' fixture has them small and quickly started.</summary>
internal static class Production
{
    /// <summary>What .NET gives a web service that says nothing, the server's garbage collector and code compiled again by how it is used; and what the images say.</summary>
    public static IReadOnlyDictionary<string, string> Runtime { get; } =
        new Dictionary<string, string> { ["DOTNET_gcServer"] = "1", ["DOTNET_TieredPGO"] = "1", ["DOTNET_USE_POLLING_FILE_WATCHER"] = "1" };

    /// <summary>The same with a workstation's garbage collector, for those whose project files want that.</summary>
    public static IReadOnlyDictionary<string, string> SmallRuntime { get; } = new Dictionary<string, string>(Runtime) { ["DOTNET_gcServer"] = "0" };

    /// <summary>For <see cref="Tests.EndToEnd.RelayOptions.Environment"/>.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Environment { get; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>> { ["*"] = Runtime, ["AuditStore"] = SmallRuntime, ["Standalone"] = SmallRuntime };
}
