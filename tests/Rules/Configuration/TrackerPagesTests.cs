using System.Text.RegularExpressions;
using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Tests.Rules.Configuration;

/// <summary>What docs/trackers/ and docs/keitaro.md say is sent is what the trackers' files make.</summary>
public partial class TrackerPagesTests
{
    private static readonly string Pages = Path.Combine(Samples.Folder, "../docs/trackers");

    private static readonly IReadOnlyDictionary<string, Tracker> Shipped = ConfigLoader.Load(Samples.Folder, "embedded").Config!.Trackers;

    [Fact]
    public void The_pages_show_the_urls_that_are_made()
    {
        var shown = Directory.EnumerateFiles(Pages, "*.md").Append(Path.Combine(Pages, "../keitaro.md")).SelectMany(ShownOn).ToList();

        Assert.Equal(Shipped.Keys.Order(), shown.Select(row => row.Tracker).Distinct().Order());
        Assert.All(shown, row => Assert.Equal(Made(row.Tracker, row.Event), row.Url));
        Assert.All(shown.GroupBy(row => row.Tracker), rows => Assert.Equal(Shipped[rows.Key].Words.Keys.Order(), rows.Select(row => row.Event).Order()));
    }

    [Fact]
    public void The_table_has_every_tracker_and_its_words()
    {
        var lines = File.ReadLines(Path.Combine(Pages, "README.md")).Where(line => TableRow().IsMatch(line));
        var rows = lines.Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToList();

        Assert.Equal(Shipped.Keys.Order(), rows.Select(cells => cells[2].Trim('`')).Order());
        foreach (var cells in rows)
        {
            var tracker = Shipped[cells[2].Trim('`')];
            foreach (var statusEvent in Enum.GetValues<StatusEvent>())
            {
                var cell = cells[4 + (int)statusEvent];
                Assert.Equal(tracker.Words.ContainsKey(statusEvent), cell is not "");
                if (cell.StartsWith('`'))
                    Assert.Equal(tracker.Words[statusEvent], cell.Trim('`'));
            }
            Assert.Equal(tracker.ClickMacro, cells[3].StartsWith('`') ? cells[3].Trim('`') : null);
            Assert.Equal(tracker.TransactionId switch { TransactionId.Order => "one for each order", TransactionId.Event => "another for each event", _ => "none" }, cells[9]);
        }
    }

    [Fact]
    public void What_the_pages_have_to_paste_is_loaded_without_faults_and_found_nothing_wrong_with()
    {
        var blocks = Directory.EnumerateFiles(Pages, "*.md").SelectMany(page => ToPaste().Matches(File.ReadAllText(page)).Select(block => (Page: Path.GetFileName(page), Text: block.Groups["postbacks"].Value))).ToList();
        using var folder = new ConfigFolder();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Samples.Folder, "trackers")))
            folder.Write($"trackers/{Path.GetFileName(file)}", File.ReadAllText(file));

        Assert.NotEmpty(blocks);
        Assert.Empty(blocks.SelectMany(block => WrongWith(folder.Set(ConfigFolder.Campaign, "postbacks", block.Text).Load()).Select(why => $"{block.Page}: {why}")));
    }

    /// <summary>But for the addresses, which stand for somebody's own.</summary>
    private static IEnumerable<string> WrongWith(LoadResult result) =>
        result.Config is null ? result.Faults.Select(fault => fault.Why)
        : PostbackCheck.Of(result.Config, []).Where(finding => finding.Code is not ("plain_http" or "private_address")).Select(finding => $"{finding.Code}: {finding.Why}");

    /// <summary>Order 1001 of click c77, approved with 12.50 EUR.</summary>
    private static string Made(string name, StatusEvent statusEvent) =>
        Shipped[name].UrlFor(statusEvent, "", Shipped[name].Needs.Keys.ToDictionary(need => need, _ => "***"))
            .Replace("{click_id}", "c77", StringComparison.Ordinal)
            .Replace("{status}", Shipped[name].Words[statusEvent], StringComparison.Ordinal)
            .Replace("{tid}", Shipped[name].TransactionId is TransactionId.Event ? $"1001-{statusEvent.ToString().ToLowerInvariant()}" : "1001", StringComparison.Ordinal)
            .Replace("{payout}", statusEvent is StatusEvent.Approve ? "12.50" : "0", StringComparison.Ordinal)
            .Replace("{currency}", "EUR", StringComparison.Ordinal);

    /// <summary>Of each table whose head is a tracker's file.</summary>
    private static IEnumerable<(string Tracker, StatusEvent Event, string Url)> ShownOn(string page)
    {
        string? tracker = null;
        foreach (var line in File.ReadLines(page))
        {
            if (Head().Match(line) is { Success: true } head)
                tracker = head.Groups[1].Value;
            else if (tracker is not null && Row().Match(line) is { Success: true } row)
                yield return (tracker, Enum.Parse<StatusEvent>(row.Groups[1].Value, ignoreCase: true), row.Groups[2].Value);
        }
    }

    /// <summary>A block, or what stands in back-ticks within a sentence.</summary>
    [GeneratedRegex(@"^```json\n""postbacks"": (?<postbacks>.*?)\n```|(?<!`)`(?<postbacks>\{ ""tracker"": [^`\n]*\})`", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ToPaste();

    [GeneratedRegex(@"^\| `([a-z0-9-]+)` \| below the base \|$")]
    private static partial Regex Head();

    [GeneratedRegex(@"^\| `(wait|hold|approve|cancel|trash)` \| `(/[^`]+)` \|$")]
    private static partial Regex Row();

    [GeneratedRegex(@"^\| \[[^\]]+\]\([^)]+\) \| `")]
    private static partial Regex TableRow();
}
