using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LeadRelay.Bus;
using LeadRelay.Tests.EndToEnd;

namespace LeadRelay.Bench;

/// <summary>
/// Everything at once, at rates that wait for nobody: leads that wait for their order's id, and two changes of every order. All
/// five services, RabbitMQ, SQLite, a CRM of 20 ms. When it has come to rest, what was accepted is held against what the CRM and
/// the tracker have: one that is missing or double voids the measurement.
/// </summary>
internal static class WholePath
{
    private const int WarmUpPerSecond = 50;
    private const int AtOnce = 1_000;

    private static readonly int[] PerSecond = [25, 50, 100, 150];
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan CrmLatency = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BetweenChanges = TimeSpan.FromSeconds(1);

    /// <summary>SalesRender's ids of the two changes, and how the campaign calls the last.</summary>
    private static readonly string[] Changes = ["2", "3"];
    private const string Last = "accepted";

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static int nextLead;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        await using var tracker = await BareTracker.StartAsync(hosts: 1, TimeSpan.Zero);
        var url = $"{tracker.Addresses[0]}/postback?subid={{click}}&status={{status}}&tid={{order_id}}&payout={{payout}}&currency={{currency}}";
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Environment = Production.Environment,
            Configure = config =>
            {
                Samples.NoRateLimit(config);
                Samples.Campaign(config, "path", (Samples.PostbacksOf(config), $$"""
                    "postbacks": { "wait": "{{url}}", "hold": "{{url}}", "approve": "{{url}}" }
                    """));
            },
        });
        await relay.FaultAsync(new { target = "crm", kind = "delay", delay_ms = (int)CrmLatency.TotalMilliseconds });
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        await RunAsync(relay, http, tracker, WarmUpPerSecond, WarmUp);
        var figures = new List<Figure>();
        foreach (var perSecond in PerSecond)
            figures.AddRange(await RunAsync(relay, http, tracker, perSecond, Length));
        figures.Add(new("memory at most, MB", string.Join(", ", RelayOptions.AllServices.Select(service => $"{service} {Machine.PeakMemory(relay.Process(service).Id):0}"))));
        return figures;
    }

    /// <summary>A lead's way as it is seen from outside.</summary>
    private sealed class Lead(string clickId)
    {
        public string ClickId { get; } = clickId;

        public HttpStatusCode Status { get; set; }

        public string Answer { get; set; } = "";

        public string? OrderId => Member("order_id");

        public string LeadId => Member("lead_id") ?? throw new InvalidOperationException($"An answer without a lead_id: {Answer}");

        private string? Member(string name)
        {
            var begin = Answer.IndexOf($"\"{name}\":\"", StringComparison.Ordinal) + name.Length + 4;
            return begin < name.Length + 4 ? null : Answer[begin..Answer.IndexOf('"', begin)];
        }
    }

    private static async Task<IReadOnlyList<Figure>> RunAsync(Relay relay, HttpClient http, BareTracker tracker, int perSecond, TimeSpan length)
    {
        var leads = Enumerable.Range(0, (int)(perSecond * length.TotalSeconds)).Select(_ => new Lead(LeadStory.Click(++nextLead))).ToArray();
        var bodies = leads.Select((lead, i) => Encoding.UTF8.GetBytes(Body(lead.ClickId, nextLead - leads.Length + i + 1))).ToArray();
        var (door, webhooks, changes) = (new Uri(relay.Address("Intake"), "leads/path"), new Uri(relay.Address("WebhookReceiver"), Relay.WebhookPath), new ConcurrentBag<Task>());
        await tracker.ReceiptsAsync();

        var used = new Processors([.. RelayOptions.AllServices.Select(service => Processors.Of(relay, service)), Processors.Broker, Processors.Of(relay, "Sandbox"), tracker.Process, Processors.Load]);
        var start = Stopwatch.GetTimestamp();
        var toAnswer = await Load.OpenAsync(perSecond, length, async number =>
        {
            var lead = leads[number];
            using var request = new HttpRequestMessage(HttpMethod.Post, door) { Content = new ByteArrayContent(bodies[number]) { Headers = { ContentType = Json } } };
            request.Headers.Add("X-Api-Key", "demo-partner-key");
            request.Headers.Add("Idempotency-Key", lead.ClickId);
            using var answer = await http.SendAsync(request);
            (lead.Status, lead.Answer) = (answer.StatusCode, await answer.Content.ReadAsStringAsync());
            if (lead.Status is HttpStatusCode.Created)
                changes.Add(ChangeAsync(http, webhooks, lead));
        });
        await Task.WhenAll(changes);

        var accepted = leads.Where(lead => lead.Status is HttpStatusCode.Created or HttpStatusCode.Accepted).ToArray();
        var told = accepted.Where(lead => lead.Status is HttpStatusCode.Created).Select(lead => lead.ClickId).ToHashSet();
        var receipts = new List<(string ClickId, string Status, long At)>();
        await relay.Eventually("every order's last change has come to the tracker", async () =>
        {
            receipts.AddRange(await tracker.ReceiptsAsync());
            return receipts.Count(receipt => receipt.Status is Last);
        }, count => count >= told.Count, TimeSpan.FromMinutes(2));
        var per = used.Per(leads.Length);
        await relay.Eventually("nothing is under way", () => relay.Node!.QueuesAsync(relay.BrokerUrl!),
            queues => new[] { Topology.Audit, Topology.CrmWriter, Topology.PostbackDispatcher }.Sum(queue => queues[queue].Messages) is 0, TimeSpan.FromMinutes(2));
        await Task.Delay(TimeSpan.FromSeconds(2));
        receipts.AddRange(await tracker.ReceiptsAsync());

        var ledger = await LedgerAsync(relay, accepted, receipts);
        var first = receipts.GroupBy(receipt => receipt.ClickId).ToDictionary(each => each.Key, each => each.Min(receipt => receipt.At));
        var toPostback = new Met(length, [.. leads.Select((lead, i) => (lead, Due: TimeSpan.FromSeconds((double)i / perSecond))).Where(each => first.ContainsKey(each.lead.ClickId))
            .Select(each => (Stopwatch.GetElapsedTime(start, first[each.lead.ClickId]) - each.Due).TotalMilliseconds).Order()]);
        var others = leads.Length - told.Count;
        Figure[] figures =
        [
            new($"{perSecond} leads a second: to the answer with the order id, ms", $"p50 {Text(toAnswer.Within(0.5))}, p99 {Text(toAnswer.Within(0.99))}{(others is 0 ? "" : $"; {others} of {leads.Length} were answered without it")}"),
            new("to the first postback at the tracker, ms", $"p50 {Text(toPostback.Within(0.5))}, p99 {Text(toPostback.Within(0.99))}"),
            new("processor time a lead, ms", $"{Text(per.Sum(each => each.Milliseconds))}: {string.Join(", ", per.Select(each => $"{each.Name} {Text(each.Milliseconds)}"))}"),
            new("ledger", ledger),
        ];
        foreach (var figure in figures)
            Console.WriteLine($"{figure.What}: {figure.Ours}");
        return figures;
    }

    /// <summary>Both changes of a lead's order, one after the other.</summary>
    private static async Task ChangeAsync(HttpClient http, Uri webhooks, Lead lead)
    {
        foreach (var status in Changes)
        {
            await Task.Delay(BetweenChanges);
            using var body = new ByteArrayContent(Encoding.UTF8.GetBytes($$$"""
                {"id":"{{{lead.OrderId}}}","status":{"id":"{{{status}}}","name":"{{{status}}}","group":"PROCESSING"},"statusChangedAt":"{{{TimeProvider.System.GetUtcNow():O}}}","comment":"Wants the standard package",
                "project":{"id":"1"},"lead":{"webmaster":{"id":"1"},"offer":{"id":"1"},"externalId":null},"data":{"string_1":"{{{lead.ClickId}}}","stringFields":[{"field":{"name":"click_id"},"value":"{{{lead.ClickId}}}"}]} }
                """)) { Headers = { ContentType = Json } };
            using var answer = await http.PostAsync(webhooks, body);
            if (answer.StatusCode is not HttpStatusCode.OK)
                throw new InvalidOperationException($"A webhook was not taken: {(int)answer.StatusCode}");
        }
    }

    /// <summary>What became of the accepted leads, by what the CRM has, what the tracker has, and what a partner is told.</summary>
    /// <exception cref="InvalidOperationException">It does not add up.</exception>
    private static async Task<string> LedgerAsync(Relay relay, Lead[] accepted, List<(string ClickId, string Status, long At)> receipts)
    {
        var orders = (await Relay.GetAsync(relay.Sandbox, "orders")).EnumerateArray().ToLookup(order => order.GetProperty("click_id").GetString()!, order => order.GetProperty("id").GetString()!);
        var states = new Dictionary<string, string>();
        foreach (var some in accepted.Chunk(AtOnce))
        {
            var (status, answer) = await Relay.SendAsync(relay.Intake(), HttpMethod.Post, "leads/query", new { lead_ids = some.Select(lead => lead.LeadId) }, ("X-Api-Key", "demo-partner-key"));
            if (status is not HttpStatusCode.OK)
                throw new InvalidOperationException($"The leads could not be looked up: {(int)status} {answer}");
            foreach (var lead in answer.GetProperty("leads").EnumerateArray())
                states[lead.GetProperty("lead_id").GetString()!] = lead.GetProperty("state").GetString()!;
        }
        string StateOf(Lead lead) => states.GetValueOrDefault(lead.LeadId, "unknown");

        var faults = new List<string>();
        foreach (var lead in accepted)
        {
            string[] made = [.. orders[lead.ClickId]];
            if (made.Length > 1 || (made.Length is 1 && StateOf(lead) is not "created") || (made.Length is 0 && StateOf(lead) is not ("refused" or "queued" or "in_doubt")) || (lead.OrderId is { } told && !made.Contains(told)))
                faults.Add($"{lead.LeadId}: answered {(int)lead.Status} {lead.OrderId}, {StateOf(lead)}, orders {string.Join(' ', made)}");
        }
        faults.AddRange(receipts.CountBy(receipt => (receipt.ClickId, receipt.Status)).Where(each => each.Value > 1).Select(each => $"{each.Key.ClickId}: {each.Value} postbacks {each.Key.Status}"));
        var ended = receipts.Where(receipt => receipt.Status is Last).Select(receipt => receipt.ClickId).ToHashSet();
        faults.AddRange(accepted.Where(lead => lead.Status is HttpStatusCode.Created && !ended.Contains(lead.ClickId)).Select(lead => $"{lead.ClickId}: no postback {Last}"));
        int Count(string state) => accepted.Count(lead => StateOf(lead) == state);
        var text = $"{accepted.Length} accepted = {Count("created")} delivered + {Count("refused")} refused + {Count("queued")} waiting + {Count("in_doubt")} in doubt; {receipts.Count} postbacks";
        return faults.Count is 0 ? text : throw new InvalidOperationException($"void: {text}; {faults.Count} do not add up:\n{string.Join('\n', faults.Take(20))}");
    }

    private static string Text(double value) => value.ToString(value >= 100 ? "0" : "0.0", CultureInfo.InvariantCulture);

    /// <summary>A lead as landing pages send it, some 600 bytes.</summary>
    public static string Body(string clickId, int number) => $$"""
        {"first_name":"Anna","last_name":"Muster-{{number}}","phone":"0{{LeadStory.Phone(number)[3..]}}","country":"DE","email":"anna.{{number}}@example.com","click_id":"{{clickId}}","sub1":"fb","sub2":"adset-{{number % 97}}",
        "utm_source":"facebook","utm_campaign":"summer-{{number % 13}}","ip":"203.0.113.7","user_agent":"Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36",
        "landing":"https://landing.example/summer/{{number % 13}}?fbclid={{clickId}}","referrer":"https://m.facebook.com/","comment":"Please call in the evening, the door bell is broken"}
        """;
}
