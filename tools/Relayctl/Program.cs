namespace LeadRelay.Relayctl;

// A class of its own: the SDK makes the Program of a program without one public, and the tests refer to several programs.
internal static class Program
{
    private static Task<int> Main(string[] args)
    {
        TakeSettingsFromFiles();
        return new Cli(
            Environment.GetEnvironmentVariable("Config__Path") ?? "config",
            Environment.GetEnvironmentVariable("Profile") ?? "production",
            Console.Out,
            Console.Error).RunAsync(args);
    }

    /// <summary>As the services do, but what is said for this one call counts first.</summary>
    private static void TakeSettingsFromFiles()
    {
        if (Environment.GetEnvironmentVariable("Secrets__Path") is not { Length: > 0 } folder || !Directory.Exists(folder))
            return;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions()))
            if (Environment.GetEnvironmentVariable(file.Name) is null)
                Environment.SetEnvironmentVariable(file.Name, File.ReadAllText(file.FullName).TrimEnd('\r', '\n'));
    }
}
