using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>
/// Partners and SalesRender: an open loop of leads at a steady rate, and of each order that the Sandbox made the status changes of
/// its story. Both go to both replicas of their door; what is not answered with success is sent again through the other one.
/// </summary>
internal sealed class Load : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BeforeRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BeforeRepeat = TimeSpan.FromSeconds(1);
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(2), ActivityHeadersPropagator = null, UseCookies = false, UseProxy = false, AllowAutoRedirect = false,
    }) { Timeout = TimeSpan.FromSeconds(15) };

    private readonly Relay relay;
    private readonly int seed;
    private readonly Form form;
    private readonly ConcurrentDictionary<int, Lead> leads;
    private readonly PriorityQueue<(Lead Lead, Change Change), long> due = new();
    private readonly CancellationTokenSource ended = new();
    private readonly Uri[] orders;
    private readonly Uri[] webhooks;
    private readonly Uri[] trustedWebhooks;
    private int turn;
    private int offered;
    private int accepted;
    private int ordersSeen;
    private int acceptedChanges;
    private int underWay;
    private int retries;
    private Task running = Task.CompletedTask;
    private volatile bool takesNoLeads;

    public Load(Relay relay, int seed, Form form, ConcurrentDictionary<int, Lead> leads)
    {
        (this.relay, this.seed, this.form, this.leads) = (relay, seed, form, leads);
        Uri[] At(string service, string path) => [.. Enumerable.Range(1, Plan.Replicas).Select(replica => new Uri(relay.Address(service, replica), path))];
        orders = At("Intake", "leads/");
        webhooks = At("WebhookReceiver", Relay.WebhookPath);
        trustedWebhooks = At("WebhookReceiver", Relay.WebhookPath.Replace("sandbox", Story.Trusted, StringComparison.Ordinal));
    }

    /// <summary>What was done so far.</summary>
    /// <param name="Accepted">Leads that were answered with success, or told that SalesRender refuses them.</param>
    /// <param name="Orders">Those that the Sandbox has made.</param>
    /// <param name="Changes">Status changes answered with success, each counted once.</param>
    /// <param name="Waiting">Leads and changes that are due and have no such answer yet.</param>
    /// <param name="Retries">Calls that had to be made again.</param>
    public sealed record Done(int Offered, int Accepted, int Orders, int Changes, int Waiting, int Retries);

    public Done SoFar => new(Volatile.Read(ref offered), Volatile.Read(ref accepted), Volatile.Read(ref ordersSeen), Volatile.Read(ref acceptedChanges), Volatile.Read(ref underWay), Volatile.Read(ref retries));

    /// <summary>Whether a status change is still to be told, now or later.</summary>
    public bool HasMoreToSay
    {
        get
        {
            lock (due)
                return due.Count > 0 || Volatile.Read(ref underWay) > 0;
        }
    }

    public void Start() => running = Task.WhenAll(LeadsAsync(), LookAsync(), TellAsync());

    /// <summary>No lead is begun any more; what was begun goes on, and so does what becomes of the orders.</summary>
    public void TakeNoMoreLeads() => takesNoLeads = true;

    /// <summary>Returns when nothing is sent any more.</summary>
    public async Task StopAsync()
    {
        await ended.CancelAsync();
        await running;
    }

    public void Dispose()
    {
        http.Dispose();
        ended.Dispose();
    }

    /// <summary>As many as are due by the clock, whatever became of those before.</summary>
    private async Task LeadsAsync()
    {
        var started = Stopwatch.GetTimestamp();
        for (var number = 0; !takesNoLeads && !ended.IsCancellationRequested;)
        {
            while (number < Stopwatch.GetElapsedTime(started).TotalSeconds * form.LeadsPerSecond)
            {
                var lead = new Lead(Story.Of(seed, ++number, form.LeadsPerSecond, form.ChangesOver));
                leads[number] = lead;
                Interlocked.Increment(ref offered);
                _ = UnderWay(() => SubmitAsync(lead));
            }
            await PauseAsync(Tick);
        }
    }

    /// <summary>Looks what orders there are, as SalesRender knows them.</summary>
    private async Task LookAsync()
    {
        var last = "";
        while (!ended.IsCancellationRequested)
        {
            await PauseAsync(BetweenLooks);
            using var answer = await JsonDocument.ParseAsync(await relay.Sandbox.GetStreamAsync(new Uri($"orders?after={last}", UriKind.Relative)));
            var now = Stopwatch.GetTimestamp();
            foreach (var order in answer.RootElement.EnumerateArray())
            {
                last = order.At("id")!;
                if (!leads.TryGetValue(Story.NumberOf(order.At("click_id")), out var lead))
                    continue;
                Interlocked.Increment(ref ordersSeen);
                bool isFirst;
                lock (lead.Orders)
                {
                    isFirst = lead.Orders.Count is 0;
                    lead.Orders.Add(last);
                }
                if (!isFirst)
                    continue;
                lock (due)
                    due.EnqueueRange(lead.Story.Changes.Select(change => ((lead, change), now + (long)(change.After.TotalSeconds * Stopwatch.Frequency))));
            }
        }
    }

    private async Task TellAsync()
    {
        while (!ended.IsCancellationRequested)
        {
            lock (due)
            {
                while (due.TryPeek(out var next, out var at) && at <= Stopwatch.GetTimestamp())
                {
                    due.Dequeue();
                    _ = UnderWay(() => ChangeAsync(next.Lead, next.Change));
                }
            }
            await PauseAsync(Tick);
        }
    }

    private async Task SubmitAsync(Lead lead)
    {
        var story = lead.Story;
        var body = Encoding.UTF8.GetBytes($$"""{"phone":"{{story.Phone}}","name":"Anna Muster","click_id":"{{story.Click}}","sub1":"s{{story.Number % 97}}"}""");
        for (var door = Interlocked.Increment(ref turn); !ended.IsCancellationRequested; door++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(orders[door % Plan.Replicas], story.Campaign)) { Content = Content(body) };
            request.Headers.TryAddWithoutValidation("X-Api-Key", "demo-partner-key");
            request.Headers.TryAddWithoutValidation("Idempotency-Key", story.Click);
            request.Headers.TryAddWithoutValidation("Prefer", story.Waits ? "wait=5" : "respond-async");
            var (status, text) = await SendAsync(request);
            if (status is HttpStatusCode.Created or HttpStatusCode.Accepted or HttpStatusCode.UnprocessableEntity)
            {
                Read(lead, status.Value, text);
                Interlocked.Increment(ref accepted);
                return;
            }
            await AgainAsync(lead, status);
        }
    }

    private async Task ChangeAsync(Lead lead, Change change)
    {
        var body = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $$"""{"id":"{{lead.Orders[0]}}","status":{"id":"{{change.Status}}"},"statusChangedAt":"{{change.At:yyyy-MM-ddTHH:mm:ssZ}}"}"""));
        for (var times = change.IsToldTwice ? 2 : 1; times > 0 && !ended.IsCancellationRequested; times--)
        {
            await WebhookAsync(lead, body);
            if (!ended.IsCancellationRequested && lead.Accept(change))
                Interlocked.Increment(ref acceptedChanges);
            if (times > 1)
                await PauseAsync(BeforeRepeat);
        }
    }

    /// <summary>Returns when it was answered with success.</summary>
    private async Task WebhookAsync(Lead lead, byte[] body)
    {
        var doors = lead.Story.IsTrusted ? trustedWebhooks : webhooks;
        for (var door = Interlocked.Increment(ref turn); !ended.IsCancellationRequested; door++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, doors[door % Plan.Replicas]) { Content = Content(body) };
            var (status, _) = await SendAsync(request, isRead: false);
            if (status is HttpStatusCode.OK)
                return;
            await AgainAsync(lead, status);
        }
    }

    /// <summary>No status when there was no answer.</summary>
    private async Task<(HttpStatusCode? Status, string Text)> SendAsync(HttpRequestMessage request, bool isRead = true)
    {
        try
        {
            using var answer = await http.SendAsync(request, ended.Token);
            return (answer.StatusCode, isRead ? await answer.Content.ReadAsStringAsync(ended.Token) : "");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException) { return (null, ""); } // it was killed, or is too slow
    }

    /// <summary>What an outage may bring about is waited for; anything else is written down, and it is tried again all the same.</summary>
    private async Task AgainAsync(Lead lead, HttpStatusCode? status)
    {
        if (status is not (null or HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) && !ended.IsCancellationRequested)
            lead.OddAnswer = $"{(int)status}";
        Interlocked.Increment(ref retries);
        await PauseAsync(BeforeRetry);
    }

    /// <summary>The first members are <c>{"status":"queued","lead_id":"…"</c> and, where there is an order, <c>"order_id":"…"</c>.</summary>
    private static void Read(Lead lead, HttpStatusCode status, string text)
    {
        lead.WasRefused = status is HttpStatusCode.UnprocessableEntity;
        lead.ToldOrder = status is HttpStatusCode.Created ? Member(text, "order_id") : null;
        lead.Id = Guid.TryParse(Member(text, "lead_id"), out var id) ? id : null;
        if (lead.Id is null || (lead.WasRefused && Member(text, "code") is not "order_refused"))
            lead.OddAnswer = $"{(int)status} {text}";
    }

    private static string? Member(string json, string name)
    {
        var start = json.IndexOf($"\"{name}\":\"", StringComparison.Ordinal) + name.Length + 4;
        return start < name.Length + 4 ? null : json[start..json.IndexOf('"', start)];
    }

    private static ReadOnlyMemoryContent Content(byte[] body) => new(body) { Headers = { ContentType = Json } };

    private async Task UnderWay(Func<Task> work)
    {
        Interlocked.Increment(ref underWay);
        try { await work(); }
        finally { Interlocked.Decrement(ref underWay); }
    }

    private async Task PauseAsync(TimeSpan time) => await Task.Delay(time, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
