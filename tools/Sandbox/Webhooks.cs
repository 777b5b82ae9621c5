using System.Text.Json.Serialization;

namespace LeadRelay.Sandbox;

/// <summary>What came of a webhook: the receiver's HTTP status, or why there is none.</summary>
public sealed record WebhookResult(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error);

/// <summary>Reports orders to the relay, once: whether SalesRender tries again is not known.</summary>
public sealed class Webhooks : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5);

    private readonly SandboxOptions options;
    private readonly ILogger<Webhooks> log;
    private readonly HttpClient http = new() { Timeout = TimeLimit };

    public Webhooks(SandboxOptions options, ILogger<Webhooks> log)
    {
        (this.options, this.log) = (options, log);
        // The receiver is killed and restarted while people try things; a kept connection would fail for that alone.
        http.DefaultRequestHeaders.ConnectionClose = true;
    }

    public async Task<WebhookResult> Send(Order order)
    {
        try
        {
            using var answer = await http.PostAsJsonAsync(options.WebhookUrl, OrderShape.Webhook(order));
            return new WebhookResult((int)answer.StatusCode, null);
        }
        catch (HttpRequestException failure)
        {
            return new WebhookResult(null, failure.Message);
        }
        catch (OperationCanceledException)
        {
            return new WebhookResult(null, $"No answer within {TimeLimit.TotalSeconds} s.");
        }
    }

    /// <summary>Sends without waiting for the answer.</summary>
    public void Fire(Order order) => _ = SendAndLog(order);

    public void Dispose() => http.Dispose();

    private async Task SendAndLog(Order order)
    {
        var result = await Send(order);
        if (result.Status is not (>= 200 and < 300))
            log.LogWarning("The webhook for order {Order} failed: {Why}", order.Id, result.Error ?? $"HTTP {result.Status}");
    }
}
