using System.Globalization;
using System.Text.RegularExpressions;
using LeadRelay.Intake;

namespace LeadRelay.Tests.Rules.Intake.Fields;

public class ErrorCodeTests
{
    [Fact]
    public void The_documentation_has_a_row_for_each_code_and_no_other() =>
        Assert.Equal(
            ErrorCodes.All.OrderBy(c => c.Key, StringComparer.Ordinal),
            Pairs(Documentation.PartnerApi, @"^\| `([a-z_]+)` \| (\d{3}) \|", 1, 2));

    [Fact]
    public void Every_code_is_used_with_its_status_and_no_other_is() =>
        Assert.Equal(
            ErrorCodes.All.OrderBy(c => c.Key, StringComparer.Ordinal),
            Pairs(string.Concat(Documentation.IntakeSources), @"new(?: Refusal)?\(\s*(\d{3}),\s*""([a-z_]+)""", 2, 1));

    private static IEnumerable<KeyValuePair<string, int>> Pairs(string text, string pattern, int code, int status) =>
        Regex.Matches(text, pattern, RegexOptions.Multiline)
            .Select(m => KeyValuePair.Create(m.Groups[code].Value, int.Parse(m.Groups[status].Value, CultureInfo.InvariantCulture)))
            .Distinct().OrderBy(c => c.Key, StringComparer.Ordinal);
}
