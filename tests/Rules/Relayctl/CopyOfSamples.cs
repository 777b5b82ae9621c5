using LeadRelay.Configuration;
using LeadRelay.Relayctl;
using LeadRelay.Tests.Rules.Configuration;

namespace LeadRelay.Tests.Rules.Relayctl;

/// <summary>A copy of the sample configuration, and the command line on it.</summary>
internal sealed class CopyOfSamples : IDisposable
{
    public CopyOfSamples()
    {
        foreach (var file in Directory.EnumerateFiles(Samples.Folder, "*", SearchOption.AllDirectories))
        {
            var copy = System.IO.Path.Combine(Path, System.IO.Path.GetRelativePath(Samples.Folder, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("relayctl-").FullName;

    /// <summary>Runs a command, whose words have no spaces in them.</summary>
    public async Task<(int Code, string Output, string Errors)> RunAsync(string command)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await new Cli(Path, "production", output, errors).RunAsync(command.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return (code, output.ToString(), errors.ToString());
    }

    /// <summary>Runs a command that waits for nothing.</summary>
    public (int Code, string Output, string Errors) Run(string command) => RunAsync(command).GetAwaiter().GetResult();

    /// <summary>Runs a command that must succeed; returns what it printed.</summary>
    public string Do(string command)
    {
        var (code, output, errors) = Run(command);
        Assert.Equal((0, ""), (code, errors));
        return output;
    }

    /// <summary>The configuration, which must be valid.</summary>
    public RelayConfig Config()
    {
        var (config, faults) = ConfigLoader.Load(Path, "embedded");
        Assert.Empty(faults);
        return config!;
    }

    public string Read(string file) => File.ReadAllText(System.IO.Path.Combine(Path, file));

    public void Write(string file, string text) => File.WriteAllText(System.IO.Path.Combine(Path, file), text);

    /// <summary>Every file, hidden ones too, with its text.</summary>
    public IReadOnlyDictionary<string, string> Everything() =>
        Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).ToDictionary(file => file, File.ReadAllText);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
