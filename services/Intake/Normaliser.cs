namespace LeadRelay.Intake;

/// <summary>Turns the fields of a body into a lead.</summary>
public static class Normaliser
{
    /// <summary>SalesRender's, and most trackers', room for a sub id.</summary>
    private const int LongestSubId = 255;

    private const int Longest = 4_000;

    /// <summary>What came of it: the lead, with what is odd about it, or why it cannot be one.</summary>
    public sealed record Result(Lead Lead, IReadOnlyList<string> Warnings, Refusal? Refusal)
    {
        /// <summary>The partner only tries: nothing may be created.</summary>
        public bool IsTest { get; init; }
    }

    /// <param name="country">The campaign's; counts where the lead names none.</param>
    /// <param name="required">Fields without which there is no lead; <c>phone</c> always is one.</param>
    /// <param name="aliases">The campaign's; those of every campaign if left out.</param>
    public static Result Normalise(IReadOnlyDictionary<string, string> given, string? country, IReadOnlySet<string> required, FieldAliases? aliases = null)
    {
        aliases ??= FieldAliases.Default;
        var (fields, used, warnings) = (new Dictionary<string, string>(), new HashSet<string>(StringComparer.OrdinalIgnoreCase), new List<string>());
        foreach (var (field, all) in aliases.Of(given))
        {
            if (field is not "test" && Find(field, all, used, warnings) is { } value)
                fields[field] = value;
        }
        if (!fields.ContainsKey("click_id") && aliases.Names["click_id"].Select(given.GetValueOrDefault).FirstOrDefault(LiteralMacro.Is) is { } macro)
            fields["click_id_macro"] = Cleaning.Cut(macro, 100); // so that whoever asks why no postback came is told
        SplitName(fields);
        if (Country(fields.GetValueOrDefault("country"), country, warnings) is { } known)
            fields["country"] = known;
        else
            fields.Remove("country");
        var refusal = ReadPhone(fields, warnings);
        var cart = CartReader.Read(given, used, warnings, out var badCart);
        var isTest = IsTest(given, aliases, used);
        var parameters = Parameters(given, used, warnings);
        refusal ??= badCart;
        refusal ??= required.Prepend("phone").FirstOrDefault(field => !Has(fields, parameters, field)) is { } missing
            ? new Refusal(422, "missing_field", $"The field {missing} is missing or empty.{Accepted(missing, aliases)}", missing)
            : null;
        return new Result(new Lead(fields, parameters, cart), warnings, refusal) { IsTest = isTest };
    }

    private static string? Find(string field, IReadOnlyList<(string Name, string Value)> all, HashSet<string> used, List<string> warnings)
    {
        string? found = null;
        foreach (var (name, given) in all)
        {
            used.Add(name);
            var value = Cleaning.Clean(given);
            if (value is "" || found is not null || (field is "external_lead_id" && value is "auto")) // AlterCPA's word for none
                continue;
            if (LiteralMacro.Is(value))
                warnings.Add($"{name} is the macro {Cleaning.Cut(value, 100)} itself: nothing filled it in, so it counts as missing."
                    + (field is "click_id" ? " Without a click id no postback can be sent: check the macro in the traffic link." : ""));
            else
                found = Fit(field, name, value, warnings);
        }
        return found;
    }

    private static string Fit(string field, string name, string value, List<string> warnings)
    {
        var fitting = Cut(name, value, field.StartsWith("sub", StringComparison.Ordinal) ? LongestSubId : Longest, warnings);
        return field is "name" or "first_name" or "last_name" ? Cleaning.Collapse(fitting) : fitting;
    }

    private static string Cut(string name, string value, int longest, List<string> warnings)
    {
        if (value.Length > longest)
            warnings.Add($"{Cleaning.Cut(name, 100)} has {value.Length} characters; it was cut to {longest}.");
        return Cleaning.Cut(value, longest);
    }

