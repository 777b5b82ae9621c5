namespace LeadRelay.Sandbox;

// A class of its own: the SDK makes the Program of a program without one public, and the tests refer to several programs.
internal static class Program
{
    private static void Main(string[] args) => SandboxApp.Build(args).Run();
}
