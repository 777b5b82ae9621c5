using System.Text.Json.Nodes;
using LeadRelay.Configuration;

namespace LeadRelay.CrmWriter;

/// <summary>The GraphQL documents sent to SalesRender as they are confirmed, and what goes with them. Absent inputs are left out, never null.</summary>
public static class Documents
{
    public const string AddOrder = "mutation($input: AddOrderInput!) { orderMutation { addOrder(input: $input) { id } } }";

    public const string AddLead = "mutation($input: AddLeadInput!) { leadMutation { addLead(input: $input) { id } } }";

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

    /// <summary>Variables of <see cref="AddOrder"/>: the lead's fields and the campaign's constants, each in its place.</summary>
    public static JsonObject ForAddOrder(Guid leadId, Lead lead, Campaign campaign)
    {
        var (orderData, source) = (new JsonObject(), new JsonObject());
        foreach (var (place, value) in LeadValues.Of(leadId, lead, campaign))
        {
            if (place.Split('.', 2) is not [var kind, var name])
                continue;
            if (kind is "source")
                source[name] = value;
            else
                Entries(orderData, kind).Add(new JsonObject { ["field"] = name, ["value"] = value });
        }
        var input = new JsonObject { ["statusId"] = campaign.InitialStatusId, ["projectId"] = campaign.ProjectId };
        if (orderData.Count > 0) input["orderData"] = orderData;
        if (CartOf(lead, campaign) is { } cart) input["cart"] = cart;
        if (source.Count > 0) input["source"] = source;
        if (campaign is { WebmasterId: { } webmaster, OfferId: { } offer })
            input["lead"] = new JsonObject { ["webmasterId"] = webmaster, ["offerId"] = offer };
        return new JsonObject { ["input"] = input };
    }

    /// <summary>Variables of <see cref="AddLead"/>.</summary>
    public static JsonObject ForAddLead(Guid leadId, Lead lead, Campaign campaign)
    {
        var input = RestLead(leadId, lead, campaign);
        if (CartOf(lead, campaign) is { } cart) input["cart"] = cart;
        return new JsonObject { ["input"] = input };
    }

    /// <summary>The body for <c>/CPA/lead/add</c>, which is the input of <see cref="AddLead"/> without the goods. Our own id always travels along.</summary>
    public static JsonObject RestLead(Guid leadId, Lead lead, Campaign campaign)
    {
        var input = new JsonObject { ["offerId"] = campaign.OfferId, ["externalId"] = leadId.ToString() };
        foreach (var (place, value) in LeadValues.Of(leadId, lead, campaign))
        {
            if (place.Split('.', 2) is not [var part, var name])
                input[place] = value;
            else if (input[part] is JsonObject known)
                known[name] = value;
            else
                input[part] = new JsonObject { [name] = value };
        }
        return input;
    }

    /// <summary>Variables of <see cref="UpdateOrder"/>.</summary>
    public static JsonObject ForUpdateOrder(string orderId, string statusId) =>
        new() { ["input"] = new JsonObject { ["id"] = orderId, ["statusId"] = statusId } };

    private static JsonObject? CartOf(Lead lead, Campaign campaign) => (lead.Cart is { Count: > 0 } ? lead.Cart : campaign.Cart) is not { Count: > 0 } cart ? null : new()
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
}
