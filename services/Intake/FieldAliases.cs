using System.Collections.Frozen;
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
        places = Names.SelectMany((field, place) => field.Value.Select((name, rank) => (Name: name, Meaning: new Meaning(place, field.Key, rank))))
            .GroupBy(each => each.Name, StringComparer.OrdinalIgnoreCase).ToFrozenDictionary(name => name.Key, name => name.Select(each => each.Meaning).ToArray(), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>One of what a name means.</summary>
    /// <param name="Place">The field's in the table.</param>
    /// <param name="Rank">The name's among the field's.</param>
    private readonly record struct Meaning(int Place, string Field, int Rank);

    /// <summary>By name: bodies have some ten of them, and the table more than a thousand.</summary>
    private readonly FrozenDictionary<string, Meaning[]> places;

    /// <summary>Canonical name (see <see cref="Lead.Fields"/>) to what is accepted for it.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Table { get; }

    /// <summary>The same with every <see cref="Wrappers">wrapper</see>: paths in a body.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Names { get; }

    /// <summary>What was given, by field in the table's order; of several for one field, the one that counts first.</summary>
    public IEnumerable<(string Field, IReadOnlyList<(string Name, string Value)> Given)> Of(IReadOnlyDictionary<string, string> given) =>
        given.SelectMany(each => places.TryGetValue(each.Key, out var meanings) ? meanings.Select(meaning => (Meaning: meaning, each.Key, each.Value)) : [])
            .OrderBy(each => each.Meaning.Place).ThenBy(each => each.Meaning.Rank)
            .GroupBy(each => each.Meaning.Field, (field, all) => (field, (IReadOnlyList<(string, string)>)[.. all.Select(each => (each.Key, each.Value))]));

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
