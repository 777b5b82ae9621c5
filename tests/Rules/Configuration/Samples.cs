using System.Runtime.CompilerServices;
using LeadRelay.Configuration;

namespace LeadRelay.Tests.Rules.Configuration;

/// <summary>The repository's sample configuration.</summary>
internal static class Samples
{
    /// <summary>Found from this file's own place, which the compiler knows.</summary>
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../../config"));

    /// <summary>The sample campaign and its connection for one of SalesRender's APIs.</summary>
    public static (Campaign Campaign, Connection Connection) Of(OrderApi api)
    {
        var folder = Directory.CreateTempSubdirectory("samples-").FullName;
        try
        {
            string[] sources = api is OrderApi.Crm ? [Folder] : [Folder, Path.Combine(Folder, "../tests/samples", api is OrderApi.Cpa ? "cpa" : "cpa_rest")];
            foreach (var (source, file) in sources.SelectMany(s => Directory.EnumerateFiles(s, "*", SearchOption.AllDirectories).Select(f => (s, f))))
            {
                var copy = Path.Combine(folder, Path.GetRelativePath(source, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy, overwrite: true);
            }
            var result = ConfigLoader.Load(folder, "embedded");
            Assert.Empty(result.Faults);
            return (result.Config!.Campaigns["demo"], result.Config.Connections["sandbox"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
