using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadRelay.Sandbox;

/// <summary>An order as SalesRender shows it.</summary>
public static class OrderShape
{
    /// <summary>All that the schema's <c>Order</c> has; the caller's selections cut it down.</summary>
    public static JsonObject Full(Order order) => new()
    {
        ["id"] = order.Id,
        ["project"] = new JsonObject { ["id"] = order.ProjectId, ["name"] = $"Project {order.ProjectId}" },
        ["status"] = Status(order.Status),
        ["createdAt"] = Time(order.CreatedAt),
        ["updatedAt"] = Time(order.UpdatedAt),
        ["statusChangedAt"] = Time(order.StatusChangedAt),
        ["lead"] = Lead(order),
        ["source"] = Input(order, "source"),
        ["cart"] = new JsonObject { ["total"] = CartTotal(order) },
        ["data"] = new JsonObject
        {
            [OrderField.Strings] = Fields(order, OrderField.Strings, value => value),
            [OrderField.Phones] = Fields(order, OrderField.Phones, value => new JsonObject { ["raw"] = value, ["international"] = value?.DeepClone() }),
            [OrderField.Names] = Fields(order, OrderField.Names, value => value),
        },
    };

    /// <summary>What the company's webhook is told.</summary>
    public static JsonObject Webhook(Order order)
    {
        var lead = order.Lead is null ? null : new JsonObject
        {
            ["webmaster"] = new JsonObject { ["id"] = order.Lead.WebmasterId },
            ["offer"] = new JsonObject { ["id"] = order.Lead.OfferId },
            ["externalId"] = order.Lead.ExternalId,
        };
        if (order.Reward is { } reward)
            (lead ??= [])["reward"] = new JsonObject { ["amount"] = reward.Amount, ["currency"] = reward.Currency };
        return new JsonObject
        {
            ["id"] = order.Id,
            ["project"] = new JsonObject { ["id"] = order.ProjectId },
            ["status"] = new JsonObject { ["id"] = order.Status.Id, ["name"] = order.Status.Name, ["group"] = order.Status.Group },
            ["statusChangedAt"] = Time(order.StatusChangedAt),
            ["createdAt"] = Time(order.CreatedAt),
            ["comment"] = order.Comment,
            ["lead"] = lead,
            ["data"] = new JsonObject
            {
                ["string_1"] = order.ClickId,
                [OrderField.Strings] = Fields(order, OrderField.Strings, value => value),
            },
        };
    }

    public static JsonObject Status(OrderStatus status) =>
        new() { ["id"] = status.Id, ["name"] = status.Name, ["group"] = status.Group, ["archived"] = status.Archived };

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static JsonObject? Lead(Order order) => order.Lead is not { } lead ? null : new JsonObject
    {
        ["webmaster"] = new JsonObject { ["id"] = lead.WebmasterId },
        ["offer"] = new JsonObject { ["id"] = lead.OfferId },
        ["rewardMethod"] = "APPROVE",
        ["reward"] = order.Reward is { } reward
            ? new JsonObject { ["amount"] = (long)decimal.Round(reward.Amount * 100), ["currency"] = reward.Currency }
            : null,
        ["status"] = LeadStatus(order.Status),
        ["externalId"] = lead.ExternalId,
        ["externalTag"] = lead.ExternalTag,
    };

    /// <summary>What a webmaster is told of a status.</summary>
    public static string LeadStatus(OrderStatus status) => status.Group switch
    {
        "PROCESSING" => "PROCESSING",
        "APPROVED" or "SHIPPED" => "APPROVED",
        _ => "CANCELED",
    };

    private static JsonArray Fields(Order order, string kind, Func<JsonNode?, JsonNode?> shape) =>
    [
        .. order.Fields.Where(field => field.Kind == kind).Select(field => new JsonObject
        {
            ["field"] = new JsonObject { ["id"] = field.Code, ["name"] = field.Code },
            ["value"] = shape(Copy(field.Value)),
        }),
    ];

    private static JsonNode? Input(Order order, string name) =>
        order.Input.TryGetProperty(name, out var value) ? Copy(value) : null;

    private static long CartTotal(Order order) =>
        Input(order, "cart")?["items"]?.AsArray().Sum(item => item!["price"]!.GetValue<long>() * item["quantity"]!.GetValue<long>()) ?? 0;

    private static JsonNode? Copy(JsonElement value) => JsonSerializer.SerializeToNode(value);
}
