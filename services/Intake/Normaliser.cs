namespace LeadRelay.Intake;

/// <summary>Turns the fields of a body into a lead.</summary>
public static class Normaliser
{
    /// <summary>What came of it: the lead, with what is odd about it, or why it cannot be one.</summary>
    public sealed record Result(Lead Lead, IReadOnlyList<string> Warnings, Refusal? Refusal);

    /// <param name="country">The campaign's; counts where the lead names none.</param>
    /// <param name="required">Fields without which there is no lead; <c>phone</c> always is one.</param>
    public static Result Normalise(IReadOnlyDictionary<string, string> given, string? country, IReadOnlySet<string> required)
    {
        var (fields, used, warnings) = (new Dictionary<string, string>(), new HashSet<string>(StringComparer.OrdinalIgnoreCase), new List<string>());
        foreach (var (field, aliases) in FieldAliases.Table)
        {
            if (Find(given, field, aliases, used, warnings) is { } value)
                fields[field] = value;
        }
        SplitName(fields);
        Refusal? refusal = null;
        fields["country"] = Country(fields.GetValueOrDefault("country"), country, warnings) ?? "";
        if (fields.Remove("phone", out var phone))
        {
            fields["phone_raw"] = phone;
            fields.Remove("phone_prefix", out var prefix);
            if (Phone.Normalise(prefix is null ? phone : $"+{prefix.TrimStart('+', '0')}{phone.TrimStart('0')}", fields["country"], out var fault) is { } number)
                fields["phone"] = number;
            else
                refusal = new Refusal(422, "invalid_phone", fault!, "phone");
        }
        if (fields["country"] is "")
            fields.Remove("country");
        refusal ??= required.Prepend("phone").FirstOrDefault(field => !Has(fields, given, field)) is { } missing
            ? new Refusal(422, "missing_field", $"The field {missing} is missing or empty.{Accepted(missing)}", missing)
            : null;
        var parameters = given.Where(g => g.Value is not "" && !used.Contains(g.Key) && g.Key is not "test").ToDictionary(g => g.Key, g => g.Value);
        return new Result(new Lead(fields, parameters), warnings, refusal);
    }

    private static string? Find(IReadOnlyDictionary<string, string> given, string field, IReadOnlyList<string> aliases, HashSet<string> used, List<string> warnings)
    {
        string? found = null;
        foreach (var name in aliases.SelectMany(alias => FieldAliases.Wrappers.Select(wrapper => wrapper + alias)))
        {
            if (!given.TryGetValue(name, out var value) || !used.Add(name) || value is "" || found is not null)
                continue;
            if (LiteralMacro.Is(value))
                warnings.Add($"{name} is the macro {value} itself: nothing filled it in, so it counts as missing."
                    + (field is "click_id" ? " Without a click id no postback can be sent: check the macro in the traffic link." : ""));
            else
                found = value;
        }
        return found;
    }

    private static void SplitName(Dictionary<string, string> fields)
    {
        if (!fields.Remove("name", out var name) || fields.ContainsKey("first_name"))
            return;
        var words = name.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length > 0)
            fields["first_name"] = words[0];
        if (words.Length > 1)
            fields.TryAdd("last_name", words[1]);
    }

    private static string? Country(string? given, string? campaigns, List<string> warnings)
    {
        var country = given?.Trim().ToUpperInvariant();
        if (country is null || CallingCodes.ByCountry.ContainsKey(country))
            return country ?? campaigns;
        warnings.Add($"{given} is not an ISO 3166 alpha-2 country; {(campaigns is null ? "none" : campaigns)} is assumed.");
        return campaigns;
    }

    private static bool Has(Dictionary<string, string> fields, IReadOnlyDictionary<string, string> given, string field) => field switch
    {
        "lead_id" => true, // the relay makes it
        "name" => fields.ContainsKey("first_name") || fields.ContainsKey("last_name"),
        ['p', 'a', 'r', 'a', 'm', '.', .. var name] => given.TryGetValue(name, out var value) && value is not "",
        _ => fields.ContainsKey(field),
    };

    private static string Accepted(string field) =>
        FieldAliases.Table.TryGetValue(field, out var aliases) && aliases.Count > 1 ? $" It may also be called {string.Join(", ", aliases.Skip(1).Take(4))}." : "";
}
