using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using LeadRelay.Configuration;

namespace LeadRelay.CrmWriter;

/// <summary>The rules of looking for the order of a lead in doubt.</summary>
public static partial class LookUp
{
    public const int PageSize = 100;

    /// <summary>Further back than that the newest orders are not searched.</summary>
    public const int MostPages = 20;

    /// <summary>Shares of the settle time at which a look is taken; with 10 minutes after 5 s, 30 s, 2, 5 and 10 min.</summary>
    private static readonly double[] Looks = [1 / 120d, 1 / 20d, 1 / 5d, 1 / 2d, 1];

    /// <summary>Clocks of two machines differ.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <summary>When the first look is due; null when an order of the campaign cannot be told by its lead's id.</summary>
    public static TimeSpan? First(Campaign campaign, Connection connection) =>
        connection.Token is not null && (connection.Api is not OrderApi.Crm
            || (campaign.FieldMapping.TryGetValue("lead_id", out var place) && place.StartsWith("stringFields.", StringComparison.Ordinal)))
            ? connection.LookUp.Settle * Looks[0] : null;

    /// <summary>How long until the next look; null when this was the last one.</summary>
    /// <param name="elapsed">Since the doubt.</param>
    public static TimeSpan? Next(TimeSpan elapsed, TimeSpan settle) =>
        Looks.Select(share => (TimeSpan?)(settle * share - elapsed)).FirstOrDefault(wait => wait > TimeSpan.Zero);

    /// <summary>
    /// What a page of the newest orders shows of a lead. The search ends with an empty page (how long a server makes its
    /// pages is its own affair) or with an order that is older than the lead; a time without an offset tells no age.
    /// </summary>
    /// <param name="submitted">When the lead came in.</param>
    public static CrmOutcome.Page Read(JsonElement root, Guid leadId, DateTimeOffset submitted)
    {
        if (root is not { ValueKind: JsonValueKind.Object } || !root.TryGetProperty("data", out var data) || !data.TryGetProperty("ordersFetcher", out var fetched)
            || !fetched.TryGetProperty("orders", out var orders) || orders.ValueKind is not JsonValueKind.Array)
            throw new JsonException("There is no data.ordersFetcher.orders.");
        var wanted = leadId.ToString();
        DateTimeOffset? before = null;
        foreach (var order in orders.EnumerateArray())
        {
            if (Texts(order).Any(text => string.Equals(text, wanted, StringComparison.OrdinalIgnoreCase)))
                return new CrmOutcome.Page(CrmOutcome.Id(order) ?? throw new JsonException("The order has no id."), IsLast: true);
            var createdAt = CreatedAt(order);
            if (createdAt > before)
                throw new JsonException("The orders do not come the newest first.");
            before = createdAt ?? before;
        }
        return new CrmOutcome.Page(null, IsLast: orders.GetArrayLength() is 0 || before < submitted - Skew);
    }

    private static DateTimeOffset? CreatedAt(JsonElement order) =>
        order.TryGetProperty("createdAt", out var at) && at.ValueKind is JsonValueKind.String && WithOffset().IsMatch(at.GetString()!)
        && DateTimeOffset.TryParse(at.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    /// <summary>Where our id can be: the lead's external id, or any text field.</summary>
    private static IEnumerable<string?> Texts(JsonElement order)
    {
        if (order.TryGetProperty("lead", out var lead) && lead.ValueKind is JsonValueKind.Object && lead.TryGetProperty("externalId", out var external))
            yield return external.ToString();
        if (order.TryGetProperty("data", out var data) && data.ValueKind is JsonValueKind.Object && data.TryGetProperty("stringFields", out var fields) && fields.ValueKind is JsonValueKind.Array)
        {
            foreach (var field in fields.EnumerateArray())
                yield return field.TryGetProperty("value", out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
        }
    }

    [GeneratedRegex(@"(Z|[+-]\d\d:?\d\d)\z")]
    private static partial Regex WithOffset();
}
