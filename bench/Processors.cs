using System.Diagnostics;
using LeadRelay.Tests.EndToEnd;

namespace LeadRelay.Bench;

/// <summary>What the processes that a measurement is about have had of the processors since it was asked for.</summary>
/// <param name="processes">Their names in tables and their ids.</param>
internal sealed class Processors(IReadOnlyList<(string Name, int Id)> processes)
{
    private readonly TimeSpan[] before = [.. processes.Select(process => Machine.Used(process.Id))];

    /// <summary>RabbitMQ's Erlang machine, a child of this process.</summary>
    public static (string Name, int Id) Broker { get; } = ("RabbitMQ", Process.GetProcessesByName("beam.smp").Single(each => Parent(each.Id) == Environment.ProcessId).Id);

    /// <summary>This process, which shares the machine with what it measures.</summary>
    public static (string Name, int Id) Load { get; } = ("the load itself", Environment.ProcessId);

    public static (string Name, int Id) Of(Relay relay, string service, int replica = 1) => (service, relay.Process(service, replica).Id);

    /// <summary>Milliseconds for each of so many, by process.</summary>
    public IReadOnlyList<(string Name, double Milliseconds)> Per(int count) =>
        [.. processes.Select((process, i) => (process.Name, (Machine.Used(process.Id) - before[i]).TotalMilliseconds / count))];

    /// <summary>The rows of a table: each process's over the rounds.</summary>
    public static IEnumerable<Figure> Rows(string of, IReadOnlyList<IReadOnlyList<(string Name, double Milliseconds)>> rounds) => Each(rounds).Select(process => Figure.Of(Title(of, process.Name), process.Rounds));

    /// <summary>The same, and what the bare limit's processes had of it.</summary>
    public static IEnumerable<Figure> Rows(string of, IReadOnlyList<IReadOnlyList<(string Name, double Milliseconds)>> ours, IReadOnlyList<IReadOnlyList<(string Name, double Milliseconds)>> bare)
    {
        var (own, theirs) = (Each(ours).ToDictionary(), Each(bare).ToDictionary());
        return own.Keys.Union(theirs.Keys).Select(name => new Figure(Title(of, name), $"{own.GetValueOrDefault(name)}", $"{theirs.GetValueOrDefault(name)}"));
    }

    private static IEnumerable<(string Name, Rounds Rounds)> Each(IReadOnlyList<IReadOnlyList<(string Name, double Milliseconds)>> rounds) =>
        rounds[0].Select((process, i) => (process.Name, new Rounds([.. rounds.Select(round => round[i].Milliseconds)])));

    private static string Title(string of, string process) => $"processor time {of}, ms: {process}";

    private static int Parent(int process) => int.Parse(File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("PPid:", StringComparison.Ordinal))[5..], System.Globalization.CultureInfo.InvariantCulture);
}
