using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using LeadRelay.AuditStore;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Audit;
using LeadRelay.Persistence.Sqlite;
using LeadRelay.Tests.EndToEnd;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadRelay.Bench;

/// <summary>
/// How long somebody waits for the audit when it has a month behind it: a million messages and a million leads' records, of
/// 50 campaigns and 10 partners over 30 days, one campaign with a busy last hour. A real AuditStore and a real Intake answer,
/// over HTTP and RabbitMQ, from a SQLite file that was filled through the ports; somebody sits at the console, too.
/// </summary>
internal static class AuditSearch
{
    private const int Campaigns = 50;
    private const int Partners = 10;
    private const int Leads = 1_000_000;
    private const string Busy = "busy";

    /// <summary>Of the leads, how many came in the last hour, to the busy campaign: 1.5 %.</summary>
    private const double InLastHour = 0.015;

    /// <summary>So that there are as many messages as leads.</summary>
    private const int Told = 11;

    private const int AtOnce = 4_000;
    private const int WarmUp = 20;

    /// <summary>Beside these, so many leads have 200 messages each.</summary>
    private const int LongOnes = 20;

    /// <summary>Bytes of a page that also loads at once over a telephone.</summary>
    private const int MostOfPage = 150_000;

    private static readonly DateTimeOffset End = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
    private static readonly PhoneHashes Phones = new(new ConfigurationBuilder().AddInMemoryCollection([new("Privacy:Key", PhoneHashes.SampleKey), new("Profile", "embedded")]).Build());
    private static readonly Random Random = new(17);
    private static readonly List<Figure> Figures = [];

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Services = ["Intake"], Configure = Samples.NoRateLimit,
        });
        await FillAsync(Path.Combine(relay.DataFolder, "audit.db"), Leads, Told, LongOnes);
        var audit = await relay.StartServiceAsync("AuditStore");

        var hour = Uri.EscapeDataString($"{End.AddHours(-1):O}");
        await MeasureAsync(relay, "search by lead", 300, 100, () => GetAsync(relay, $"audit?lead_id={LeadStory.Id(Some())}"));
        await MeasureAsync(relay, "search by order", 300, 100, () => GetAsync(relay, $"audit?order_id={LeadStory.Order(Some())}"));
        await MeasureAsync(relay, "search by click id", 300, 100, () => GetAsync(relay, $"audit?click_id={LeadStory.Click(Some())}"));
        await MeasureAsync(relay, "search by phone", 300, 100, () => GetAsync(relay, $"audit?phone={Uri.EscapeDataString(LeadStory.Phone(Some()))}"));
        await MeasureAsync(relay, "the busy campaign's last hour, 100 of it", 200, 300, () => GetAsync(relay, $"audit?campaign={Busy}&from={hour}"));
        await MeasureAsync(relay, "the same, what was delivered", 200, 300, () => GetAsync(relay, $"audit?campaign={Busy}&kind=PostbackDelivered&from={hour}"));
        await MeasureAsync(relay, "the same, 1,000 of it", 50, 300, () => GetAsync(relay, $"audit?campaign={Busy}&from={hour}&limit=1000"));
        await MeasureAsync(relay, "a lead's timeline", 300, 100, () => GetAsync(relay, $"leads/{LeadStory.Id(Some())}/timeline"));
        await MeasureAsync(relay, "statistics of a campaign's month", 100, 300, () => GetAsync(relay, $"audit/statistics?campaign=campaign-{Random.Next(Campaigns)}"));
        await MeasureAsync(relay, "statistics of a partner's month", 5, null, () => GetAsync(relay, $"audit/statistics?partner={Partner(Random.Next(Partners))}"));
        await MeasureAsync(relay, "through Intake, GET /leads/ID", 300, 200, () => AskAsync(relay, HttpMethod.Get, $"leads/{LeadStory.Id(Own())}", null, expected: 1));
        await MeasureAsync(relay, "through Intake, POST /leads/query with 1,000 ids", 100, 200, () =>
            AskAsync(relay, HttpMethod.Post, "leads/query", new { lead_ids = Enumerable.Range(0, 1000).Select(_ => LeadStory.Id(Own())).Distinct().ToArray() }, expected: 990));
        await MeasureConsoleAsync(relay);
        var messages = await ExportAsync(relay, audit, "format=ndjson", 20_000);
        await ExportAsync(relay, audit, "format=csv", 20_000, messages);
        var calls = await ExportAsync(relay, audit, "format=ndjson&view=log", null);
        await ExportAsync(relay, audit, "format=csv&view=log", null, calls);

        return Figures;
    }

    /// <param name="told">Of the earlier leads, each so many-th has its messages, too: it has about ten.</param>
    public static async Task FillAsync(string file, int leads, int told, int longOnes)
    {
        var started = Stopwatch.GetTimestamp();
        await using var store = new SqliteStore(file, SqliteAuditLog.Schema + SqliteLeadViews.Schema, TimeProvider.System, NullLogger.Instance);
        var (log, views, written, messages, bytes) = (new SqliteAuditLog(store), new SqliteLeadViews(store), Task.CompletedTask, 0, 0L);
        foreach (var some in Enumerable.Range(1, leads + longOnes).Chunk(AtOnce))
        {
            var stories = some.AsParallel().AsOrdered().Select(number => Story(number, leads, told)).ToArray();
            AuditEntry[] entries = [.. stories.SelectMany(story => story.Entries)];
            (messages, bytes) = (messages + entries.Length, bytes + entries.Sum(entry => (long)entry.Message.Length));
            await written;
            written = Task.WhenAll(log.AppendAsync(entries, CancellationToken.None), views.WriteAsync([.. stories.Select(story => story.View)], CancellationToken.None));
        }
        await written;
        Console.WriteLine($"{messages} messages of {bytes / Math.Max(messages, 1)} bytes on average and {leads + longOnes} leads' records, {new FileInfo(file).Length >> 20} MB, written in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
    }

    private static (AuditEntry[] Entries, StoredView View) Story(int number, int leads, int told)
    {
        if (number > leads)
            return Story(number, LeadStory.Troubled(number, End - TimeSpan.FromDays(1 + number - leads), "campaign-0", Partner(0)), hasMessages: true);
        var early = (int)(leads * (1 - InLastHour));
        var isBusy = number > early;
        var at = End - (isBusy ? TimeSpan.FromHours((double)(leads - number) / (leads - early)) : TimeSpan.FromHours(1) + TimeSpan.FromDays(30) * ((double)(early - number) / early));
        at = DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
        return Story(number, LeadStory.Of(number, at, isBusy ? Busy : $"campaign-{number % Campaigns}", Partner(number % Partners)), hasMessages: number % told is 0 || isBusy);
    }

    private static (AuditEntry[] Entries, StoredView View) Story(int number, IReadOnlyList<SentMessage> story, bool hasMessages)
    {
        if (story is [{ Message: LeadRefused refused } sent])
        {
            var view = new StoredView(sent.Id, 0, refused.At, new Subject(sent.Id, Campaign: refused.About.Campaign, Partner: refused.About.Partner), new LeadEnd(LeadEnd.Rejected, refused.Code), 0, 0, StoredView.NoDetails);
            return (hasMessages ? [Entry(number, sent, refused.About)] : [], view);
        }
        var facts = new LeadFacts();
        foreach (var (id, message) in story)
            facts.Add(id, message);
        var record = facts.Store(LeadStory.Id(number), version: 0);
        return (hasMessages ? [.. story.Select(each => Entry(number, each, record.About))] : [], record);
    }

    /// <summary>As AuditStore makes one of what arrives.</summary>
    private static AuditEntry Entry(int number, SentMessage sent, Subject about)
    {
        var (id, message) = sent;
        var hasPhone = message is LeadSubmitted or LeadRefused or OrderCreated or OrderRefused or LeadDuplicated;
        var comment = message switch
        {
            LeadSubmitted submitted => submitted.Lead.Fields.GetValueOrDefault("comment"),
            OrderStatusChanged changed => changed.Comment,
            PostbackDue due => due.Postback.Comment,
            _ => null,
        };
        return new AuditEntry(id, message.GetType().Name, message.At, message.About.LeadId is null ? about with { LeadId = null } : message.About, $"{LeadStory.Id(number)}",
            hasPhone ? Phones.Of(LeadStory.Phone(number)) : null, comment, Wire.Text(message));
    }

    private static string Partner(int number) => number is 0 ? "demo-partner" : $"partner-{number}";

    /// <summary>A lead that has messages and an order.</summary>
    private static int Some()
    {
        while (true)
        {
            if (Random.Next(Leads / Told) * Told is var number and > 0 && number % 20 is not (1 or 2 or 4))
                return number;
        }
    }

    /// <summary>A lead of the sample partner.</summary>
    private static int Own() => (1 + Random.Next((Leads / Partners) - 1)) * Partners;

    /// <summary>As somebody who has signed in sees it: what is searched for has one lead or two, and the page of the only one is loaded with it.</summary>
    private static async Task MeasureConsoleAsync(Relay relay)
    {
        using var browser = await ConsoleCaller.BrowserAsync(relay.Address("AuditStore"), Relay.OperatorToken);
        async Task<int> LoadAsync(string path, Guid lead, int entries = 0)
        {
            var page = await browser.GetByteArrayAsync(new Uri(path, UriKind.Relative));
            if (page.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"{lead}")) < 0 || page.AsSpan().Count("class=\"tools\""u8) < entries)
                throw new InvalidOperationException($"{path} of the console does not have the lead {lead}.");
            return page.Length;
        }
        Task FindAsync(Func<int, string> text)
        {
            var number = Some();
            return LoadAsync($"find?q={Uri.EscapeDataString(text(number))}", LeadStory.Id(number));
        }
        await MeasureAsync(relay, "console, find by phone", 300, 300, () => FindAsync(LeadStory.Phone));
        await MeasureAsync(relay, "console, find by click id", 300, 300, () => FindAsync(LeadStory.Click));
        await MeasureAsync(relay, "console, find by order id", 300, 300, () => FindAsync(LeadStory.Order));
        await MeasureAsync(relay, "console, find by lead id", 300, 300, () => FindAsync(number => $"{LeadStory.Id(number)}"));
        var largest = 0;
        await MeasureAsync(relay, "console, a lead of 200 messages", 300, 300, async () =>
        {
            var lead = LeadStory.Id(Leads + 1 + Random.Next(LongOnes));
            largest = Math.Max(largest, await LoadAsync($"lead/{lead}", lead, entries: 200));
        });
        Judge("the same, its size, KB", $"{largest / 1000.0:0.0}", $"< {MostOfPage / 1000}", largest < MostOfPage);
    }

    private static async Task GetAsync(Relay relay, string path)
    {
        var bytes = await relay.AuditStore.GetByteArrayAsync(new Uri(path, UriKind.Relative));
        if (bytes.Length < 100)
            throw new InvalidOperationException($"{path} found nothing.");
    }

    private static async Task AskAsync(Relay relay, HttpMethod method, string path, object? body, int expected)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("X-Api-Key", "demo-partner-key");
        using var answer = await relay.Intake().SendAsync(request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        if (!answer.IsSuccessStatusCode || bytes.Length < 200 * expected)
            throw new InvalidOperationException($"{path}: {(int)answer.StatusCode}, {bytes.Length} bytes.");
    }

    private static async Task MeasureAsync(Relay relay, string what, int times, double? limit, Func<Task> call)
    {
        for (var i = 0; i < Math.Min(WarmUp, times); i++)
            await call();
        var (taken, before) = (new double[times], Processing(relay));
        for (var i = 0; i < times; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await call();
            taken[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }
        Array.Sort(taken);
        var used = (Processing(relay) - before).TotalMilliseconds / times;
        Judge($"{what}, ms", $"p50 {Share(taken, 0.5):0.0}, p95 {Share(taken, 0.95):0.0}, max {taken[^1]:0.0}; of processors {used:0.0}", limit is null ? "" : $"p95 < {limit}", limit is null ? null : Share(taken, 0.95) < limit);
    }

    /// <summary>All that there is, in one go; nothing is kept of it here. Returns how many rows it had.</summary>
    /// <param name="known">The rows, where they cannot be told by the ends of lines: CSV has some within its cells.</param>
    private static async Task<long> ExportAsync(Relay relay, ServiceProcess audit, string form, double? wanted, long? known = null)
    {
        await Task.Delay(TimeSpan.FromSeconds(2));
        var (before, most, rows, processing, started) = (audit.Memory, 0L, 0L, Machine.Used(audit.Id), Stopwatch.GetTimestamp());
        using var answer = await relay.AuditStore.GetAsync(new Uri($"audit/export?{form}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[1 << 16];
        for (var (reads, length) = (0, 1); length > 0; reads++)
        {
            length = await body.ReadAsync(buffer);
            rows += buffer.AsSpan(0, length).Count((byte)'\n');
            if (reads % 100 is 0)
                most = Math.Max(most, audit.Memory);
        }
        rows = known ?? rows;
        var (rate, grown, used) = (rows / Stopwatch.GetElapsedTime(started).TotalSeconds, Math.Max(0, most - before) / 1024, Machine.Used(audit.Id) - processing);
        Judge($"export, {form}, rows a second", $"{rate:N0} of {rows:N0}; {used.TotalSeconds:0.0} s of processors", wanted is null ? "" : $"≥ {wanted:N0}", wanted is null ? null : rate >= wanted);
        Judge("the same, memory beyond what it has at rest, MB", $"{grown}, over {before / 1024}", "< 50", grown < 50);
        return rows;
    }

    private static void Judge(string what, string figures, string wanted, bool? isGood) => Figures.Add(new Figure(what, figures, Wanted: wanted, Reached: isGood));

    /// <summary>What AuditStore and Intake have had of the processors: the same on a machine that is busy with other things.</summary>
    private static TimeSpan Processing(Relay relay) => Machine.Used(relay.Process("AuditStore").Id) + Machine.Used(relay.Process("Intake").Id);

    private static double Share(double[] ordered, double share) => ordered[(int)Math.Ceiling(share * ordered.Length) - 1];
}
