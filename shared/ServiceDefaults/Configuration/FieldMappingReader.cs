namespace LeadRelay.Configuration;

/// <summary>Reads a campaign's <c>field_mapping</c> and <c>constants</c>: what goes where in an order. Without an API to read them for, places are taken as they are.</summary>
internal static class FieldMappingReader
{
    public static IReadOnlyDictionary<string, string> Default(OrderApi? api) => api is null ? new Dictionary<string, string>() : OrderPlaces.Defaults(api.Value);

    public static IReadOnlyDictionary<string, string> Read(Node node, OrderApi? api) => node.Object(section =>
    {
        var mapping = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (field, value) in section.Entries())
        {
            if (LeadFields.FaultOf(field) is { } why)
                value.Fail<object>(why);
            var place = ReadPlace(value, api);
            if (place is not null && mapping.FirstOrDefault(m => m.Value == place).Key is { } other)
                value.Fail<object>($"{other} goes there already; two fields cannot share one place, so give each its own.");
            mapping[field] = place!;
        }
        if (api is not null)
            Complete(section, mapping, api.Value);
        return mapping;
    });

    /// <param name="mapping">Null when that has faults.</param>
    public static IReadOnlyDictionary<string, string> ReadConstants(Node node, OrderApi? api, IReadOnlyDictionary<string, string>? mapping) => node.Object(section =>
    {
        var constants = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (place, value) in section.Entries())
        {
            if (api is not null && OrderPlaces.FaultOf(api.Value, place) is { } why)
                section.Fail(place, why);
            else if (mapping?.FirstOrDefault(m => m.Value == place).Key is { } field)
                section.Fail(place, $"The lead's {field} goes there; a place has a constant or a field, so give one of them another place.");
            constants[place] = value.Text();
        }
        return constants;
    });

    private static void Complete(Section section, OrderedDictionary<string, string> mapping, OrderApi api)
    {
        var defaults = OrderPlaces.Defaults(api);
        CheckClickId(section, mapping, api);
        foreach (var (field, place) in defaults.Where(d => !mapping.ContainsKey(d.Key)))
        {
            if (mapping.FirstOrDefault(m => m.Value == place).Key is { } other)
                section.Fail(other, $"{field} goes to {place} unless it is mapped; say where {field} should go.");
            mapping[field] = place;
        }
    }

    private static string ReadPlace(Node node, OrderApi? api) =>
        node.Text() is not { } place ? null!
        : api is not null && OrderPlaces.FaultOf(api.Value, place) is { } why ? node.Fail<string>(why)
        : place;

    /// <summary>Without the click id no postback can be sent, and SalesRender's webhook shows String fields only.</summary>
    private static void CheckClickId(Section section, OrderedDictionary<string, string> mapping, OrderApi api)
    {
        if (mapping.TryGetValue(LeadFields.ClickId, out var place) ? place is null || OrderPlaces.IsString(api, place) : api is not OrderApi.Crm)
            return;
        section.Fail(LeadFields.ClickId, $"It must go to a String field ({(api is OrderApi.Crm ? "stringFields.CODE" : "data.string_1 to data.string_10")}): the webhook can return the click id from such a field only, and no postback can be sent without it.");
    }
}
