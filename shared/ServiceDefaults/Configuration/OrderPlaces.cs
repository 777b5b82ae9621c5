using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>The places in an order that a campaign can fill, which each API has its own of.</summary>
internal static partial class OrderPlaces
{
    private static readonly string[] SourceNames = ["uri", "refererUri", "ip", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"];

    /// <summary>Below <c>source</c>: the company's API has ten sub ids, the REST one two, the GraphQL one for webmasters none.</summary>
    private static readonly Dictionary<OrderApi, string[]> Sources = new()
    {
        [OrderApi.Crm] = [.. SourceNames, .. Numbered("subid", 10)],
        [OrderApi.Cpa] = SourceNames,
        [OrderApi.CpaRest] = [.. SourceNames, .. Numbered("subid", 2)],
    };

    /// <summary>Below <c>data</c>: a webmaster does not know the company's fields, so the slots are fixed.</summary>
    private static readonly string[] Slots =
    [
        .. Numbered("phone", 2), .. Numbered("humanName", 2), .. Numbered("address", 2), .. Numbered("email", 2), .. Numbered("uri", 2), .. Numbered("string", 10), "comment",
    ];

    private static readonly Dictionary<string, string> CrmDefaults = new()
    {
        [LeadFields.Phone] = "phoneFields.phone", ["name"] = "humanNameFields.name", ["ip"] = "source.ip", ["referrer"] = "source.refererUri",
    };

    private static readonly Dictionary<string, string> CpaDefaults = new()
    {
        [LeadFields.Phone] = "data.phone_1", ["name"] = "data.humanName_1", ["ip"] = "source.ip", ["referrer"] = "source.refererUri", [LeadFields.ClickId] = "data.string_1",
    };

    /// <summary>Where fields go that a file does not map.</summary>
    public static IReadOnlyDictionary<string, string> Defaults(OrderApi api) => api is OrderApi.Crm ? CrmDefaults : CpaDefaults;

    /// <summary>Whether the webhook can return what stands there, which is the click id's need.</summary>
    public static bool IsString(OrderApi api, string place) =>
        place.StartsWith(api is OrderApi.Crm ? "stringFields." : "data.string_", StringComparison.Ordinal);

    /// <summary>Why a text is no place, as a sentence; null when it is one.</summary>
    public static string? FaultOf(OrderApi api, string text)
    {
        var (part, name) = text.Split('.', 2) is [var first, var rest] ? (first, rest) : (text, "");
        return (api, part) switch
        {
            (_, "source") when name is not "" => Unless(Sources[api], name, "An order's source"),
            (OrderApi.Crm, _) => CrmForm().IsMatch(text)
                ? null
                : "It should be phoneFields.CODE, stringFields.CODE, emailFields.CODE, humanNameFields.CODE, addressFields.CODE or source.NAME.",
            (_, "data") when name is not "" => Unless(Slots, name, "A lead's data"),
            (_, "externalTag") when name is "" => null,
            (OrderApi.CpaRest, "timezoneOffset") when name is "" => null,
            _ => $"It should be data.SLOT (as data.string_1), source.NAME{(api is OrderApi.Cpa ? "" : ", timezoneOffset")} or externalTag, as its connection's api has them.",
        };
    }

    private static string? Unless(string[] names, string name, string whose) =>
        names.Contains(name) ? null : $"{whose} has no {name}.{Nearest.Hint(name, names)}";

    private static IEnumerable<string> Numbered(string name, int count) => Enumerable.Range(1, count).Select(i => $"{name}_{i}");

    [GeneratedRegex(@"^(phone|string|email|humanName|address)Fields\.[^\s.]{1,128}\z")]
    private static partial Regex CrmForm();
}