    private static void SplitName(Dictionary<string, string> fields)
    {
        if (!fields.Remove("name", out var name) || fields.ContainsKey("first_name"))
            return;
        // A part of a name can look like a macro where the whole does not.
        var words = name.Split(' ', 2).Where(word => !LiteralMacro.Is(word)).ToArray();
        if (words.Length > 0)
            fields["first_name"] = words[0];
        if (words.Length > 1)
            fields.TryAdd("last_name", words[1]);
    }

    private static string? Country(string? given, string? campaigns, List<string> warnings)
    {
        if (given is null)
            return campaigns;
        if (Countries.Alpha2(given) is { } country)
            return country;
        warnings.Add($"{Cleaning.Cut(given, 100)} is not an ISO 3166 country; {campaigns ?? "none"} is assumed.");
        return campaigns;
    }

    private static Refusal? ReadPhone(Dictionary<string, string> fields, List<string> warnings)
    {
        fields.Remove("phone_prefix", out var prefix);
        if (!fields.Remove("phone", out var raw))
            return null;
        fields["phone_raw"] = raw;
        if (prefix is not null && !CallingCodes.IsOne(Phone.DigitsOf(prefix)))
        {
            warnings.Add($"{Cleaning.Cut(prefix, 100)} is not a calling code, so it was not put before the phone number.");
            prefix = null;
        }
        if (Phone.Normalise(raw, fields.GetValueOrDefault("country"), out var fault, prefix) is not { } number)
            return new Refusal(422, "invalid_phone", fault!, "phone");
        if (raw.TrimStart().StartsWith('+') && !Phone.DigitsOf(raw).TrimStart('0').StartsWith(number[1..3], StringComparison.Ordinal))
            warnings.Add($"The phone number {Cleaning.Cut(raw, 100)} begins with no country's calling code, so it was read as one of the country: {number}.");
        fields["phone"] = number;
        return null;
    }

    /// <summary>Any of the ways to say so will do: an order made by mistake costs more than one not made.</summary>
    private static bool IsTest(IReadOnlyDictionary<string, string> given, FieldAliases aliases, HashSet<string> used)
    {
        var isTest = false;
        foreach (var name in aliases.Names["test"])
        {
            var word = given.GetValueOrDefault(name)?.Trim().ToLowerInvariant();
            var says = word is "1" or "true" or "yes" or "on" or "test";
            if (says || word is "0" or "false" or "no" or "off")
                used.Add(name);
            isTest |= says;
        }
        return isTest;
    }

    /// <summary>What has no place of its own, by its name, without the object it may have stood in.</summary>
    private static Dictionary<string, string> Parameters(IReadOnlyDictionary<string, string> given, HashSet<string> used, List<string> warnings)
    {
        var parameters = new Dictionary<string, string>();
        foreach (var (path, value) in given.Where(g => !used.Contains(g.Key)).OrderBy(g => g.Key.Contains('.', StringComparison.Ordinal)))
        {
            var wrapper = FieldAliases.Wrappers.Where(w => path.Length > w.Length && path.StartsWith(w, StringComparison.OrdinalIgnoreCase)).MaxBy(w => w.Length)!;
            var name = parameters.ContainsKey(path[wrapper.Length..]) ? path : path[wrapper.Length..];
            if (Cut(name, Cleaning.Clean(value), Longest, warnings) is { Length: > 0 } kept)
                parameters[name] = kept;
        }
        return parameters;
    }

    private static bool Has(Dictionary<string, string> fields, Dictionary<string, string> parameters, string field) => field switch
    {
        "lead_id" => true, // the relay makes it
        "name" => fields.ContainsKey("first_name") || fields.ContainsKey("last_name"),
        ['p', 'a', 'r', 'a', 'm', '.', .. var name] => parameters.ContainsKey(name),
        _ => fields.ContainsKey(field),
    };

    private static string Accepted(string field, FieldAliases aliases) =>
        aliases.Table.TryGetValue(field, out var names) && names.Count > 1 ? $" It may also be called {string.Join(", ", names.Where(n => n != field).Take(4))}." : "";
}
