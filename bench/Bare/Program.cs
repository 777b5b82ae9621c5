namespace LeadRelay.Bare;

/// <summary>What the services are measured beside: the least that does the same with the same libraries and nothing else.</summary>
internal static class Program
{
    private static void Main() => WebApplication.Create().Run();
}
