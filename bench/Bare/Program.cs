using System.Globalization;

namespace LeadRelay.Bare;

/// <summary>
/// What the services are measured beside: the least that does the same with the same libraries and nothing else. Also the far
/// end of measurements, in a process of its own. <c>Mode</c> says which; lists have commas between.
/// </summary>
internal static class Program
{
    private static Task Main() => Setting("Mode") switch
    {
        "tracker" => Tracker.RunAsync(List("Addresses"), TimeSpan.FromMilliseconds(Number("DelayMs"))),
        "call" => Caller.RunAsync(List("Urls"), Number("AtOnce"), Environment.GetEnvironmentVariable("BodyFile"), Environment.GetEnvironmentVariable("Token")),
        "accept" => Accept.RunAsync(Number("Port"), new Uri(Setting("Broker")), Number("Queues"), Number("Bytes"), Number("Status")),
        "store" => Store.RunAsync(new Uri(Setting("Broker")), Setting("Queue"), Setting("File"), Setting("Schema")),
        var mode => throw new InvalidOperationException($"There is no mode {mode}."),
    };

    private static string Setting(string name) => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set.");

    private static int Number(string name) => int.Parse(Setting(name), CultureInfo.InvariantCulture);

    private static string[] List(string name) => Setting(name).Split(',');
}
