using System.Text.RegularExpressions;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>Changes to the copy of <c>config/</c> that several tests make.</summary>
public static partial class Samples
{
    /// <summary>Settings of everybody or of one service.</summary>
    public static Dictionary<string, int> Replicas(params (string Service, int Count)[] replicas) => replicas.ToDictionary(r => r.Service, r => r.Count);

    /// <summary>Makes calls to the CRM be given up early, so that leases are short, too.</summary>
    public static void ShortTimeLimit(string config) =>
        Edit(Path.Combine(config, "connections", "sandbox.json"), text => text.Replace("\"token\"", "\"time_limit_seconds\": 2,\n  \"token\"", StringComparison.Ordinal));

    /// <summary>Lets the sample partner submit as much as it likes.</summary>
    public static void NoRateLimit(string config) =>
        Edit(Path.Combine(config, "partners", "demo-partner.json"), text => text.Replace("\"keys\"", "\"rate_limit\": { \"per_minute\": 1000000 },\n  \"keys\"", StringComparison.Ordinal));

    /// <summary>Adds a campaign like <c>demo</c> with some lines replaced by others.</summary>
    public static void Campaign(string config, string alias, params (string Old, string New)[] replacements) =>
        Edit(Path.Combine(config, "campaigns", $"{alias}.json"), _ => replacements
            .Prepend(("\"alias\": \"demo\"", $"\"alias\": \"{alias}\""))
            .Aggregate(File.ReadAllText(Path.Combine(config, "campaigns", "demo.json")), (text, r) =>
                text.Contains(r.Item1, StringComparison.Ordinal) ? text.Replace(r.Item1, r.Item2, StringComparison.Ordinal) : throw new InvalidOperationException($"demo.json has no {r.Item1}.")));

    /// <summary>Makes the sample campaign and its connection those of another of SalesRender's APIs: <c>tests/samples</c>.</summary>
    public static void Api(string config, string api)
    {
        var sandbox = SandboxAddress().Match(File.ReadAllText(Path.Combine(config, "connections", "sandbox.json"))).Value;
        var samples = Path.Combine(TestRun.Repository, "tests", "samples", api);
        foreach (var file in Directory.EnumerateFiles(samples, "*.json", SearchOption.AllDirectories))
            Edit(Path.Combine(config, Path.GetRelativePath(samples, file)), _ => SandboxAddress().Replace(File.ReadAllText(file), sandbox));
    }

    /// <summary>Host and port of the Sandbox.</summary>
    public static string SandboxIn(string config) => SandboxAddress().Match(File.ReadAllText(Path.Combine(config, "connections", "sandbox.json"))).Value;

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex SandboxAddress();

    /// <summary>Everything from "postbacks" to the end of the sample campaign, to be replaced.</summary>
    public static string PostbacksOf(string config)
    {
        var text = File.ReadAllText(Path.Combine(config, "campaigns", "demo.json"));
        var start = text.IndexOf("\"postbacks\": {", StringComparison.Ordinal);
        return text[start..(text.IndexOf('}', text.LastIndexOf("{comment}\"", StringComparison.Ordinal) + 10) + 1)];
    }

    /// <summary>The status map of the sample campaign, to be replaced.</summary>
    public static string StatusMapOf(string config)
    {
        var text = File.ReadAllText(Path.Combine(config, "campaigns", "demo.json"));
        var start = text.IndexOf("\"status_map\": {", StringComparison.Ordinal);
        return text[start..(text.IndexOf('}', start) + 1)];
    }

    public static void Edit(string file, Func<string, string> change)
    {
        var before = File.Exists(file) ? File.ReadAllText(file) : "";
        // Written aside and moved, as an editor does: a reader sees the one or the other.
        File.WriteAllText(file + ".new", change(before));
        File.Move(file + ".new", file, overwrite: true);
    }
}
