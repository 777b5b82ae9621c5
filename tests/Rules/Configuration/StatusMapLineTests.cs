using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Tests.Rules.Configuration;

/// <summary>The line that is given to be put into a file is what the file's reader makes of it.</summary>
public sealed class StatusMapLineTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("77", "accepted", StatusEvent.Approve, """
        "77": "accepted"
        """)]
    [InlineData("77", "Accepted", StatusEvent.Approve, """
        "77": "Accepted"
        """)]
    [InlineData("77", "accepted", StatusEvent.Hold, """
        "77": { "label": "accepted", "event": "hold" }
        """)]
    [InlineData("77", "bought", StatusEvent.Approve, """
        "77": { "label": "bought", "event": "approve" }
        """)]
    [InlineData("77", "ignore", StatusEvent.Cancel, """
        "77": { "label": "ignore", "event": "cancel" }
        """)]
    [InlineData("no_answer-2", "не дозвонились, 2 раза", StatusEvent.Wait, """
        "no_answer-2": { "label": "не дозвонились, 2 раза", "event": "wait" }
        """)]
    [InlineData("group:APPROVED", "say \"yes\" \\ {now}, // later", StatusEvent.Trash, """
        "group:APPROVED": { "label": "say \"yes\" \\ {now}, // later", "event": "trash" }
        """)]
    public void The_line_is_read_back_as_the_same_label_and_event(string key, string label, StatusEvent statusEvent, string line)
    {
        Assert.Equal(line, StatusMapLine.Of(key, label, statusEvent));

        var map = folder.Set(ConfigFolder.Campaign, "status_map", $"{{ {line} }}").Config().Campaigns["first"].StatusMap;

        Assert.Equal([KeyValuePair.Create<string, MappedStatus?>(key, new MappedStatus(label, statusEvent))], map.Entries);
    }

    [Theory]
    [InlineData("77", "APPROVED", "77")]
    [InlineData(null, "Approved", "group:APPROVED")]
    public void A_group_without_an_id_is_written_as_the_map_writes_it(string? id, string? group, string key) => Assert.Equal(key, StatusMap.KeyOf(id, group));
}
