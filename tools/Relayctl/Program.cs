namespace LeadRelay.Relayctl;

// A class of its own: the SDK makes the Program of a program without one public, and the tests refer to several programs.
internal static class Program
{
    private static Task<int> Main(string[] args) => new Cli(
        Environment.GetEnvironmentVariable("Config__Path") ?? "config",
        Environment.GetEnvironmentVariable("Profile") ?? "production",
        Console.Out,
        Console.Error).RunAsync(args);
}
