using System.Text.RegularExpressions;
using LeadRelay.Intake;

namespace LeadRelay.Tests.Rules.Intake.Fields;

public class AliasTests
{
    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Table = FieldAliases.Default.Table;

    [Fact]
    public void Every_name_leads_to_one_field_and_every_field_goes_by_its_own_name()
    {
        Assert.All(Table, field => Assert.Equal(field.Key, field.Value[0]));
        Assert.Empty(Table.SelectMany(field => field.Value).GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public void Every_name_brings_its_value()
    {
        foreach (var (field, names) in Table.Where(t => t.Key is not ("test" or "phone" or "phone_prefix" or "name" or "country")))
        {
            foreach (var name in names.SelectMany(FieldAliases.Wrapped).Append(names[0].ToUpperInvariant()))
            {
                var lead = Bodies.Lead((name, "a value")).Lead;
                Assert.True(lead.Fields.GetValueOrDefault(field) is "a value" && lead.Params.Count is 0, $"{name} should be {field}");
            }
        }
    }

    [Theory]
    [InlineData("id")]
    [InlineData("uid")]
    [InlineData("order_id")]
    [InlineData("external_id")]
    [InlineData("uuid")]
    [InlineData("s2")]
    [InlineData("sub1")]
    [InlineData("utm_term")]
    public void A_name_that_means_many_things_identifies_nothing(string name)
    {
        var fields = Bodies.Lead((name, "77")).Lead.Fields;

        Assert.DoesNotContain("click_id", fields);
        Assert.DoesNotContain("external_lead_id", fields);
    }

    [Fact]
    public void A_campaigns_names_come_first_and_go_on_meaning_what_they_meant()
    {
        var aliases = FieldAliases.Of(Builders.Campaign() with
        {
            FieldAliases = new Dictionary<string, IReadOnlyList<string>> { ["comment"] = ["wish"], ["external_lead_id"] = ["order_id"] },
            ClickIdFields = ["sub1", "clickid"],
        });
        var given = new Dictionary<string, string>
        {
            ["phone"] = "+4915112345678", ["comment"] = "second", ["wish"] = "first", ["data.order_id"] = "A-7", ["sub1"] = "s", ["clickid"] = "c", ["click_id"] = "never",
        };

        var lead = Normaliser.Normalise(given, "DE", new HashSet<string>(), aliases).Lead;

        Assert.Equal(("first", "A-7", "s", "s"), (lead.Fields["comment"], lead.Fields["external_lead_id"], lead.Fields["click_id"], lead.Fields["sub1"]));
        Assert.Equal(new Dictionary<string, string> { ["click_id"] = "never" }, lead.Params);
        Assert.Same(FieldAliases.Default, FieldAliases.Of(Builders.Campaign()));
    }

    [Fact]
    public void The_documentation_has_every_name_in_order()
    {
        var rows = Regex.Matches(Documentation.PartnerApi, @"^\| `([a-z_0-9]+)`(?: … `sub15`)? \| ((?:`[^`]+`(?:, )?)+) \|", RegexOptions.Multiline)
            .ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value.Split(", ").Select(name => name.Trim('`')).ToArray());

        Assert.Equal(Table.Keys.Where(field => !Regex.IsMatch(field, "^sub([2-9]|1.)$")).Order(), rows.Keys.Where(Table.ContainsKey).Order());
        Assert.All(rows.Where(row => Table.ContainsKey(row.Key)), row => Assert.Equal(Table[row.Key], row.Value));
    }
}
