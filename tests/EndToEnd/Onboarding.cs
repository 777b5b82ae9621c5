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
        var sheet = await RelayctlAsync(relay, "partner", "new", "anna", "--campaign", "demo", "--base", "https://leads.example");
        var key = Key().Match(sheet).Groups[1].Value;
        Assert.Contains("https://leads.example/leads/demo", sheet, StringComparison.Ordinal);
        Assert.DoesNotContain(key, await File.ReadAllTextAsync(Path.Combine(relay.ConfigFolder, "partners", "anna.json")), StringComparison.Ordinal);

        await relay.Eventually("the key is known", () => relay.SubmitAsync(new { test = true, phone = "0151 23456789" }, key: key), answer => answer.Status is HttpStatusCode.OK);
        var (status, lead) = await relay.SubmitAsync(new { phone = "0151 23456789", click_id = "anna-1" }, key: key);
        Assert.Equal((HttpStatusCode.Created, "anna-1"), (status, lead.At("click_id")));

        await RelayctlAsync(relay, "campaign", "new", "anna-de", "--connection", "sandbox", "--partner", "anna", "--project", "1", "--status", "1", "--offer", "1", "--webmaster", "1", "--country", "DE");
        await relay.Eventually("the campaign is known", () => relay.SubmitAsync(new { test = true, phone = "0151 23456789" }, "anna-de", key), answer => answer.Status is HttpStatusCode.OK);
        await RelayctlAsync(relay, "config", "check", "--profile", "embedded");

        var again = await RelayctlAsync(relay, "partner", "key", "anna");
        await relay.Eventually("both keys are good", () => relay.SubmitAsync(new { test = true, phone = "0151 23456789" }, key: Key().Match(again).Groups[1].Value), answer => answer.Status is HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await relay.SubmitAsync(new { test = true, phone = "0151 23456789" }, key: key)).Status);
    }

    [Fact]
    public async Task A_mistake_is_a_sentence_and_an_exit_code_and_changes_nothing()
    {
        await using var relay = await Relay.StartAsync();
        var before = Directory.GetFiles(relay.ConfigFolder, "*", SearchOption.AllDirectories);
        await RelayctlAsync(relay, 1, "There is no campaigns/nothing.json", "partner", "new", "anna", "--campaign", "nothing", "--base", "https://leads.example");
        Assert.Equal(before, Directory.GetFiles(relay.ConfigFolder, "*", SearchOption.AllDirectories));
    }

    private static Task<string> RelayctlAsync(Relay relay, params string[] arguments) => RelayctlAsync(relay, 0, "", arguments);

    private static async Task<string> RelayctlAsync(Relay relay, int exitCode, string says, params string[] arguments)
    {
        var program = Path.Combine(TestRun.Repository, "artifacts", "bin", "Relayctl", TestRun.Configuration, "LeadRelay.Relayctl.dll");
        using var process = TestRun.Start("dotnet", [program, .. arguments], new Dictionary<string, string> { ["Config__Path"] = relay.ConfigFolder, ["Profile"] = "embedded" }, TestRun.Repository);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {process.ExitCode}\n{await output}{await errors}");
        Assert.Contains(says, await output + await errors, StringComparison.Ordinal);
        return await output;
    }

    [GeneratedRegex(@"\b(lr_[A-Za-z0-9_-]+)")]
    private static partial Regex Key();
}
