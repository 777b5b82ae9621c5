using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>What tests say to a relay, and ask it.</summary>
public sealed partial class Relay
{
    /// <summary>Submits a lead to Intake.</summary>
    /// <param name="body">Serialised as JSON; a string is sent as it is; an <see cref="HttpContent"/>, too.</param>
    public Task<(HttpStatusCode Status, JsonElement Body)> SubmitAsync(
        object body, string alias = "demo", string? key = "demo-partner-key", int replica = 1, params (string Name, string Value)[] headers) =>
        SendAsync(Intake(replica), HttpMethod.Post, $"leads/{alias}", body, key is null ? headers : [("X-Api-Key", key), .. headers]);

    /// <summary>Submits a lead, again and again under one key, until its order is there, and returns the order's id.</summary>
    public async Task<string> OrderAsync(string alias, string clickId)
    {
        while (true)
        {
            var (status, answer) = await SubmitAsync(new { phone = "+4915123456789", click_id = clickId }, alias, headers: [("Idempotency-Key", clickId), ("Prefer", "wait=20")]);
            if (status is HttpStatusCode.Created or HttpStatusCode.OK && answer.At("order_id") is { } order)
                return order;
            if (status is not HttpStatusCode.Accepted)
                throw new InvalidOperationException($"The lead {clickId} was not taken: {(int)status} {answer}");
        }
    }

    /// <summary>GETs from Intake with the sample partner's key.</summary>
    public Task<(HttpStatusCode Status, JsonElement Body)> AskAsPartnerAsync(string path) =>
        SendAsync(Intake(), HttpMethod.Get, path, null, ("X-Api-Key", "demo-partner-key"));

    /// <summary>Everything known of a lead: GET /leads/{id}/timeline at AuditStore. What it says of people is masked, unless it is asked for in clear, which goes on record.</summary>
    public async Task<JsonElement> TimelineAsync(string leadId, bool personal = false) => await GetAsync(AuditStore, $"leads/{leadId}/timeline{(personal ? "?personal=true" : "")}");

    /// <summary>GET /audit?{query} at AuditStore.</summary>
    public async Task<JsonElement> AuditAsync(string query) => await GetAsync(AuditStore, $"audit?{query}");

    /// <summary>The postbacks the Sandbox received for a click.</summary>
    public async Task<JsonElement> PostbacksAsync(string clickId) => await GetAsync(Sandbox, $"postbacks?click_id={Uri.EscapeDataString(clickId)}");

    /// <summary>The orders the Sandbox has.</summary>
    public async Task<JsonElement> LedgerAsync() => await GetAsync(Sandbox, "ledger");

    /// <summary>Tells the Sandbox how to misbehave.</summary>
    public async Task<JsonElement> FaultAsync(object fault) => Accepted(await SendAsync(Sandbox, HttpMethod.Post, "faults", fault));

    /// <summary>Changes an order's status in the Sandbox, which then calls the webhook.</summary>
    public async Task<JsonElement> SetStatusAsync(string orderId, string statusId, string? comment = null) =>
        Accepted(await SendAsync(Sandbox, HttpMethod.Post, $"orders/{Uri.EscapeDataString(orderId)}/status", new { status_id = statusId, comment }));

    /// <summary>Sends a request and reads the answer; a body that is not JSON comes as a JSON string.</summary>
    public static async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(
        HttpClient client, HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.RelativeOrAbsolute));
        request.Content = body switch
        {
            null => null,
            HttpContent content => content,
            string json => new StringContent(json, System.Text.Encoding.UTF8, "application/json"),
            _ => JsonContent.Create(body, body.GetType()),
        };
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, Json(await answer.Content.ReadAsStringAsync()));
    }

    /// <summary>GETs JSON; anything but a success throws with what came back.</summary>
    public static async Task<JsonElement> GetAsync(HttpClient client, string path) => Accepted(await SendAsync(client, HttpMethod.Get, path), path);

    /// <summary>Asks again and again until there is a value (neither null nor false), and returns it.</summary>
    /// <param name="what">What is waited for, as the end of "Waited in vain until …".</param>
    /// <param name="probe">Where it throws because something is not up or not there yet, it is asked again.</param>
    /// <param name="limit">30 s if not given.</param>
    public Task<T> Eventually<T>(string what, Func<Task<T?>> probe, TimeSpan? limit = null) =>
        Eventually(what, probe!, value => value is not (null or false), limit)!;

    /// <summary>Asks again and again until the value is as it should be, and returns it.</summary>
    public async Task<T> Eventually<T>(string what, Func<Task<T>> probe, Func<T, bool> until, TimeSpan? limit = null)
    {
        var started = Stopwatch.GetTimestamp();
        var last = "nothing";
        do
        {
            try
            {
                var value = await probe();
                if (until(value))
                    return value;
                last = value is JsonElement { ValueKind: not JsonValueKind.Undefined } json ? json.GetRawText() : JsonSerializer.Serialize(value);
            }
            catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
            {
                last = $"{notYet.GetType().Name}: {notYet.Message}";
            }
            await Task.Delay(50);
        }
        while (Stopwatch.GetElapsedTime(started) < (limit ?? TimeSpan.FromSeconds(30)));

        throw new TimeoutException($"Waited in vain until {what}. Last seen: {last}\n{Tails(12)}\n{await QueuesAsync()}");
    }

    /// <summary>What lies in the broker's queues, one per line.</summary>
    private async Task<string> QueuesAsync()
    {
        try
        {
            return Node is null || BrokerUrl is null ? "" : string.Join('\n', (await Node.QueuesAsync(BrokerUrl)).Select(queue => $"{queue.Key}: {queue.Value}"));
        }
        catch (HttpRequestException e)
        {
            return $"The broker does not tell its queues: {e.Message}";
        }
    }

    /// <summary>The last lines of every process.</summary>
    public string Tails(int lines) => string.Join('\n', processes.OrderBy(each => each.Key).Select(each => each.Value.Tail(lines)));

    private static JsonElement Accepted((HttpStatusCode Status, JsonElement Body) answer, string path = "") =>
        (int)answer.Status is >= 200 and < 300 ? answer.Body : throw new HttpRequestException($"{path} {(int)answer.Status}: {answer.Body}", null, answer.Status);

    private static JsonElement Json(string text)
    {
        try
        {
            return text.Length == 0 ? default : JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }
}
