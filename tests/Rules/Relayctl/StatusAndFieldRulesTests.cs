using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.Relayctl;

namespace LeadRelay.Tests.Rules.Relayctl;

public class StatusAndFieldRulesTests
{
    private static readonly CrmStatus[] Statuses =
    [
        new("1", "New", "PROCESSING", false), new("3", "Bought", "APPROVED", false), new("4", "No money", "CANCELED", false), new("5", "Robots", "SPAM", false),
        new("6", "On its way", "SHIPPED", false), new("7", "Old", "APPROVED", true),
    ];

    private static readonly CrmField[] Fields =
    [
        new("phone", "PhoneOrderField"), new("click_id", "StringOrderField"), new("goal", "StringOrderField"), new("both", "StringOrderField"), new("both", "EmailOrderField"), new("size", "EnumOrderField"),
    ];

    [Theory]
    [InlineData("3", Verdict.Ok, "3 (Bought, APPROVED) -> accepted")]
    [InlineData("2", Verdict.Fault, "The company has no status 2. It has 1 (New, PROCESSING), 3 (Bought, APPROVED)")]
    [InlineData("7", Verdict.Fault, "The status 7 (Old, APPROVED) is archived")]
    [InlineData("approved", Verdict.Fault, "no status approved")]
    public void A_status_id_is_one_of_the_companys_that_is_in_use(string id, Verdict verdict, string says)
    {
        var campaign = With(id, new MappedStatus("accepted", StatusEvent.Approve)) with { InitialStatusId = id };
        Assert.All(["initial_status_id", $"status_map.{id}"], subject =>
        {
            var finding = Assert.Single(StatusRules.Compare(campaign, Statuses), finding => finding.Subject == subject);
            Assert.Equal(verdict, finding.Verdict);
            Assert.Contains(subject is "initial_status_id" ? says.Replace("accepted", "new orders", StringComparison.Ordinal) : says, finding.Text, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("group:APPROVED", "1 (New, PROCESSING), 4 (No money, CANCELED), 5 (Robots, SPAM), 6 (On its way, SHIPPED)")]
    [InlineData("1", "3 (Bought, APPROVED), 4 (No money, CANCELED), 5 (Robots, SPAM), 6 (On its way, SHIPPED)")]
    public void What_the_map_has_not_is_told_and_no_fault(string key, string held)
    {
        var findings = StatusRules.Compare(With(key, null), Statuses);
        Assert.Contains($"nothing for {held}:", Assert.Single(findings, finding => finding.Verdict is Verdict.Note).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(findings, finding => finding.Verdict is Verdict.Fault);
    }

    [Theory]
    [InlineData("stringFields.click_id", Verdict.Ok, "")]
    [InlineData("stringFields.both", Verdict.Ok, "")]
    [InlineData("emailFields.both", Verdict.Ok, "")]
    [InlineData("stringFields.clickid", Verdict.Fault, "The company has no field clickid. For stringFields it has click_id, goal, both: take one of these")]
    [InlineData("addressFields.home", Verdict.Fault, "no field home. It has none at all for addressFields: make the field")]
    [InlineData("emailFields.goal", Verdict.Fault, "goal is of type StringOrderField, so it cannot stand in emailFields. Write stringFields.goal")]
    [InlineData("stringFields.size", Verdict.Fault, "size is of type EnumOrderField, so it cannot stand in stringFields. The relay cannot fill fields of that kind")]
    public void A_field_code_is_one_of_the_companys_of_that_kind(string target, Verdict verdict, string says)
    {
        var campaign = Builders.Campaign() with { FieldMapping = new Dictionary<string, string> { ["comment"] = target, ["ip"] = "source.ip" } };
        var finding = Assert.Single(FieldRules.Compare(campaign, Fields));
        Assert.Equal(("field_mapping.comment", verdict), (finding.Subject, finding.Verdict));
        Assert.Contains(says, finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proposed_map_decides_what_is_safe_and_says_what_it_leaves_open()
    {
        var lines = StatusMapText.Of([.. Statuses, new("8", "He said \"no\"", "REFUNDED", false), new("9", "Twice", "DOUBLE", false), new("10", "?", "", false)]).Split('\n');
        Assert.Equal(
            [
                "\"status_map\": {",
                "  \"1\": \"wait\", // New (PROCESSING)",
                "  \"3\": \"accepted\", // Bought (APPROVED)",
                "  \"4\": \"rejected\", // No money (CANCELED)",
                "  \"5\": \"trash\", // Robots (SPAM)",
                "  // \"6\": { \"label\": \"On its way\", \"event\": \"EVENT\" }, // LOOK: On its way (SHIPPED)",
                "  // \"8\": { \"label\": \"He said \\\"no\\\"\", \"event\": \"EVENT\" }, // LOOK: He said \"no\" (REFUNDED)",
                "  \"9\": \"trash\", // Twice (DOUBLE)",
                "  // \"10\": { \"label\": \"?\", \"event\": \"EVENT\" }, // LOOK: ? ()",
                "}",
            ],
            lines.SkipWhile(line => line.StartsWith("//", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.StartsWith("// LOOK: 3 lines", StringComparison.Ordinal));
        Assert.Contains("// Left out because they are archived: 7 (Old, APPROVED).", lines);
    }

    private static Campaign With(string key, MappedStatus? mapped) =>
        Builders.Campaign() with { StatusMap = new StatusMap(new Dictionary<string, MappedStatus?> { [key] = mapped }) };
}
