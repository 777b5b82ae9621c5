using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using LeadRelay.Bus;
using LeadRelay.Tests.EndToEnd;

namespace LeadRelay.Bench;

/// <summary>
/// What it costs that much is stored already: three relays side by side, one with a thousand leads in its files, one with a
/// hundred thousand, one with a million, are asked for the same in turn.
/// </summary>
internal static class FullStores
{
    private const int Rounds = 3;
    private const double Most = 1.2;

    private const int LeadsPerSecond = 40;
    private const int ChangesPerSecond = 100;
    private const int Waiting = 8_000;
    private const int WarmUpWaiting = 1_000;
    private const int Questions = 300;
    private const string FirstClick = "the-first-click";

    /// <summary>Signals.</summary>
    private const int Stop = 19;
    private const int Continue = 18;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(6);

    /// <summary>In which five services compile what they do most; with less, that is most of what is measured.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);

    /// <summary>Leads stored, and of how many one has its messages, about ten, in the audit: five for each lead, and a million of a million, as <see cref="AuditSearch"/> has them.</summary>
    private static readonly (int Leads, int Told)[] Sizes = [(1_000, 2), (100_000, 2), (1_000_000, 11)];

    /// <summary>What an old order's status becomes, one after the other, and the event of it.</summary>
    private static readonly (string Status, string Event)[] Changes = [("3", "approve"), ("4", "cancel"), ("2", "hold")];

    private static readonly ConcurrentDictionary<string, TaskCompletionSource> Receipts = new();

    /// <summary>One of the three.</summary>
    private sealed class Stock(Relay relay, int leads, int told)
    {
        private readonly int[] orders = Shuffled(StoreFilling.Ordered(leads));
        private readonly int[] known = Shuffled(StoreFilling.Ordered(leads).Where(number => number % told is 0));
        private int changes;
        private int asked;
        private int lastLead;
        private int lastStory = leads;

        public Relay Relay { get; } = relay;

        public int Leads { get; } = leads;

        public Dictionary<string, List<double>> Figures { get; } = [];

        public int LastLead() => Interlocked.Increment(ref lastLead);

        /// <summary>A number whose story the audit does not have yet.</summary>
        public int NextStory() => ++lastStory;

        /// <summary>A lead that has messages.</summary>
        public int Known() => known[asked++ % known.Length];

        public (int Number, string Status, string Event) NextChange()
        {
            var change = Interlocked.Increment(ref changes) - 1;
            var (status, name) = Changes[change / orders.Length % Changes.Length];
            return (orders[change % orders.Length], status, name);
        }

        public void Add(string what, double value)
        {
            Figures.TryAdd(what, []);
            Figures[what].Add(value);
        }

