using System.Diagnostics;
using System.Globalization;
using System.Net;
using LeadRelay.Tests.EndToEnd;

namespace LeadRelay.Bench;

/// <summary>How soon each service is ready, what it has in memory when it has nothing to do, and the most it has over a minute of the whole path's work.</summary>
internal static class Rest
{
    private const int Starts = 5;
    private const double MostToReady = 3;
    private const double MostAtRest = 180;
    private const double MostAtWork = 300;

    private const int Orders = 1_500;
    private const int LeadsPerSecond = 50;
    private const int ChangesPerSecond = 150;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Work = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Looking = TimeSpan.FromMilliseconds(10);

    /// <summary>As SalesRender's dispatchers go through them, and each has a postback.</summary>
    private static readonly string[] Statuses = ["2", "3", "4"];

    public static async Task<IReadOnlyList<Figure>> MeasureAsync() => [.. await ServicesAsync(), .. await StandaloneAsync()];

    private static async Task<IReadOnlyList<Figure>> ServicesAsync()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Configure = Samples.NoRateLimit, Environment = Production.Environment,
        });
        var ready = new Dictionary<string, List<double>>();
        for (var i = 0; i < Starts; i++)
        {
            foreach (var service in RelayOptions.AllServices)
                relay.Kill(service);
            foreach (var service in RelayOptions.AllServices)
            {
                ready.TryAdd(service, []);
                ready[service].Add(await StartAsync(relay, service));
            }
        }
        await Task.Delay(Idle);
        var atRest = RelayOptions.AllServices.ToDictionary(service => service, service => Machine.Memory(relay.Process(service).Id));

        foreach (var service in RelayOptions.AllServices)
            Console.WriteLine($"{service}: ready after {new Rounds([.. ready[service]])} s, {atRest[service]:0} MB at rest");

        var before = RelayOptions.AllServices.ToDictionary(service => service, service => Machine.Used(relay.Process(service).Id));
        await WorkAsync(relay);
        return [.. RelayOptions.AllServices.SelectMany(service =>
        {
            var (starts, most) = (new Rounds([.. ready[service]]), Machine.PeakMemory(relay.Process(service).Id));
            Console.WriteLine($"{service}: {(Machine.Used(relay.Process(service).Id) - before[service]).TotalSeconds:0.0} s of processors at work");
            return (Figure[])
            [
                Figure.Of($"{service}: ready, s", starts, $"< {MostToReady:0}", _ => starts.Values.Max() < MostToReady),
                Figure.Of($"{service}: at rest, MB", new Rounds(atRest[service]), $"< {MostAtRest:0}", memory => memory < MostAtRest),
                Figure.Of($"{service}: at work, at most, MB", new Rounds(most), $"< {MostAtWork:0}", memory => memory < MostAtWork),
            ];
        })];
    }

    private static async Task<IReadOnlyList<Figure>> StandaloneAsync()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Environment = Production.Environment });
        var ready = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            relay.Kill("Standalone");
            ready.Add(await StartAsync(relay, "Standalone"));
        }
        await Task.Delay(Idle);
        return [Figure.Of("Standalone: ready, s", new Rounds([.. ready])), Figure.Of("Standalone: at rest, MB", new Rounds(Machine.Memory(relay.Process("Standalone").Id)))];
    }

    /// <summary>Returns after how many seconds it said for the first time that it is ready.</summary>
    private static async Task<double> StartAsync(Relay relay, string service)
    {
        using var probe = new HttpClient { BaseAddress = relay.Address(service), Timeout = TimeSpan.FromSeconds(5) };
        var started = Stopwatch.GetTimestamp();
        await relay.StartServiceAsync(service, waitReady: false);
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(1))
        {
            try
            {
                using var answer = await probe.GetAsync(new Uri("health/ready", UriKind.Relative));
                if (answer.IsSuccessStatusCode)
                    return Stopwatch.GetElapsedTime(started).TotalSeconds;
            }
            catch (HttpRequestException) { } // it does not listen yet
            await Task.Delay(Looking);
        }
        throw new TimeoutException($"{service} was not ready within a minute.\n{relay.Process(service).Tail(20)}");
    }

    /// <summary>Leads that wait for their order, and beside them the changes of orders that are there already, which are told to their tracker.</summary>
    private static async Task WorkAsync(Relay relay)
    {
        var orders = new string[Orders];
        await Parallel.ForAsync(0, Orders, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => orders[i] = await relay.OrderAsync("demo", $"first{i}"));
        var leads = Load.OpenAsync(LeadsPerSecond, Work, async number => await relay.OrderAsync("demo", $"lead{number}"));
        var changes = Load.OpenAsync(ChangesPerSecond, Work, async number =>
        {
            var change = new { id = orders[number % Orders], status = new { id = Statuses[number / Orders % Statuses.Length] } };
            var (status, answer) = await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, change);
            if (status is not HttpStatusCode.OK)
                throw new InvalidOperationException($"A webhook was not taken: {(int)status} {answer}");
        });
        await Task.WhenAll(leads, changes);
        var (taken, told) = (await leads, await changes);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a lead's order after, ms: p50 {taken.Within(0.5):0}, p99 {taken.Within(0.99):0}; a webhook's answer: p50 {told.Within(0.5):0.0}, p99 {told.Within(0.99):0.0}"));
    }
}
