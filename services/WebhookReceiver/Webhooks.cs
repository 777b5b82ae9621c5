using System.Security.Cryptography;
using System.Text;
using LeadRelay.Bus;
using LeadRelay.Configuration;
using MassTransit;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.WebhookReceiver;

/// <summary>
/// <c>POST|GET /webhooks/{connection}/{secret}</c>: SalesRender reports statuses. The path holds a secret, so nothing here
/// writes it anywhere.
/// </summary>
public static class Webhooks
{
    private const int BodyLimit = 1024 * 1024;
    private static readonly TimeSpan PublishLimit = TimeSpan.FromSeconds(3);

    public static void MapWebhooks(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapMethods("/webhooks/{connection}/{secret}", ["GET", "POST"], ReceiveAsync);

    private static async Task<IResult> ReceiveAsync(string connection, string secret, HttpContext http, ConfigStore store, IBus bus, TimeProvider time, ILogger<ReceivedOrder> logger)
    {
        var at = time.GetUtcNow();
        if (!store.Current.Connections.TryGetValue(connection, out var known) || !Knows(known.Webhook, secret, logger))
            return Refuse(404, "unknown_webhook", "No such webhook.");

        var (payload, raw, unreadable) = await Payload.ReadAsync(http.Request, BodyLimit, http.RequestAborted);
        var (orders, fault) = unreadable is null ? ReceivedOrder.ReadAll(payload, known.Webhook) : ([], unreadable);
        List<IAudited> messages = [.. orders.Select(order => order.ToMessage(connection, raw, at))];
        if (fault is not null)
            messages.Add(new WebhookRefused(new Subject(Connection: connection), fault.Code, fault.Text, raw, at));
        try
        {
            await Task.WhenAll(messages.Select(message => bus.PublishOnceAsync(message, Guid.CreateVersion7(), PublishLimit, time)));
        }
        catch (Exception e) when (orders.Count > 0)
        {
            logger.LogWarning("A webhook of {Connection} was not confirmed by the broker: {Reason}", connection, e.Message);
            http.Response.Headers.RetryAfter = "5";
            return Refuse(503, "outcome_unknown", "The webhook could not be kept for sure. Send it again; a repeat is harmless.");
        }
        catch (Exception e)
        {
            logger.LogWarning("A refused webhook of {Connection} could not be put on record: {Reason}", connection, e.Message);
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
