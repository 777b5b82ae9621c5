using System.Globalization;
using System.Text.Json.Nodes;
using LeadRelay.Sandbox.GraphQl;

namespace LeadRelay.Sandbox;

/// <summary><c>ordersFetcher</c>: filters, sorting, pages.</summary>
public static class OrderSearch
{
    private const int LargestPage = 100;

    /// <exception cref="GraphQlException">There is no such page size, or no such field to sort by.</exception>
    public static JsonObject Run(IEnumerable<Order> orders, JsonObject arguments)
    {
        var number = arguments["pagination"]?["pageNumber"]?.GetValue<int>() ?? 1;
        var size = arguments["pagination"]?["pageSize"]?.GetValue<int>() ?? LargestPage;
        if (number < 1 || size is < 1 or > LargestPage)
            throw new GraphQlException($"Pages are counted from 1 and have 1 to {LargestPage} orders.", GraphQlError.VariablesCode);

        var filters = arguments["filters"];
        Order[] found = [.. Sort(orders.Where(order => Passes(order, filters)), arguments["sort"])];
        return new JsonObject
        {
            ["orders"] = new JsonArray([.. found.Skip((int)Math.Min((number - 1L) * size, int.MaxValue)).Take(size).Select(OrderShape.Full)]),
            ["pageInfo"] = new JsonObject
            {
                ["itemsCount"] = found.Length,
                ["pageSize"] = size,
                ["pageNumber"] = number,
                ["pagesCount"] = (found.Length + size - 1) / size,
            },
        };
    }

    private static bool Passes(Order order, JsonNode? filters) =>
        (Ids(filters, "include", "ids")?.Contains(order.Id) ?? true)
        && (Ids(filters, "include", "statusIds")?.Contains(order.Status.Id) ?? true)
        && !(Ids(filters, "exclude", "ids")?.Contains(order.Id) ?? false)
        && !(Ids(filters, "exclude", "statusIds")?.Contains(order.Status.Id) ?? false);

    /// <summary>A list of ids out of a filter; null if the filter has none.</summary>
    public static IEnumerable<string>? Ids(JsonNode? filters, string set, string name) =>
        filters?[set]?[name]?.AsArray().Select(id => id!.GetValue<string>());

    private static IEnumerable<Order> Sort(IEnumerable<Order> orders, JsonNode? sort)
    {
        if (sort is null)
            return orders;
        Func<Order, long> key = sort["field"]!.GetValue<string>() switch
        {
            "id" => order => long.Parse(order.Id, CultureInfo.InvariantCulture),
            "createdAt" => order => order.CreatedAt.Ticks,
            "updatedAt" => order => order.UpdatedAt.Ticks,
            "statusChangedAt" => order => order.StatusChangedAt.Ticks,
            var other => throw new GraphQlException($"Orders cannot be sorted by \"{other}\".", GraphQlError.VariablesCode),
        };
        return sort["direction"]!.GetValue<string>() is "DESC" ? orders.OrderByDescending(key) : orders.OrderBy(key);
    }
}
