using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LeadRelay.Configuration;

namespace LeadRelay.Tests.Rules.Relayctl;

public sealed partial class PartnerCommandTests : IDisposable
{
    private readonly CopyOfSamples folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_new_partner_has_a_key_that_works_and_is_in_the_campaigns()
    {
        var sheet = folder.Do("partner new buyer --campaign demo --base https://leads.example/");

        var partner = folder.Config().Partners["buyer"];
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(KeyIn(sheet))), Assert.Single(partner.KeyHashes));
        Assert.Equal([Role.Partner], partner.Roles);
        Assert.Contains("buyer", folder.Config().Campaigns["demo"].Partners);
        Assert.Contains($"curl https://leads.example/leads/demo -H 'X-Api-Key: {KeyIn(sheet)}'", sheet, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_in_no_file_and_is_not_shown_again()
    {
        var first = KeyIn(folder.Do("partner new buyer --campaign demo"));
        var second = KeyIn(folder.Do("partner key buyer"));

        Assert.NotEqual(first, second);
        Assert.All(folder.Everything().Values, text => Assert.DoesNotMatch(KeyForm(), text));
        var sheet = folder.Do("partner sheet buyer");
        Assert.DoesNotMatch(KeyForm(), sheet);
        Assert.Contains("X-Api-Key: YOUR_KEY", sheet, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_key_works_beside_the_first_which_is_named_for_removal()
    {
        var first = KeyIn(folder.Do("partner new buyer"));
        var output = folder.Do("partner key buyer");

        Assert.Equal([Hash(first), Hash(KeyIn(output))], folder.Config().Partners["buyer"].KeyHashes.Select(Convert.ToHexStringLower));
        Assert.Contains($"\"sha256:{Hash(first)}\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Roles_are_written_and_an_advertiser_is_told_how_to_push()
    {
        var sheet = folder.Do("partner new shop --role advertiser --role partner --campaign demo");

        Assert.Equal([Role.Partner, Role.Advertiser], folder.Config().Partners["shop"].Roles.Order());
        Assert.Contains("/orders/ORDER_ID/status", sheet, StringComparison.Ordinal);
        Assert.Contains("/leads/demo", sheet, StringComparison.Ordinal);
        Assert.DoesNotContain("/leads/demo", folder.Do("partner sheet demo-advertiser"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sheet_has_the_traffic_link_of_the_tracker_that_is_named_and_no_others()
    {
        folder.Write("campaigns/demo.json", folder.Read("campaigns/demo.json")[..folder.Read("campaigns/demo.json").IndexOf("\"postbacks\"", StringComparison.Ordinal)]
            + """ "postbacks": { "tracker": "bemob", "base": "https://t.example" } } """);

        var links = folder.Do("partner sheet demo-partner").Split('\n').Where(line => line.Contains("LANDING", StringComparison.Ordinal));

        Assert.Equal(["  BeMob: https://LANDING/?click_id={clickId}"], links);
    }

    [Fact]
    public void A_sheet_has_trackers_statuses_and_macros()
    {
        var sheet = folder.Do("partner sheet demo-partner");

        Assert.Contains("Keitaro: https://LANDING/?click_id={subid}\n", sheet, StringComparison.Ordinal);
        Assert.Contains("Voluum: https://LANDING/?click_id={clickid}\n", sheet, StringComparison.Ordinal);
        Assert.Matches(@"accepted\s+approve", sheet);
        Assert.All(Macros.Names, macro => Assert.Contains($"{{{macro}}}", sheet, StringComparison.Ordinal));
    }

    [Fact]
    public void A_sheet_and_a_check_have_every_postback_of_a_list()
    {
        var campaign = JsonNode.Parse(folder.Read("campaigns/demo.json"), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip })!;
        campaign["postbacks"] = JsonNode.Parse("""
            ["https://one.example/?c={click_id}", {"url": "https://two.example/{env:KEY}", "form": {"c": "{click_id}"}}, {"tracker": "keitaro", "base": "https://three.example/KEY"}]
            """);
        folder.Write("campaigns/demo.json", campaign.ToJsonString());
        var sheet = folder.Do("partner sheet demo-partner");

        foreach (var word in new[] { "wait", "hold", "approve", "cancel", "trash" })
            Assert.All(new[] { "one", "two", "three" }, name => Assert.Contains($"  {word,-8} to https://{name}.example:443\n", sheet, StringComparison.Ordinal));
        Assert.DoesNotContain("KEY}", sheet, StringComparison.Ordinal);
        Assert.Contains("postbacks for wait, hold, approve, cancel, trash\n", folder.Do("config check --profile embedded"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_byte_of_an_edited_campaign_stays_but_for_the_new_name()
    {
        var before = folder.Read("campaigns/demo.json");
        folder.Do("partner new buyer --campaign demo");

        Assert.Equal(before, folder.Read("campaigns/demo.json").Replace(", \"buyer\"", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("partner new demo-partner", "there already")]
    [InlineData("partner new buyer --campaign nowhere", "There is no campaigns/nowhere.json")]
    [InlineData("partner key nobody", "There is no partner nobody")]
    [InlineData("partner sheet nobody", "There is no partner nobody")]
    public void What_cannot_be_done_is_said_and_changes_nothing(string command, string why)
    {
        var before = folder.Everything();
        var (code, output, errors) = folder.Run(command);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains(why, errors, StringComparison.Ordinal);
        Assert.Equal(before, folder.Everything());
    }

    [Theory]
    [InlineData("\"project_id\": \"1\"", "\"project_id\": true", "project_id")]
    [InlineData("\"partners\": [", "\"partners\": [\"ghost\", ", "ghost")]
    public void A_change_after_which_the_folder_would_not_load_is_taken_back(string old, string spoiled, string named)
    {
        folder.Write("campaigns/demo.json", folder.Read("campaigns/demo.json").Replace(old, spoiled, StringComparison.Ordinal));
        var before = folder.Everything();
        var (code, output, errors) = folder.Run("partner new buyer --campaign demo");

        Assert.Equal((1, ""), (code, output));
        Assert.Contains(named, errors, StringComparison.Ordinal);
        Assert.Equal(before, folder.Everything());
    }

    [Fact]
    public void A_partner_that_campaigns_already_name_can_be_made()
    {
        folder.Write("campaigns/demo.json", folder.Read("campaigns/demo.json").Replace("\"demo-partner\",", "\"demo-partner\", \"late\",", StringComparison.Ordinal));

        folder.Do("partner new late");
        Assert.Contains("late", folder.Config().Campaigns["demo"].Partners);
    }

    private static string KeyIn(string output) => KeyForm().Match(output) is { Success: true } match ? match.Value : throw new InvalidOperationException(output);

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    [GeneratedRegex("lr_[A-Za-z0-9_-]{43}")]
    private static partial Regex KeyForm();
}
