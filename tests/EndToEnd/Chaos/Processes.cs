using System.Globalization;

namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>The processor time of each of a relay's processes, over all its lives.</summary>
internal sealed class Processes(Relay relay, RabbitNode node)
{
    /// <summary>Of <c>/proc/PID/stat</c>, on every Linux that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    private readonly Dictionary<string, Dictionary<int, double>> seconds = [];

    /// <summary>Seconds by process, of all that were looked at.</summary>
    public IReadOnlyDictionary<string, double> Seconds
    {
        get
        {
            lock (seconds)
                return seconds.ToDictionary(name => name.Key, name => name.Value.Values.Sum());
        }
    }

    /// <summary>How often one of its replicas ended, in whatever way.</summary>
    public int Deaths(string service)
    {
        lock (seconds)
            return seconds.Where(name => name.Key.StartsWith(service, StringComparison.Ordinal)).Sum(name => name.Value.Count - 1);
    }

    /// <summary>Looks every half second; what a process did after the last look before its end is not counted.</summary>
    public async Task WatchAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            foreach (var service in RelayOptions.AllServices)
            {
                for (var replica = 1; replica <= Plan.Replicas; replica++)
                    Look($"{service} {replica}", relay.Process(service, replica).Id);
            }
            Look("Sandbox", relay.Process("Sandbox").Id);
            if (node.ProcessId is { } broker)
                Look("RabbitMQ", broker);
            Look("load and trackers", Environment.ProcessId);
            await Task.Delay(TimeSpan.FromMilliseconds(500), ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Look(string name, int process)
    {
        try
        {
            // Behind the name in brackets, which may have spaces, the state is the first; user and system time are the 12th and 13th.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            lock (seconds)
            {
                if (!seconds.TryGetValue(name, out var lives))
                    seconds[name] = lives = [];
                lives[process] = (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
            }
        }
        catch (IOException) { } // it has just ended
    }
}
