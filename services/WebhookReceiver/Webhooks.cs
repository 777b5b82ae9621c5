using System.Security.Cryptography;
using System.Text;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Spool;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.WebhookReceiver;

/// <summary>
/// <c>POST|GET /webhooks/{connection}/{secret}</c>: SalesRender reports statuses. The path holds a secret, so nothing here
/// writes it anywhere.
/// </summary>
public static class Webhooks
{
    private const int BodyLimit = 1024 * 1024;

    public static void MapWebhooks(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapMethods("/webhooks/{connection}/{secret}", ["GET", "POST"], ReceiveAsync);

    private static async Task<IResult> ReceiveAsync(string connection, string secret, HttpContext http, ConfigStore store,
        [FromKeyedServices(WebhookReceiverService.Spool)] Edge edge, TimeProvider time, ILogger<ReceivedOrder> logger)
    {
        var at = time.GetUtcNow();
        if (!store.Current.Connections.TryGetValue(connection, out var known) || !Knows(known.Webhook, secret, logger))
            return Refuse(404, "unknown_webhook", "No such webhook.");

        var (payload, raw, unreadable) = await Payload.ReadAsync(http.Request, BodyLimit, http.RequestAborted);
        var (orders, fault) = unreadable is null ? ReceivedOrder.ReadAll(payload, known.Webhook) : ([], unreadable);
        List<IAudited> messages = [.. orders.Select(order => order.ToMessage(connection, raw, at))];
        if (fault is not null)
            messages.Add(new WebhookRefused(new Subject(Connection: connection), fault.Code, fault.Text, raw, at));
        var kept = await Task.WhenAll(messages.Select(message => edge.KeepAsync(message, Guid.CreateVersion7())));
        if (orders.Count > 0 && kept.Contains(Kept.Unknown))
        {
            http.Response.Headers.RetryAfter = "5";
            return Refuse(503, "outcome_unknown", "The webhook could not be kept for sure. Send it again; a repeat is harmless.");
        }
        return orders.Count > 0 ? TypedResults.Ok(new { status = "ok" }) : Refuse(fault!.Status, fault.Code, fault.Text);
    }

    private static ProblemHttpResult Refuse(int status, string code, string text)
    {
        Metrics.Refused(WebhookReceiverService.Name, code);
        return TypedResults.Problem(text, statusCode: status, title: code.Replace('_', ' '), extensions: new Dictionary<string, object?> { ["code"] = code });
    }

    /// <summary>Compares with every active secret, in the same time whichever it is, or none.</summary>
    private static bool Knows(WebhookSettings webhook, string secret, ILogger logger)
    {
        var given = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        var known = false;
        foreach (var reference in webhook.Secrets)
        {
            if (reference.TryReveal(out var value, out var fault))
                known |= CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(value)), given);
            else
                logger.LogError("A webhook secret cannot be read, so webhooks are refused: {Fault}", fault);
        }
        return known;
    }
}
