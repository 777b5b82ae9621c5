using System.Runtime.CompilerServices;

namespace LeadRelay.Tests.Rules.Configuration;

/// <summary>The repository's sample configuration.</summary>
internal static class Samples
{
    /// <summary>Found from this file's own place, which the compiler knows.</summary>
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../../config"));

    private static string Here([CallerFilePath] string path = "") => path;
}
