using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.KeyPerFile;

namespace LeadRelay.Tests.Rules;

/// <summary>Settings from a folder of files.</summary>
public sealed class SettingsFromFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("settings-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_files_name_is_the_settings_and_it_counts_before_what_was_set_otherwise()
    {
        Write("Operator__Token", "from a file\n");
        Write(".Operator__Token.new", "half writ");

        using var settings = Read(new() { ["Secrets:Path"] = folder, ["Operator:Token"] = "from the environment", ["Config:Path"] = "config" });

        Assert.Equal(("from a file", "config"), (settings["Operator:Token"], settings["Config:Path"]));
        Assert.Equal(["Token"], settings.GetSection("Operator").GetChildren().Select(child => child.Key));
    }

    [Fact]
    public async Task A_changed_file_counts_without_a_restart()
    {
        Write("Operator__Token", "old");
        using var settings = Read(new() { ["Secrets:Path"] = folder });
        var access = new OperatorAccess(settings);
        Assert.True(access.Allows("Bearer old"));

        Write(".new", "new");
        File.Move(Path.Combine(folder, ".new"), Path.Combine(folder, "Operator__Token"), overwrite: true);

        for (var i = 0; i < 1000 && !access.Allows("Bearer new"); i++)
            await Task.Delay(10);
        Assert.Equal((true, false), (access.Allows("Bearer new"), access.Allows("Bearer old")));
    }

    [Fact]
    public void Without_the_setting_there_is_no_folder() =>
        Assert.DoesNotContain(Read([]).Sources, source => source is KeyPerFileConfigurationSource);

    [Fact]
    public void A_folder_that_is_missing_is_said()
    {
        var missing = Path.Combine(folder, "missing");

        var fault = Assert.Throws<InvalidOperationException>(() => Read(new() { ["Secrets:Path"] = missing }));

        Assert.Equal($"Secrets__Path names {missing}, and there is no such folder: make it, or mount it there, or leave the setting out.", fault.Message);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(folder, name), text);

    private static ConfigurationManager Read(Dictionary<string, string?> others)
    {
        var settings = new ConfigurationManager();
        settings.AddInMemoryCollection(others);
        settings.AddSettingsFromFiles();
        return settings;
    }
}
