using System.Globalization;
using System.Text.Json.Nodes;
using LeadRelay.Configuration;

namespace LeadRelay.WebhookReceiver;

/// <summary>One order of a webhook, with what could be read of it.</summary>
/// <param name="Part">Its own part of a webhook that has several orders, the first excepted.</param>
public sealed record ReceivedOrder(IReadOnlyDictionary<WebhookField, string> Values, RewardUnit RewardUnit, IReadOnlyList<string> Findings, string? Part = null)
{
    /// <summary>Orders of one webhook.</summary>
    public const int Most = 1000;

    private const string Query = "query.";

    /// <summary>
    /// Every order in a payload: at the root, in <c>data</c>, or in one of the lists that are in use; and the fault of those
    /// that cannot be told apart, which keeps none of the others.
    /// </summary>
    /// <param name="query">The URL's query string: for paths that begin with <c>query.</c>, and for what the payload does not say.</param>
    public static (IReadOnlyList<ReceivedOrder> Orders, Fault? Fault) ReadAll(JsonNode payload, WebhookSettings settings, string query = "")
    {
        var (found, form) = (Unwrap(payload, settings), Payload.Form(query));
        if (found.Count > Most)
            return ([], new Fault(413, "too_many_orders", $"The webhook has {found.Count} orders; {Most} at once are the most. Nothing of it was passed on; it is kept as it came."));
        ReceivedOrder[] all = [.. found.Select(order => Read(order, form, found.Count is 1, settings))];
        ReceivedOrder[] orders = [.. all.Where(order => order.Names)];
        // The first one's message has the whole webhook. Were it in all of them, one megabyte would become a thousand.
        if (orders.Length > 0)
            orders[0] = orders[0] with { Part = null };
        return (orders, orders.Length > 0 && orders.Length == all.Length ? null : new Fault(400, "no_order",
            $"{all.Length - orders.Length} of {all.Length} entries of the webhook name no order: an order id, our lead id or a click id is needed. Check the URL's macros, or the connection's webhook.paths."));
    }

    /// <summary>The message that tells of it.</summary>
    public OrderStatusChanged ToMessage(string connection, RawPayload raw, DateTimeOffset at)
    {
        string? Get(WebhookField field) => Values.GetValueOrDefault(field);
        return new OrderStatusChanged(
            new Subject(Guid.TryParse(Get(WebhookField.LeadId), out var lead) ? lead : null, connection, Get(WebhookField.OrderId), ClickId: Get(WebhookField.ClickId)),
            Get(WebhookField.StatusId), Get(WebhookField.StatusGroup), Get(WebhookField.Comment),
            Amount(Get(WebhookField.RewardAmount)) is { } amount ? new Reward(RewardUnit is RewardUnit.Minor ? amount / 100 : amount, Get(WebhookField.RewardCurrency)) : null,
            Time(Get(WebhookField.StatusChangedAt)), Get(WebhookField.WebmasterId), Get(WebhookField.OfferId), Findings,
            Part is null ? raw : raw with { Body = Part, Base64 = false }, at, Environment.MachineName);
    }

    private bool Names => Has(WebhookField.OrderId) || Has(WebhookField.LeadId) || Has(WebhookField.ClickId);

    private bool Has(WebhookField field) => Values.ContainsKey(field);

    private static ReceivedOrder Read(JsonNode? order, JsonObject query, bool isOnly, WebhookSettings settings)
    {
        var (values, findings) = (new Dictionary<WebhookField, string>(), new List<string>());
        foreach (var (field, paths) in settings.Paths)
        {
            // What the query says of an order cannot be said of several.
            string[] found = [.. paths.Select(path => Find(order, query, path)).Concat(isOnly ? paths.Select(path => JsonPath.Text(query, path)) : [])
                .OfType<string>().Select(text => text.Trim()).Where(text => text is not "")];
            if (found.FirstOrDefault(text => !LiteralMacro.Is(text)) is { } value)
                values[field] = value;
            else if (found.Length > 0)
                findings.Add($"{field} is the macro {found[0]} itself: check Field visibility for webmaster in the offer.");
        }
        if (!values.ContainsKey(WebhookField.ClickId))
            findings.Add("There is no click id in the webhook: check Field visibility for webmaster in the offer.");
        if (values.TryGetValue(WebhookField.RewardAmount, out var reward) && Amount(reward) is null)
            findings.Add($"The reward {reward} is not a number with a decimal point, so it does not count.");
        if (values.TryGetValue(WebhookField.StatusChangedAt, out var time) && Time(time) is null)
            findings.Add($"The time {time} is none that can be read (ISO 8601 or Unix), so that of the webhook's arrival counts.");
        return new ReceivedOrder(values, settings.RewardUnit, findings, isOnly ? null : order?.ToJsonString());
    }

    private static string? Find(JsonNode? order, JsonObject query, string path) =>
        JsonPath.Text(order, path) ?? (path.StartsWith(Query, StringComparison.Ordinal) ? JsonPath.Text(query, path[Query.Length..]) : null);

    private static IReadOnlyList<JsonNode?> Unwrap(JsonNode payload, WebhookSettings settings)
    {
        if (payload is JsonArray list)
            return [.. list];
        var data = (payload as JsonObject)?["data"] as JsonObject;
        if (((data?["ordersFetcher"] as JsonObject)?["orders"] ?? data?["orders"] ?? (payload as JsonObject)?["orders"]) is JsonArray orders)
            return [.. orders];
        // An order has "data" of its own: only a root that is no order is an envelope.
        bool IsOrder(JsonNode node) => settings.Paths[WebhookField.OrderId].Any(path => JsonPath.Text(node, path) is { Length: > 0 });
        return [data is not null && IsOrder(data) && !IsOrder(payload) ? data : payload];
    }

    /// <summary>With a point, and without separators: 12,50 is never taken for 1250.</summary>
    private static decimal? Amount(string? text) => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) ? amount : null;

    /// <summary>ISO 8601 (UTC where it names no zone), or Unix seconds or milliseconds.</summary>
    private static DateTimeOffset? Time(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var unix) && unix < 253_402_300_799_999
            ? unix < 100_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds(unix) : DateTimeOffset.FromUnixTimeMilliseconds(unix)
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time
        : null;
}
