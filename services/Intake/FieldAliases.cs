using System.Runtime.CompilerServices;
using System.Text.Json;
using LeadRelay.Configuration;

namespace LeadRelay.Intake;

/// <summary>
/// The names under which partners send what we call by one name: <c>field-aliases.json</c>, and what a campaign adds. Of
/// several that came, the first of the list counts.
/// </summary>
public sealed class FieldAliases
{
    /// <summary>Objects that partners put a lead's fields into.</summary>
    public static readonly IReadOnlyList<string> Wrappers = ["", "lead.", "client.", "customer.", "data.", "user.", "data.lead.", "data.client.", "data.customer."];

    public static readonly FieldAliases Default = new(Read());

    private static readonly ConditionalWeakTable<Campaign, FieldAliases> OfCampaigns = [];

    private FieldAliases(Dictionary<string, IReadOnlyList<string>> table)
    {
        Table = table;
        Names = table.ToDictionary(t => t.Key, t => (IReadOnlyList<string>)[.. t.Value.SelectMany(Wrapped)]);
    }

    /// <summary>Canonical name (see <see cref="Lead.Fields"/>) to what is accepted for it.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Table { get; }

    /// <summary>The same with every <see cref="Wrappers">wrapper</see>: paths in a body.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Names { get; }

    /// <summary>
    /// With the campaign's own names tried first. A name that a campaign adds to one field goes on meaning what it meant:
    /// <c>sub1</c> as a click id is still the first sub id.
    /// </summary>
    public static FieldAliases Of(Campaign campaign) =>
        campaign is { FieldAliases.Count: 0, ClickIdFields.Count: 0 } ? Default : OfCampaigns.GetValue(campaign, Build);

    public static IEnumerable<string> Wrapped(string name) => Wrappers.Select(wrapper => wrapper + name);

    private static FieldAliases Build(Campaign campaign)
    {
        var table = new Dictionary<string, IReadOnlyList<string>>(Default.Table);
        foreach (var (field, names) in campaign.FieldAliases)
            table[field] = [.. names.Concat(table[field]).Distinct(StringComparer.OrdinalIgnoreCase)];
        if (campaign.ClickIdFields.Count > 0)
            table["click_id"] = campaign.ClickIdFields;
        return new FieldAliases(table);
    }

    private static Dictionary<string, IReadOnlyList<string>> Read()
    {
        using var data = typeof(FieldAliases).Assembly.GetManifestResourceStream("field-aliases.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string[]>>(data)!.ToDictionary(t => t.Key, t => (IReadOnlyList<string>)t.Value);
    }
}
