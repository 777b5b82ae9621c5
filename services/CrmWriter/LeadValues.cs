using System.Text.Json.Nodes;
using LeadRelay.Configuration;

namespace LeadRelay.CrmWriter;

/// <summary>What a campaign puts where in an order: its lead's fields, and its constants. What the lead does not have is left out.</summary>
internal static class LeadValues
{
    public static IEnumerable<(string Place, JsonNode Value)> Of(Guid leadId, Lead lead, Campaign campaign)
    {
        foreach (var (field, place) in campaign.FieldMapping)
        {
            if (Value(leadId, lead, field, Kind(place)) is { } value)
                yield return (place, value);
        }
        foreach (var (place, text) in campaign.Constants)
        {
            yield return (place, Kind(place) switch
            {
                PlaceKind.Name => new JsonObject { ["firstName"] = text },
                PlaceKind.Address => new JsonObject { ["address_1"] = text },
                _ => text,
            });
        }
    }

    private enum PlaceKind { Text, Name, Address }

    /// <summary>By the field's kind in the company's API, by the slot in the webmasters': <c>humanNameFields.CODE</c>, <c>data.humanName_1</c>.</summary>
    private static PlaceKind Kind(string place)
    {
        var kind = place.StartsWith("data.", StringComparison.Ordinal) ? place["data.".Length..] : place;
        return kind.StartsWith("humanName", StringComparison.Ordinal) ? PlaceKind.Name
            : kind.StartsWith("address", StringComparison.Ordinal) ? PlaceKind.Address
            : PlaceKind.Text;
    }

    private static JsonNode? Value(Guid leadId, Lead lead, string field, PlaceKind kind) => kind switch
    {
        PlaceKind.Name => field is "name"
            ? Object(("firstName", Text(lead, "first_name")), ("lastName", Text(lead, "last_name")))
            : Object(("firstName", Text(lead, field))),
        PlaceKind.Address => field is "address"
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