        private static int[] Shuffled(IEnumerable<int> numbers)
        {
            var all = numbers.ToArray();
            new Random(17).Shuffle(all);
            return all;
        }
    }

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        await using var tracker = await OwnTracker.StartAsync((parameters, _) =>
        {
            Receipt(parameters["token"]!).TrySetResult();
            return Task.FromResult(200);
        });
        var stocks = new List<Stock>();
        try
        {
            foreach (var (leads, told) in Sizes)
                stocks.Add(await StartAsync(leads, told, tracker));
            // What the system still has to write is not to be written while something is measured.
            using (var sync = Process.Start("sync"))
                await sync.WaitForExitAsync();
            await Task.WhenAll(stocks.SelectMany(stock => RelayOptions.AllServices.Select(service => stock.Relay.StartServiceAsync(service))));
            foreach (var stock in stocks)
                await WorkAsync(stock, WarmUp, counts: false);
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var stock in stocks)
                {
                    await WorkAsync(stock, Phase, counts: true);
                    await WriteAsync(stock);
                    await AskAsync(stock);
                }
            }
            return [.. stocks[0].Figures.Keys.Select(what => Compare(what, [.. stocks.Select(stock => new Rounds([.. stock.Figures[what]]))]))];
        }
        finally
        {
            foreach (var stock in stocks)
                await stock.Relay.DisposeAsync();
        }
    }

    /// <summary>Of a rate, how many times less; of everything else, how many times more.</summary>
    private static Figure Compare(string what, Rounds[] sizes)
    {
        var (least, most) = (sizes[0], sizes[^1]);
        var times = what.EndsWith("a second", StringComparison.Ordinal) ? least.Per(most) : most.Per(least);
        return new Figure(what, string.Join(" · ", sizes.AsEnumerable()), Share: times.ToString("0.00", CultureInfo.InvariantCulture), Wanted: $"≤ {Most.ToString("0.0", CultureInfo.InvariantCulture)}", Reached: times <= Most);
    }

    /// <summary>A relay that stands still, with its files filled.</summary>
    private static async Task<Stock> StartAsync(int leads, int told, OwnTracker tracker)
    {
        var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Environment = Production.Environment, Configure = config => Configure(config, leads, tracker),
        });
        var started = Stopwatch.GetTimestamp();
        var first = await relay.OrderAsync("demo", FirstClick);
        await Receipt($"{leads}-{FirstClick}-wait").Task.WaitAsync(Patience);
        await TellAsync(relay, first, "2");
        await Receipt($"{leads}-{FirstClick}-hold").Task.WaitAsync(Patience);
        await SettledAsync(relay);
        await Task.Delay(TimeSpan.FromSeconds(1));
        foreach (var service in RelayOptions.AllServices)
            await relay.StopAsync(service);

        string File(string name) => Path.Combine(relay.DataFolder, name);
        foreach (var file in Directory.GetFiles(relay.DataFolder, "audit.db*"))
            System.IO.File.Delete(file);
        await Task.WhenAll(
            Task.Run(() => StoreFilling.FillCrm(File("crm.db"), leads, FirstClick)),
            Task.Run(() => StoreFilling.FillPostbacks(File("postbacks.db"), leads, FirstClick)),
            AuditSearch.FillAsync(File("audit.db"), leads, told, longOnes: 0));
        Console.WriteLine($"{leads} leads, made in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s: crm.db {new FileInfo(File("crm.db")).Length >> 20} MB, postbacks.db {new FileInfo(File("postbacks.db")).Length >> 20} MB, audit.db {new FileInfo(File("audit.db")).Length >> 20} MB");
        return new Stock(relay, leads, told);
    }

    private static void Configure(string config, int leads, OwnTracker tracker)
    {
        Samples.NoRateLimit(config);
        var postbacks = string.Join(", ", Changes.Select(change => $"\"{change.Event}\": \"{tracker.Address}/?token={leads}-{{click}}-{change.Event}\"").Prepend($"\"wait\": \"{tracker.Address}/?token={leads}-{{click}}-wait\""));
        Samples.Edit(Path.Combine(config, "campaigns", "demo.json"), text => text.Replace(Samples.PostbacksOf(config), $"\"postbacks\": {{ {postbacks} }}", StringComparison.Ordinal));
    }

    /// <summary>New leads, until their order's id; then changes of old orders, until the tracker knows.</summary>
    private static async Task WorkAsync(Stock stock, TimeSpan length, bool counts)
    {
        var relay = stock.Relay;
        var before = Used(relay);
        var leads = await Load.OpenAsync(LeadsPerSecond, length, _ => relay.OrderAsync("demo", $"new-{stock.LastLead()}"));
        await SettledAsync(relay);
        var between = Used(relay);
        var changes = await Load.OpenAsync(ChangesPerSecond, length, async _ =>
        {
            var (number, status, name) = stock.NextChange();
            var token = $"{stock.Leads}-{LeadStory.Click(number)}-{name}";
            await TellAsync(relay, LeadStory.Order(number), status);
            await Receipt(token).Task.WaitAsync(Patience);
            // Where orders are few, it is the same order's turn again.
            Receipts.TryRemove(token, out var _);
        });
        await SettledAsync(relay);
        var after = Used(relay);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stock.Leads}: a lead's order p50 {leads.Within(0.5):0.0}, p99 {leads.Within(0.99):0.0}; a postback p50 {changes.Within(0.5):0.0}, p99 {changes.Within(0.99):0.0}; ")
            + string.Join(", ", RelayOptions.AllServices.Select(service => string.Create(CultureInfo.InvariantCulture,
                $"{service} {(between[service] - before[service]).TotalMilliseconds / leads.Latencies.Length:0.00} + {(after[service] - between[service]).TotalMilliseconds / changes.Latencies.Length:0.00} ms"))));
        if (!counts)
            return;
        stock.Add("a lead until its order's id, p50, ms", leads.Within(0.5));
        stock.Add("the same, p99, ms", leads.Within(0.99));
        stock.Add("processors, ms for each lead", RelayOptions.AllServices.Sum(service => (between[service] - before[service]).TotalMilliseconds) / leads.Latencies.Length);
        stock.Add("a webhook until the tracker has the postback, p50, ms", changes.Within(0.5));
        stock.Add("the same of postbacks, p99, ms", changes.Within(0.99));
        stock.Add("processors, ms for each webhook", RelayOptions.AllServices.Sum(service => (after[service] - between[service]).TotalMilliseconds) / changes.Latencies.Length);
    }

    /// <summary>What waits for AuditStore, which stood still meanwhile.</summary>
    private static async Task WriteAsync(Stock stock)
    {
        var (process, file) = (stock.Relay.Process("AuditStore"), Path.Combine(stock.Relay.DataFolder, "audit.db"));
        var at = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds());
        var messages = Enumerable.Range(0, Waiting).SelectMany(_ => LeadStory.Of(stock.NextStory(), at)).Take(Waiting).OrderBy(sent => sent.Message.At).ToArray();
        var (stored, used) = (AuditWriting.Last(file), Machine.Used(process.Id));
        TestRun.Signal(process.Id, Stop);
        try
        {
            await using var wire = await Wire.ConnectAsync(stock.Relay.BrokerUrl!);
            await wire.PublishAsync(messages);
        }
        finally
        {
            TestRun.Signal(process.Id, Continue);
        }
        var (first, started) = (await AuditWriting.StoredAsync(file, stored + WarmUpWaiting), Stopwatch.GetTimestamp());
        var rate = (await AuditWriting.StoredAsync(file, stored + messages.Length) - first) / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await SettledAsync(stock.Relay);
        stock.Add("the audit, messages a second", rate);
        stock.Add("processors, ms for each message", (Machine.Used(process.Id) - used).TotalMilliseconds / messages.Length);
    }

    private static async Task AskAsync(Stock stock)
    {
        async Task MeasureAsync(string what, Func<int, string> path)
        {
            var taken = new double[Questions];
            for (var i = 0; i < Questions; i++)
            {
                var (asked, started) = (path(stock.Known()), Stopwatch.GetTimestamp());
                var answer = await stock.Relay.AuditStore.GetByteArrayAsync(new Uri(asked, UriKind.Relative));
                taken[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                if (answer.Length < 100)
                    throw new InvalidOperationException($"{asked} found nothing.");
            }
            stock.Add(what, taken.Order().ElementAt(Questions / 2));
        }
        await MeasureAsync("search by phone, p50, ms", number => $"audit?phone={Uri.EscapeDataString(LeadStory.Phone(number))}");
        await MeasureAsync("a lead's timeline, p50, ms", number => $"leads/{LeadStory.Id(number)}/timeline");
    }

    private static Dictionary<string, TimeSpan> Used(Relay relay) => RelayOptions.AllServices.ToDictionary(service => service, service => Machine.Used(relay.Process(service).Id));

    private static TaskCompletionSource Receipt(string token) => Receipts.GetOrAdd(token, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private static async Task TellAsync(Relay relay, string order, string status)
    {
        var (answered, answer) = await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, new { id = order, status = new { id = status } });
        if (answered is not HttpStatusCode.OK)
            throw new InvalidOperationException($"A webhook was not taken: {(int)answered} {answer}");
    }

    private static async Task SettledAsync(Relay relay) =>
        await relay.Eventually("nothing is under way", () => relay.Node!.QueuesAsync(relay.BrokerUrl!), queues => new[] { Topology.Audit, Topology.CrmWriter, Topology.PostbackDispatcher }.Sum(queue => queues[queue].Messages) is 0, TimeSpan.FromMinutes(2));
}
