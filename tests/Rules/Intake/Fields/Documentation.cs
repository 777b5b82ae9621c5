using LeadRelay.Tests.Rules.Configuration;

namespace LeadRelay.Tests.Rules.Intake.Fields;

/// <summary>The repository's texts, for tests that they say what the code does.</summary>
internal static class Documentation
{
    private static readonly string Root = Path.GetDirectoryName(Samples.Folder)!;

    public static string PartnerApi => File.ReadAllText(Path.Combine(Root, "docs/partner-api.md"));

    public static IEnumerable<string> IntakeSources => Directory.EnumerateFiles(Path.Combine(Root, "services/Intake"), "*.cs").Select(File.ReadAllText);
}
