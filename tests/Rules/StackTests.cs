using System.Text.RegularExpressions;
using LeadRelay.Relayctl;
using LeadRelay.Tests.Rules.Configuration;

namespace LeadRelay.Tests.Rules;

/// <summary>What can be said of the full stack's files without Docker; ./test stack says the rest.</summary>
public sealed partial class StackTests
{
    private static readonly string Root = Path.GetDirectoryName(Samples.Folder)!;
    private static readonly string Compose = Read("docker-compose.yml");

    [Fact]
    public void The_image_is_built_from_every_project_that_runs()
    {
        var listed = ProjectInDockerfile().Matches(Read("Dockerfile")).Select(match => match.Groups[1].Value);

        var projects = new[] { "services", "shared", "tools" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories));
        Assert.Equal(projects.Select(file => Path.GetRelativePath(Root, file)).Where(file => !file.Contains("Standalone", StringComparison.Ordinal)).Order(), listed.Order());
    }

    [Fact]
    public void Every_setting_is_one_that_the_README_has()
    {
        var readme = Read("README.md");

        var settings = Setting().Matches(Compose).Select(match => match.Groups[1].Value).Where(name => !name.StartsWith("Sandbox__", StringComparison.Ordinal)).Distinct().ToList();
        Assert.Contains("Secrets__Path", settings);
        Assert.All(settings, name => Assert.True(readme.Contains($"`{name}`", StringComparison.Ordinal) || name.EndsWith("__Url", StringComparison.Ordinal), $"{name} is not in the README's table."));
    }

    [Fact]
    public void The_set_up_has_a_volume_for_every_part_and_each_service_only_its_own()
    {
        var handedOut = VolumeOfSetup().Matches(Service("setup")).Select(match => match.Groups[2].Value).ToList();

        Assert.Equal(((string[])["setup", .. Setup.Services, "operator", "rabbitmq", "mongo", "seq", "sandbox-config"]).Order(), handedOut.Order());
        Assert.All(Setup.Services, service => Assert.Equal([$"{service}-settings"], VolumeOfSettings().Matches(Service(service)).Select(match => match.Groups[1].Value)));
    }

    [Fact]
    public void Beyond_this_machine_only_the_doors_are_published() =>
        Assert.Equal(["INTAKE_PORT", "WEBHOOK_PORT"], Published().Matches(Compose).Where(match => match.Groups[1].Value is "").Select(match => match.Groups[2].Value));

    private static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>A service's lines.</summary>
    private static string Service(string name) => Regex.Match(Compose, $@"^  {name}:\n((    .*)?\n)+", RegexOptions.Multiline).Value;

    [GeneratedRegex(@"^COPY (\S+\.csproj) ", RegexOptions.Multiline)]
    private static partial Regex ProjectInDockerfile();

    [GeneratedRegex(@"\b([A-Z][A-Za-z]+__[A-Za-z]+):")]
    private static partial Regex Setting();

    [GeneratedRegex(@"- (\S+):/volumes/(\S+)")]
    private static partial Regex VolumeOfSetup();

    [GeneratedRegex(@"- (\S+):/run/settings:ro")]
    private static partial Regex VolumeOfSettings();

    [GeneratedRegex(@"ports: \[""(127\.0\.0\.1:)?\$\{([A-Z_]+):-")]
    private static partial Regex Published();
}
