using System.Text.Json;

namespace LeadRelay.AuditStore;

/// <summary>What came of a call to SalesRender, in one word of a closed list.</summary>
public static class LogStatus
{
    /// <summary>All the words there are.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        "order_created", "order_found", "order_refused", "order_given_up", "order_in_doubt", "retry_scheduled", "looked_up",
        "status_updated", "status_refused", "status_given_up", "order_verified", "order_absent", "verification_failed",
    ];

    /// <summary>The contracts that have a <see cref="CrmExchange"/>.</summary>
    public static readonly IReadOnlyList<string> Kinds =
    [
        nameof(OrderCreated), nameof(OrderRefused), nameof(OrderInDoubt), nameof(OrderWriteDelayed), nameof(OrderLookedUp),
        nameof(OrderStatusUpdated), nameof(StatusUpdateRefused), nameof(OrderVerified),
    ];

    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="message">Unmasked: what is there decides, and the codes.</param>
    public static string Of(string kind, JsonElement message)
    {
        bool Has(string name) => message.At(name) is not null;
        bool isGivenUp = message.At("code") is { } code && code.ValueEquals("crm_unreachable");
        return kind switch
        {
            nameof(OrderCreated) => Has("evidence") ? "order_found" : "order_created",
            nameof(OrderRefused) => isGivenUp ? "order_given_up" : "order_refused",
            nameof(OrderInDoubt) => "order_in_doubt",
            nameof(OrderWriteDelayed) => "retry_scheduled",
            nameof(OrderLookedUp) => "looked_up",
            nameof(OrderStatusUpdated) => "status_updated",
            nameof(StatusUpdateRefused) => isGivenUp ? "status_given_up" : "status_refused",
            nameof(OrderVerified) => Has("fault") ? "verification_failed" : Has("statusId") || Has("statusGroup") ? "order_verified" : "order_absent",
            _ => throw new ArgumentException($"A {kind} has no call to SalesRender.", nameof(kind)),
        };
    }

    /// <summary>What a message has at a path of members; null for nothing, and for null.</summary>
    public static JsonElement? At(this JsonElement message, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (message.ValueKind is not JsonValueKind.Object || !message.TryGetProperty(name, out message))
                return null;
        }
        return message.ValueKind is JsonValueKind.Null ? null : message;
    }
}
