using System.Text.RegularExpressions;

namespace LeadRelay.Tests.EndToEnd;

/// <summary><c>docs/keitaro.md</c>, as somebody follows it who pastes one block after another into a shell.</summary>
public sealed partial class KeitaroGuide
{
    /// <summary>More than it ever takes: it waits in loops, which would not end where something is amiss.</summary>
    private const string Seconds = "120";

    [Fact]
    public async Task Followed_word_for_word_it_ends_with_the_right_status_in_the_tracker_for_each_event()
    {
        await using var relay = await Relay.StartAsync();
        var guide = ForRelay(relay, await File.ReadAllTextAsync(Path.Combine(TestRun.Repository, "docs", "keitaro.md")));
        var blocks = Block().Matches(guide).ToLookup(block => block.Groups["language"].Value, block => block.Groups["text"].Value);
        var printed = await RunAsync(relay, string.Concat(blocks["sh"]));

        foreach (var (statusEvent, status, payout) in ((string, string, string?)[])[("wait", "lead", null), ("hold", "lead", null), ("approve", "sale", "12.50"), ("cancel", "rejected", null), ("trash", "rejected", null)])
        {
            var conversion = Assert.Single((await Relay.GetAsync(relay.Sandbox, $"conversions?tracker=keitaro&click_id=click-{statusEvent}")).EnumerateArray());
            Assert.Equal((statusEvent, status, payout), (statusEvent, conversion.At("status"), conversion.At("payout")));
        }
        Assert.All(blocks["text"], shown => Assert.True(Shows(printed, shown), $"The guide shows\n{shown}\nand what came is\n{printed}"));
    }

    /// <summary>With this relay's folder and addresses in the place of those of <c>./run</c>.</summary>
    private static string ForRelay(Relay relay, string guide)
    {
        (string Written, string Own)[] places =
        [
            ("/tmp/leadrelay-keitaro", relay.ConfigFolder), ("./relayctl ", $"dotnet '{Relayctl.Program}' "),
            ("127.0.0.1:8080", relay.Intake().BaseAddress!.Authority), ("127.0.0.1:8081", relay.WebhookReceiver.BaseAddress!.Authority), ("127.0.0.1:8090", relay.Sandbox.BaseAddress!.Authority),
        ];
        return places.Aggregate(guide, (text, place) => text.Replace(place.Written, place.Own, StringComparison.Ordinal));
    }

    /// <summary>As one script, in a folder whose <c>config</c> are the samples as this relay has them.</summary>
    private static async Task<string> RunAsync(Relay relay, string script)
    {
        var folder = TestRun.NewFolder("guide");
        try
        {
            using var bash = TestRun.Start("timeout", [Seconds, "bash", "-euo", "pipefail", "-c", $"cp -r \"$Config__Path\" config\n{script}"], Relayctl.Settings(relay), folder);
            var (output, errors) = (bash.StandardOutput.ReadToEndAsync(), bash.StandardError.ReadToEndAsync());
            await bash.WaitForExitAsync();
            Assert.True(bash.ExitCode is 0, $"It ended with {bash.ExitCode}.\n{await output}\n{await errors}\n{relay.Tails(12)}");
            return await output;
        }
        finally
        {
            await TestRun.DeleteAsync(folder);
        }
    }

    /// <summary>Whether it was printed as it is shown, one line after another; an ellipsis is what was left out.</summary>
    private static bool Shows(string printed, string shown)
    {
        var at = 0;
        return shown.Split('\n', '…').All(part =>
        {
            var found = printed.IndexOf(part, at, StringComparison.Ordinal);
            at = found + part.Length;
            return found >= 0;
        });
    }

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
