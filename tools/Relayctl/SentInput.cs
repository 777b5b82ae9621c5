using LeadRelay.Configuration;

namespace LeadRelay.Relayctl;

/// <summary>What the relay can send as one input of SalesRender's.</summary>
/// <param name="Api">Where it is sent: <c>CRM</c>, the company's address, or <c>CPA</c>, the webmasters'. Each has a schema of its own.</param>
/// <param name="Type">Its type, as <c>AddOrderInput</c>.</param>
public sealed record SentInput(string Api, string Type, IReadOnlyList<SentPath> Paths)
{
    /// <summary>The relay's own writing of a status.</summary>
    public static SentInput UpdateOrder { get; } = new("CRM", "UpdateOrderInput", [new("id", "the order"), new("statusId", "status_map")]);

    /// <summary>A new order through the company's API.</summary>
    public static SentInput AddOrder(Campaign campaign) => new("CRM", "AddOrderInput",
    [
        new("statusId", "initial_status_id"),
        new("projectId", "project_id"),
        .. campaign.FieldMapping.SelectMany(mapped => OfOrderField(mapped.Key, mapped.Value)),
        .. campaign.Constants.Keys.SelectMany(place => OfOrderField("", place, $"constants.{place}")),
        // A lead can bring its own goods, so they are sent also where the campaign names none.
        .. from name in (string[])["itemId", "variation", "quantity", "price"] select new SentPath($"cart.items[].{name}", "cart"),
        .. campaign is { OfferId: not null, WebmasterId: not null }
            ? [new SentPath("lead.webmasterId", "webmaster_id"), new SentPath("lead.offerId", "offer_id")]
            : Array.Empty<SentPath>(),
    ]);

    /// <summary>A new lead through the webmasters' API, whose slots are the same for every company.</summary>
    public static SentInput AddLead(Campaign campaign) => new("CPA", "AddLeadInput",
    [
        new("offerId", "offer_id"),
        new("externalId", "the lead's id"),
        .. campaign.FieldMapping.SelectMany(mapped => OfSlot(mapped.Key, mapped.Value)),
        .. campaign.Constants.Keys.SelectMany(place => OfSlot("", place, $"constants.{place}")),
        .. from name in (string[])["itemId", "variation", "quantity", "price"] select new SentPath($"cart.items[].{name}", "cart"),
    ]);

    private static IEnumerable<SentPath> OfOrderField(string field, string target, string? constant = null)
    {
        var from = constant ?? $"field_mapping.{field}";
        var (kind, _) = Split(target);
        if (kind is "source")
            return [new SentPath(target, from)];
        var entry = $"orderData.{kind}[]";
        return [new($"{entry}.field", from), .. Values($"{entry}.value", kind, field).Select(path => new SentPath(path, from))];
    }

    private static IEnumerable<SentPath> OfSlot(string field, string path, string? constant = null)
    {
        var (parent, slot) = Split(path);
        var kind = parent is "data" && slot.StartsWith("humanName_", StringComparison.Ordinal) ? "humanNameFields"
            : parent is "data" && slot.StartsWith("address_", StringComparison.Ordinal) ? "addressFields"
            : "";
        return Values(path, kind, field).Select(value => new SentPath(value, constant ?? $"field_mapping.{field}"));
    }

    /// <summary>A name and an address have parts; a field that is only one of them fills the first.</summary>
    private static IEnumerable<string> Values(string path, string kind, string field) => (kind, field) switch
    {
        ("humanNameFields", "name") => [$"{path}.firstName", $"{path}.lastName"],
        ("humanNameFields", _) => [$"{path}.firstName"],
        ("addressFields", "address") => [$"{path}.postcode", $"{path}.region", $"{path}.city", $"{path}.address_1"],
        ("addressFields", _) => [$"{path}.address_1"],
        _ => [path],
    };

    private static (string Kind, string Name) Split(string target) => target.Split('.', 2) is [var kind, var name] ? (kind, name) : (target, "");
}

/// <summary>A value that the relay can send.</summary>
/// <param name="Path">From the input down, with <c>[]</c> behind what is a list.</param>
/// <param name="From">What of the campaign it is sent for.</param>
public sealed record SentPath(string Path, string From);
