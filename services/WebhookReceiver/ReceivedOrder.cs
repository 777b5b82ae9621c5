using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LeadRelay.Configuration;

namespace LeadRelay.WebhookReceiver;

/// <summary>One order of a webhook, with what could be read of it.</summary>
public sealed record ReceivedOrder(IReadOnlyDictionary<WebhookField, string> Values, RewardUnit RewardUnit, IReadOnlyList<string> Findings)
{
    /// <summary>
    /// Every order in a payload: at the root, in <c>data</c>, or in one of the lists that are in use; and the fault of those
    /// that cannot be told apart, which keeps none of the others.
    /// </summary>
    public static (IReadOnlyList<ReceivedOrder> Orders, Fault? Fault) ReadAll(JsonNode payload, WebhookSettings settings)
    {
        var all = Unwrap(payload, settings).Select(order => Read(order, settings)).ToArray();
        var orders = all.Where(o => o.Has(WebhookField.OrderId) || o.Has(WebhookField.LeadId) || o.Has(WebhookField.ClickId)).ToArray();
        return (orders, orders.Length > 0 && orders.Length == all.Length ? null : new Fault(400, "no_order",
            $"{all.Length - orders.Length} of {all.Length} entries of the webhook name no order: an order id, our lead id or a click id is needed. Check the URL's macros, or the connection's webhook.paths."));
    }

    /// <summary>The message that tells of it.</summary>
    public OrderStatusChanged ToMessage(string connection, RawPayload raw, DateTimeOffset at)
    {
        string? Get(WebhookField field) => Values.GetValueOrDefault(field);
        return new OrderStatusChanged(
            new Subject(Guid.TryParse(Get(WebhookField.LeadId), out var lead) ? lead : null, connection, Get(WebhookField.OrderId), ClickId: Get(WebhookField.ClickId)),
            Get(WebhookField.StatusId), Get(WebhookField.StatusGroup), Get(WebhookField.Comment), Reward(),
            Time(Get(WebhookField.StatusChangedAt)), Get(WebhookField.WebmasterId), Get(WebhookField.OfferId), Findings, raw, at);
    }

    private bool Has(WebhookField field) => Values.ContainsKey(field);

    private Reward? Reward() =>
        IsAmount(Values.GetValueOrDefault(WebhookField.RewardAmount), out var amount)
            ? new Reward(RewardUnit is RewardUnit.Minor ? amount / 100 : amount, Values.GetValueOrDefault(WebhookField.RewardCurrency))
            : null;

    private static ReceivedOrder Read(JsonNode order, WebhookSettings settings)
    {
        var (values, findings) = (new Dictionary<WebhookField, string>(), new List<string>());
        foreach (var (field, paths) in settings.Paths)
        {
            if (paths.Select(path => JsonPath.Text(order, path)).FirstOrDefault(text => !string.IsNullOrWhiteSpace(text)) is not { } value)
                continue;
            if (LiteralMacro.Is(value))
                findings.Add($"{field} is the macro {value} itself: check Field visibility for webmaster in the offer.");
            else
                values[field] = value.Trim();
        }
        if (!values.ContainsKey(WebhookField.ClickId))
            findings.Add("There is no click id in the webhook: check Field visibility for webmaster in the offer.");
        if (values.TryGetValue(WebhookField.RewardAmount, out var reward) && !IsAmount(reward, out _))
            findings.Add($"The reward {reward} is not a number with a decimal point, so it does not count.");
        return new ReceivedOrder(values, settings.RewardUnit, findings);
    }

    /// <summary>No separators of thousands: 12,50 would become 1250.</summary>
    private static bool IsAmount(string? text, out decimal amount) => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out amount);

    private static IEnumerable<JsonNode> Unwrap(JsonNode payload, WebhookSettings settings)
    {
        if (payload is JsonArray list)
            return list.OfType<JsonObject>();
        if (payload is not JsonObject root)
            return [];
        var data = root["data"] as JsonObject;
        if (((data?["ordersFetcher"] as JsonObject)?["orders"] ?? data?["orders"] ?? root["orders"]) is JsonArray orders)
            return orders.OfType<JsonObject>();
        // An order has "data" of its own: only a root that is no order is an envelope.
        var isOrder = settings.Paths[WebhookField.OrderId].Any(path => JsonPath.Text(root, path) is { Length: > 0 });
        return [!isOrder && data is not null && settings.Paths[WebhookField.OrderId].Any(path => JsonPath.Text(data, path) is { Length: > 0 }) ? data : root];
    }

    /// <summary>ISO 8601 (UTC where it names no zone), or Unix seconds or milliseconds.</summary>
    private static DateTimeOffset? Time(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var unix) && unix < 253_402_300_799_999
            ? unix < 100_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds(unix) : DateTimeOffset.FromUnixTimeMilliseconds(unix)
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time
        : null;
}
