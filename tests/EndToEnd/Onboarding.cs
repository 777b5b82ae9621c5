using System.Net;
using System.Text.RegularExpressions;

namespace LeadRelay.Tests.EndToEnd;

/// <summary><c>relayctl</c> as an operator runs it, beside a relay that is running.</summary>
public sealed partial class Onboarding
{
    [Fact]
    public async Task A_new_partner_and_campaign_work_within_seconds_with_the_key_that_was_shown()
    {
        await using var relay = await Relay.StartAsync();
        var sheet = await Relayctl.DoAsync(relay, "partner", "new", "anna", "--campaign", "demo", "--base", "https://leads.example");
        var key = Key().Match(sheet).Groups[1].Value;
        Assert.Contains("https://leads.example/leads/demo", sheet, StringComparison.Ordinal);
        Assert.DoesNotContain(key, await File.ReadAllTextAsync(Path.Combine(relay.ConfigFolder, "partners", "anna.json")), StringComparison.Ordinal);

        await relay.Eventually("the key is known", () => relay.SubmitAsync(new { test = true, phone = "0151 23456789" }, key: key), answer => answer.Status is HttpStatusCode.OK);
        var (status, lead) = await relay.SubmitAsync(new { phone = "0151 23456789", click_id = "anna-1" }, key: key);
        Assert.Equal((HttpStatusCode.Created, "anna-1"), (status, lead.At("click_id")));

        await Relayctl.DoAsync(relay, "campaign", "new", "anna-de", "--connection", "sandbox", "--partner", "anna", "--project", "1", "--status", "1", "--offer", "1", "--webmaster", "1", "--country", "DE");
        await relay.Eventually("the campaign is known", () => relay.SubmitAsync(new { test = true, phone = "0151 23456789" }, "anna-de", key), answer => answer.Status is HttpStatusCode.OK);
        await Relayctl.DoAsync(relay, "config", "check", "--profile", "embedded");

        var again = await Relayctl.DoAsync(relay, "partner", "key", "anna");
        await relay.Eventually("both keys are good", () => relay.SubmitAsync(new { test = true, phone = "0151 23456789" }, key: Key().Match(again).Groups[1].Value), answer => answer.Status is HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await relay.SubmitAsync(new { test = true, phone = "0151 23456789" }, key: key)).Status);
    }

    [Fact]
    public async Task A_mistake_is_a_sentence_and_an_exit_code_and_changes_nothing()
    {
        await using var relay = await Relay.StartAsync();
        var before = Directory.GetFiles(relay.ConfigFolder, "*", SearchOption.AllDirectories);
        var (_, errors) = await Relayctl.RunAsync(relay, 1, "partner", "new", "anna", "--campaign", "nothing", "--base", "https://leads.example");
        Assert.Contains("There is no campaigns/nothing.json", errors, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(relay.ConfigFolder, "*", SearchOption.AllDirectories));
    }

    [GeneratedRegex(@"\b(lr_[A-Za-z0-9_-]+)")]
    private static partial Regex Key();
}
