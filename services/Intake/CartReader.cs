using System.Globalization;

namespace LeadRelay.Intake;

/// <summary>
/// Reads the goods of a lead: a list <c>cart</c> or <c>cart.items</c>, or one item in flat fields. A list is meant as a
/// cart and must be one; flat <c>product_id</c> and <c>price</c> mean many things, so what does not fit stays a parameter, with a
/// warning, unless the price is one that nobody can mean.
/// </summary>
public static class CartReader
{
    /// <summary>Nobody's price, and little enough to be counted in cents by SalesRender's Int.</summary>
    private const decimal HighestPrice = 10_000_000;

    private const int MostOfOne = 10_000;

    private static readonly string[] ItemNames = ["id", "item", "item_id", "itemid", "product_id", "goods_id"];
    private static readonly string[] FlatItemNames = ["product_id", "goods_id", "item_id"];
    private static readonly string[] VariationNames = ["variation", "variation_id"];
    private static readonly string[] QuantityNames = ["quantity", "count", "qty", "product_count"];
    private static readonly string[] PriceNames = ["price"];

    /// <summary>The items, none if there is no cart, or why it cannot be one.</summary>
    /// <param name="used">Gets the names of what was read as a list.</param>
    public static IReadOnlyList<CartItem> Read(IReadOnlyDictionary<string, string> given, ISet<string> used, List<string> warnings, out Refusal? refusal)
    {
        refusal = null;
        var items = new List<CartItem>();
        foreach (var prefix in Prefixes(given))
        {
            if (Item(given, prefix, ItemNames, out var fault) is not { } item)
            {
                refusal = new Refusal(422, "invalid_cart", $"{prefix.TrimEnd('.')}: {fault}", "cart");
                return [];
            }
            items.Add(item);
            used.UnionWith(given.Keys.Where(name => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)));
        }
        if (items.Count > 0)
            return items;
        foreach (var wrapper in FieldAliases.Wrappers)
        {
            if (First(given, wrapper, FlatItemNames) is null || First(given, wrapper, PriceNames) is not { } price)
                continue;
            if (Item(given, wrapper, FlatItemNames, out var fault) is { } item)
                return [item];
            if (Number(price) is < 0 or > HighestPrice)
                refusal = new Refusal(422, "invalid_cart", fault!, "cart");
            else
                warnings.Add($"The cart was left empty: {fault}");
            return [];
        }
        return [];
    }

    /// <summary>The beginnings of the names of each item, in the order of the list: <c>cart.items.0.</c>.</summary>
    private static List<string> Prefixes(IReadOnlyDictionary<string, string> given)
    {
        if (!given.Keys.Any(name => name.Contains("cart.", StringComparison.OrdinalIgnoreCase)))
            return [];
        foreach (var list in FieldAliases.Wrapped("cart.items.").Concat(FieldAliases.Wrapped("cart.")))
        {
            var numbers = given.Keys.Where(name => name.StartsWith(list, StringComparison.OrdinalIgnoreCase))
                .Select(name => name[list.Length..].Split('.', 2)[0])
                .Where(number => number.Length is > 0 and < 6 && number.All(char.IsAsciiDigit))
                .Distinct().OrderBy(number => number.Length).ThenBy(number => number, StringComparer.Ordinal).ToList();
            if (numbers.Count > 0)
                return numbers.ConvertAll(number => $"{list}{number}.");
        }
        return [];
    }

    private static CartItem? Item(IReadOnlyDictionary<string, string> given, string prefix, string[] itemNames, out string? fault)
    {
        var (id, variation, quantity, price) = (0, 0, 0, First(given, prefix, PriceNames));
        fault = !Whole(First(given, prefix, itemNames), null, 1, int.MaxValue, out id) ? "the item's id must be a whole number from 1."
            : !Whole(First(given, prefix, VariationNames), 1, 0, int.MaxValue, out variation) ? "the variation must be a whole number."
            : !Whole(First(given, prefix, QuantityNames), 1, 1, MostOfOne, out quantity) ? $"the quantity must be a whole number from 1 to {MostOfOne}."
            : price is null ? "the price is missing."
            : Number(price) is not (>= 0 and <= HighestPrice) ? $"the price must be a number from 0 to {HighestPrice}, in whole units of the currency: 49.90."
            : null;
        return fault is null ? new CartItem(id, variation, quantity, Number(price!)!.Value) : null;
    }

    /// <summary>With a point, or a comma before one or two digits: 1,000 may be a thousand, so it is no number here.</summary>
    private static decimal? Number(string text)
    {
        if (text.Split(',') is [var whole, { Length: 1 or 2 } hundredths] && !whole.Contains('.', StringComparison.Ordinal))
            text = $"{whole}.{hundredths}";
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static bool Whole(string? text, int? fallback, int least, int most, out int number)
    {
        number = fallback ?? 0;
        return text is null ? fallback is not null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most;
    }

    private static string? First(IReadOnlyDictionary<string, string> given, string prefix, string[] names) =>
        names.Select(name => given.GetValueOrDefault(prefix + name)).FirstOrDefault(value => value is { Length: > 0 });
}
