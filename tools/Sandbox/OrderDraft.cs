using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadRelay.Sandbox;

/// <summary>A new order, read from an input that was found valid.</summary>
public sealed record OrderDraft(string ProjectId, string StatusId, OrderLead? Lead, IReadOnlyList<OrderField> Fields, JsonElement Input)
{
    // A real CPA token belongs to a webmaster, and the offer knows its project. Here there is one of each.
    private const string OnlyWebmaster = "1";
    private const string OnlyProject = "1";

    /// <summary>From <c>AddOrderInput</c>.</summary>
    public static OrderDraft FromOrder(JsonObject input) => new(
        Text(input, "projectId")!,
        Text(input, "statusId")!,
        input["lead"] is JsonObject lead ? new OrderLead(Text(lead, "webmasterId")!, Text(lead, "offerId")!, null, null) : null,
        FieldsOf(input["orderData"]),
        Freeze(input));

    /// <summary>From <c>AddLeadInput</c> or the REST body: the slots become fields of the same name.</summary>
    public static OrderDraft FromLead(JsonObject input) => new(
        OnlyProject,
        OrderStatus.All[0].Id,
        new OrderLead(OnlyWebmaster, Text(input, "offerId")!, Text(input, "externalId"), Text(input, "externalTag")),
        [.. Filled(input["data"]).Select(slot => new OrderField(KindOfSlot(slot.Key), slot.Key, Freeze(slot.Value!)))],
        Freeze(input));

    /// <summary>The fields of <c>OrderDataInput</c>.</summary>
    public static IReadOnlyList<OrderField> FieldsOf(JsonNode? orderData) =>
    [
        .. from list in Filled(orderData)
           from entry in list.Value!.AsArray()
           select new OrderField(list.Key, Text(entry!.AsObject(), "field")!, Freeze(entry["value"]!)),
    ];

    private static string KindOfSlot(string slot) => slot.Split('_')[0] switch
    {
        "phone" => OrderField.Phones,
        "humanName" => OrderField.Names,
        "email" => OrderField.Emails,
        "address" => OrderField.Addresses,
        _ => OrderField.Strings,
    };

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Filled(JsonNode? json) =>
        (json as JsonObject ?? []).Where(property => property.Value is not null);

    private static string? Text(JsonObject json, string name) => json[name]?.GetValue<string>();

    private static JsonElement Freeze(JsonNode json) => JsonSerializer.SerializeToElement(json);
}
