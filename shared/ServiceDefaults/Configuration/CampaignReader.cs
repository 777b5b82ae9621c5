using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>Reads <c>campaigns/ALIAS.json</c>.</summary>
internal static partial class CampaignReader
{
    /// <summary>Not campaigns but addresses of Intake's: <c>/leads/query</c>, <c>/leads/status</c>.</summary>
    private static readonly string[] Reserved = ["query", "status"];

    private static readonly string[] NeededForCrm = ["project_id", "initial_status_id", "field_mapping"];

    public static Campaign Read(string name, Section section, Surroundings around)
    {
        CheckAlias(name, section);
        var connection = section.Required("connection", n => around.ReadName(n, "connections"));
        // Where the connection does not say which API it is, an offer without a project looks like a webmaster's: then nothing that hangs on the API is checked.
        OrderApi? api = connection is not null && around.Apis.TryGetValue(connection, out var known) ? known
            : section.Has("offer_id") && !section.Has("project_id") ? null
            : OrderApi.Crm;
        var mapping = section.Optional("field_mapping", n => FieldMappingReader.Read(n, api), FieldMappingReader.Default(api));
        var campaign = new Campaign(
            name,
            connection!,
            section.Required("partners", n => n.List(p => around.ReadName(p, "partners"), 1).ToHashSet(StringComparer.Ordinal)),
            section.Optional("token", n => n.Secret(around.Folder), null),
            section.Optional("project_id", n => n.Id(), null),
            section.Optional("initial_status_id", n => n.Id(), null),
            section.Optional("offer_id", n => n.Id(), null),
            section.Optional("webmaster_id", n => n.Id(), null),
            mapping,
            section.Optional("required", n => n.List(ReadField, 0).Append(LeadFields.Phone), [LeadFields.Phone]).ToHashSet(StringComparer.Ordinal),
            section.Optional("country", ReadCountry, null),
            ReadStatusMap(section),
            section.Optional("payout", n => n.Object(ReadPayout), null),
            section.Optional("postbacks", n => PostbackReader.Read(n, around), PostbackReader.None),
            section.Optional("foreign_orders", n => n.Flag(), false),
            section.Optional("wait_seconds", n => n.Seconds(0, 30), TimeSpan.FromSeconds(5)))
        {
            Constants = section.Optional("constants", n => FieldMappingReader.ReadConstants(n, api, mapping), new Dictionary<string, string>()),
            FieldAliases = section.Optional("field_aliases", ReadAliases, new Dictionary<string, IReadOnlyList<string>>()),
            ClickIdFields = section.Optional("click_id_fields", ReadNames, []),
            DuplicateWindow = section.Optional("duplicate_window", n => n.Object(ReadDuplicateWindow), null),
            Cart = section.Optional("cart", n => n.List(item => item.Object(ReadItem), 1, 50), []),
        };
        if (campaign.ClickIdFields.Count > 0 && campaign.FieldAliases?.ContainsKey(LeadFields.ClickId) is true)
            section.Fail("field_aliases.click_id", "It stands beside click_id_fields, which alone decides; keep one of the two.");
        if (api is OrderApi.Crm)
            CheckForCrm(section);
        else if (api is not null)
            CheckForCpa(section, api is OrderApi.CpaRest);
        return campaign;
    }

    private static void CheckForCrm(Section section)
    {
        foreach (var key in NeededForCrm.Where(k => !section.Has(k)))
            section.Fail(key, "It is missing, and there is no default.");
        if (section.Has("offer_id") != section.Has("webmaster_id"))
            section.Fail(section.Has("offer_id") ? "webmaster_id" : "offer_id", "It is missing: offer_id and webmaster_id go together, give both or neither.");
    }

    private static void CheckForCpa(Section section, bool isRest)
    {
        if (!section.Has("offer_id"))
            section.Fail("offer_id", "It is missing: its connection's api takes leads for an offer.");
        if (section.Has("project_id"))
            section.Fail("project_id", "Nothing uses it: with its connection's api the offer decides the project; leave it out.");
        if (isRest && section.Has("cart"))
            section.Fail("cart", "Its connection's api, cpa_rest, takes no goods; leave it out, or make the connection's api cpa.");
    }

    private static void CheckAlias(string name, Section section)
    {
        if (Reserved.Contains(name))
            section.Fail("", $"A campaign cannot be called {name}, which is an address of the API; rename the file.");
        section.Optional("alias", n => n.Text() is { } alias && alias != name ? n.Fail<string>($"It should be the file's name, {name}; rename the file, or leave the key out.") : name, name);
    }

    private static StatusMap ReadStatusMap(Section section)
    {
        if (!section.Has("params_json"))
            return section.Required("status_map", StatusMapReader.Read, "It is missing: without it no status change can be told to anyone.");
        if (section.Has("status_map"))
            section.Fail("params_json", "It stands beside status_map; keep one of the two, status_map for choice.");
        var map = section.Optional("params_json", StatusMapReader.ReadParams, null!);
        return section.Optional("status_map", StatusMapReader.Read, map);
    }

    private static string ReadField(Node node) =>
        node.Text() is not { } field ? null!
        : LeadFields.FaultOf(field) is { } why ? node.Fail<string>(why)
        : field;

    private static IReadOnlyDictionary<string, IReadOnlyList<string>> ReadAliases(Node node) => node.Object(section =>
    {
        var aliases = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (field, names) in section.Entries())
        {
            if (LeadFields.FaultOfAliased(field) is { } why)
                names.Fail<object>(why);
            aliases[field] = ReadNames(names);
        }
        return aliases;
    });

    private static IReadOnlyList<string> ReadNames(Node node) => node.List(n => n.Text(NameForm(), "a parameter's name: up to 128 characters without spaces"), 1, 50);

    private static CartItem ReadItem(Section section) => new(
        section.Required("item_id", n => n.Whole(1, int.MaxValue)),
        section.Optional("variation", n => n.Whole(0, int.MaxValue), 1),
        section.Optional("quantity", n => n.Whole(1, 10_000), 1),
        section.Required("price", n => n.Number(0, 10_000_000)));

    private static string? ReadCountry(Node node) =>
        node.Text(CountryForm(), "a country's two letters (ISO 3166 alpha-2), as DE")?.ToUpperInvariant() is not { } country ? null
        : country is "UK" ? node.Fail<string>("It should be GB, which is the United Kingdom's code.")
        : country;

    private static DuplicateWindow ReadDuplicateWindow(Section section) => new(
        TimeSpan.FromHours(section.Required("hours", n => n.Whole(1, 8760))),
        section.Optional("answer", n => n.Choice<DuplicateAnswer>(), DuplicateAnswer.FirstOrder));

    private static Payout ReadPayout(Section section) => new(
        section.Required("amount", n => n.Number(0, 1_000_000)),
        section.Required("currency", n => n.Text(CurrencyForm(), "a currency's three letters (ISO 4217), as EUR")?.ToUpperInvariant()!));

    [GeneratedRegex(@"^\S{1,128}\z")]
    private static partial Regex NameForm();

    [GeneratedRegex(@"^[A-Za-z]{2}\z")]
    private static partial Regex CountryForm();

    [GeneratedRegex(@"^[A-Za-z]{3}\z")]
    private static partial Regex CurrencyForm();
}
