using System.Text.Json.Nodes;
using LeadRelay.Configuration;

namespace LeadRelay.CrmWriter;

/// <summary>The GraphQL documents sent to SalesRender's company API, and their variables. Absent inputs are left out, never null.</summary>
public static class Documents
{
    public const string AddOrder = "mutation($input: AddOrderInput!) { orderMutation { addOrder(input: $input) { id } } }";

    public const string UpdateOrder = "mutation($input: UpdateOrderInput!) { orderMutation { updateOrder(input: $input) { id status { id name } } } }";

    public const string FindOrder = "query($filters: OrderSearchFilter) { ordersFetcher(filters: $filters) { orders { id status { id name group } statusChangedAt lead { reward { amount currency } } } } }";

    public const string NewestOrders = "query($pagination: Pagination, $sort: OrderSort) { ordersFetcher(pagination: $pagination, sort: $sort) { orders { id createdAt lead { externalId } data { stringFields { value } } } } }";

    /// <summary>Variables of <see cref="NewestOrders"/>.</summary>
    /// <param name="page">From 1.</param>
    public static JsonObject ForNewestOrders(int page) => new()
    {
        ["pagination"] = new JsonObject { ["pageNumber"] = page, ["pageSize"] = LookUp.PageSize },
        ["sort"] = new JsonObject { ["field"] = "createdAt", ["direction"] = "DESC" },
    };

    /// <summary>Variables of <see cref="FindOrder"/>.</summary>
    public static JsonObject ForFindOrder(string orderId) =>
        new() { ["filters"] = new JsonObject { ["include"] = new JsonObject { ["ids"] = new JsonArray(orderId) } } };

    /// <summary>Variables of <see cref="AddOrder"/>: the lead's fields where the campaign's mapping puts them.</summary>
    public static JsonObject ForAddOrder(Guid leadId, Lead lead, Campaign campaign)
    {
        var (orderData, source) = (new JsonObject(), new JsonObject());
        foreach (var (field, target) in campaign.FieldMapping)
        {
            var (kind, name) = target.Split('.', 2) is [var first, var rest] ? (first, rest) : (target, "");
            if (Value(leadId, lead, field, kind) is not { } value)
                continue;
            if (kind is "source")
                source[name] = value;
            else
                Entries(orderData, kind).Add(new JsonObject { ["field"] = name, ["value"] = value });
        }
        var input = new JsonObject { ["statusId"] = campaign.InitialStatusId, ["projectId"] = campaign.ProjectId };
        if (orderData.Count > 0) input["orderData"] = orderData;
        if ((lead.Cart is { Count: > 0 } ? lead.Cart : campaign.Cart) is { Count: > 0 } cart) input["cart"] = Cart(cart);
        if (source.Count > 0) input["source"] = source;
        if (campaign is { WebmasterId: { } webmaster, OfferId: { } offer })
            input["lead"] = new JsonObject { ["webmasterId"] = webmaster, ["offerId"] = offer };
        return new JsonObject { ["input"] = input };
    }

    /// <summary>Variables of <see cref="UpdateOrder"/>.</summary>
    public static JsonObject ForUpdateOrder(string orderId, string statusId) =>
        new() { ["input"] = new JsonObject { ["id"] = orderId, ["statusId"] = statusId } };

    private static JsonObject Cart(IReadOnlyList<CartItem> cart) => new()
    {
        ["items"] = new JsonArray([.. cart.Select(item => new JsonObject
        {
            ["itemId"] = item.ItemId, ["variation"] = item.Variation, ["quantity"] = item.Quantity, ["price"] = MinorUnits(item.Price),
        })]),
    };

    /// <summary>SalesRender counts money in hundredths, whatever the currency: its own documents know no other exponent.</summary>
    private static int MinorUnits(decimal price) => (int)Math.Round(price * 100, MidpointRounding.AwayFromZero);

    private static JsonArray Entries(JsonObject orderData, string kind)
    {
        if (orderData[kind] is not JsonArray entries)
            orderData[kind] = entries = [];
        return entries;
    }

    private static JsonNode? Value(Guid leadId, Lead lead, string field, string kind) => kind switch
    {
        "humanNameFields" => field is "name"
            ? Object(("firstName", Text(lead, "first_name")), ("lastName", Text(lead, "last_name")))
            : Object(("firstName", Text(lead, field))),
        "addressFields" => field is "address"
            ? Object(("postcode", Text(lead, "postcode")), ("region", Text(lead, "region")), ("city", Text(lead, "city")), ("address_1", Text(lead, "address")))
            : Object(("address_1", Text(lead, field))),
        _ => field switch
        {
            "lead_id" => leadId.ToString(),
            "name" => string.Join(' ', new[] { Text(lead, "first_name"), Text(lead, "last_name") }.OfType<string>()) is { Length: > 0 } name ? name : null,
            _ => Text(lead, field),
        },
    };

    private static string? Text(Lead lead, string field) => field.StartsWith("param.", StringComparison.Ordinal)
        ? lead.Params.GetValueOrDefault(field["param.".Length..])
        : lead.Fields.GetValueOrDefault(field);

    private static JsonObject? Object(params (string Name, string? Value)[] members)
    {
        var given = members.Where(m => m.Value is not null).ToArray();
        return given.Length is 0 ? null : new JsonObject(given.Select(m => KeyValuePair.Create(m.Name, (JsonNode?)m.Value)));
    }
}
