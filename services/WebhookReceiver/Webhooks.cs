using LeadRelay.Configuration;
using LeadRelay.Persistence.Spool;
using LeadRelay.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.WebhookReceiver;

/// <summary>
/// <c>POST|GET /webhooks/{connection}/{secret}</c>: SalesRender reports statuses. The secret comes here by way of
/// <see cref="SecretPath"/>; the path has it no more.
/// </summary>
public static class Webhooks
{
    private const int BodyLimit = 1024 * 1024;

    public static void MapWebhooks(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapMethods("/webhooks/{connection}/{secret}", ["GET", "POST"], ReceiveAsync);

    private static async Task<IResult> ReceiveAsync(string connection, HttpContext http, ConfigStore store, Doorkeeper doorkeeper,
        [FromKeyedServices(WebhookReceiverService.Spool)] Edge edge, TimeProvider time)
    {
        var (at, caller) = (time.GetUtcNow(), http.Connection.RemoteIpAddress);
        if (http.Features.Get<PathSecret>() is not { Value: var secret } || !store.Current.Connections.TryGetValue(connection, out var known) || !doorkeeper.Knows(known.Webhook, secret))
            return doorkeeper.Refuse(caller, "It knew no secret of a connection.") ? Unknown("unknown_webhook") : TooMany(http);
        var isAllowed = Doorkeeper.Allows(known.Webhook, caller);
        if (!isAllowed && !doorkeeper.Refuse(caller, $"It knew the secret, but is in none of the webhook.networks of {connection}."))
            return TooMany(http);

        var (payload, raw, unreadable) = await Payload.ReadAsync(http.Request, BodyLimit, http.RequestAborted);
        var (orders, fault) =
            !isAllowed ? ([], new Fault(404, "network_not_allowed", $"{caller} is in none of the connection's webhook.networks."))
            : unreadable is null ? ReceivedOrder.ReadAll(payload, known.Webhook, http.Request.QueryString.Value ?? "")
            : ([], unreadable);
        List<IAudited> messages = [.. orders.Select(order => order.ToMessage(connection, raw, at))];
        if (fault is not null)
            messages.Add(new WebhookRefused(new Subject(Connection: connection), fault.Code, fault.Text, raw, at));
        if (messages is [var only])
            LeadTrace.Request(http, only.About);
        var kept = await Task.WhenAll(messages.Select(message => edge.KeepAsync(message, Guid.CreateVersion7())));
        if (orders.Count > 0 && kept.Contains(Kept.Unknown))
        {
            http.Response.Headers.RetryAfter = "5";
            return Refuse(503, "outcome_unknown", "The webhook could not be kept for sure. Send it again; a repeat is harmless.");
        }
        return orders.Count > 0 ? TypedResults.Ok(new { status = "ok" })
            : isAllowed ? Refuse(fault!.Status, fault.Code, fault.Text)
            : Unknown(fault!.Code);
    }

    /// <summary>The same for everybody who is kept out: why is for the metrics alone.</summary>
    private static ProblemHttpResult Unknown(string code)
    {
        Metrics.Refused(WebhookReceiverService.Name, code);
        return Problem(404, "unknown_webhook", "No such webhook.");
    }

    private static ProblemHttpResult TooMany(HttpContext http)
    {
        http.Response.Headers.RetryAfter = "60";
        return Refuse(429, "too_many_guesses", "Too many calls that know no webhook.");
    }

    private static ProblemHttpResult Refuse(int status, string code, string text)
    {
        Metrics.Refused(WebhookReceiverService.Name, code);
        return Problem(status, code, text);
    }

    private static ProblemHttpResult Problem(int status, string code, string text) =>
        TypedResults.Problem(text, statusCode: status, title: code.Replace('_', ' '), extensions: new Dictionary<string, object?> { ["code"] = code });
}
