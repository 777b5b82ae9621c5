using System.Text.Json;
using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Tests.Rules.Configuration;

public sealed class StatusMapTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("accepted", StatusEvent.Approve)]
    [InlineData("Approved", StatusEvent.Approve)]
    [InlineData("CONFIRMED", StatusEvent.Approve)]
    [InlineData("rejected", StatusEvent.Cancel)]
    [InlineData("cancelled", StatusEvent.Cancel)]
    [InlineData("canceled", StatusEvent.Cancel)]
    [InlineData("declined", StatusEvent.Cancel)]
    [InlineData("hold", StatusEvent.Hold)]
    [InlineData("callback", StatusEvent.Hold)]
    [InlineData("new", StatusEvent.Wait)]
    [InlineData("wait", StatusEvent.Wait)]
    [InlineData("processing", StatusEvent.Wait)]
    [InlineData("spam", StatusEvent.Trash)]
    [InlineData("double", StatusEvent.Trash)]
    [InlineData("fake", StatusEvent.Trash)]
    [InlineData("trash", StatusEvent.Trash)]
    public void A_common_label_brings_its_event(string label, StatusEvent statusEvent)
    {
        Assert.Equal(new MappedStatus(label, statusEvent), Map("9", $"\"{label}\""));
        Assert.Equal(new MappedStatus(label, statusEvent), Map("9", $$"""{"label": "{{label}}"}"""));
    }

    [Fact]
    public void A_label_can_have_any_event() =>
        Assert.Equal(new MappedStatus("accepted", StatusEvent.Hold), Map("9", """{"label": "accepted", "event": "hold"}"""));

    [Theory]
    [InlineData("ignore")]
    [InlineData("IGNORE")]
    public void Ignored_is_in_the_map_and_silent(string word) => Assert.Null(Map("9", $"\"{word}\""));

    [Theory]
    [InlineData("group:approved", "group:APPROVED")]
    [InlineData("Group:Spam", "group:SPAM")]
    public void A_group_is_written_in_any_case(string key, string kept) =>
        Assert.True(folder.Set(ConfigFolder.Campaign, $"status_map/{key}", "\"accepted\"").Config().Campaigns["first"].StatusMap.Entries.ContainsKey(kept));

    [Theory]
    [InlineData("3", "\"sold\"", "status_map.3", "\"sold\"", "{\"label\":\"sold\",\"event\":\"approve\"}")]
    [InlineData("3", "{\"label\": \"sold\"}", "status_map.3", "{…}", "{\"label\":\"sold\",\"event\":\"approve\"}")]
    [InlineData("3", "{\"label\": \"sold\", \"event\": \"approved\"}", "status_map.3.event", "\"approved\"", "Did you mean \"approve\"?")]
    [InlineData("3", "{\"event\": \"approve\"}", "status_map.3.label", null, "missing")]
    [InlineData("3", "{\"label\": \"sold\", \"event\": \"approve\", \"word\": 1}", "status_map.3.word", null, "not known")]
    [InlineData("3", "\"\"", "status_map.3", "\"\"", "empty")]
    [InlineData("3", "7", "status_map.3", "7", "a label")]
    [InlineData("3", "null", "status_map.3", "null", "a label")]
    [InlineData("a b", "\"hold\"", "status_map.a b", "\"hold\"", "a status id")]
    [InlineData("group:TRASH", "\"trash\"", "status_map.group:TRASH", "\"trash\"", "no such status group. There is: PROCESSING")]
    [InlineData("group:cancelled", "\"cancelled\"", "status_map.group:cancelled", "\"cancelled\"", "Did you mean \"CANCELED\"?")]
    public void These_are_faults(string status, string json, string at, string? shown, string why)
    {
        var fault = folder.Set(ConfigFolder.Campaign, $"status_map/{status}", json).Fault();

        Assert.Equal((ConfigFolder.Campaign, at, shown), (fault.File, fault.Key, fault.Value));
        Assert.Contains(why, fault.Why);
    }

    [Fact]
    public void A_group_that_stands_twice_in_two_ways_is_a_fault()
    {
        folder.Set(ConfigFolder.Campaign, "status_map", """{"group:spam": "spam", "group:SPAM": "fake"}""");

        Assert.Contains("group:SPAM stands twice", folder.Fault().Why);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_older_set_up_keeps_the_map_in_params_json(bool asText)
    {
        const string Inner = """
            {
              "status_map": {"3": "accepted", "4": "rejected"} // as it was
            }
            """;
        folder.Write(ConfigFolder.Campaign, ConfigFolder.Valid[ConfigFolder.Campaign].Replace(
            "\"status_map\": {\"3\": \"accepted\"}", $"\"params_json\": {(asText ? JsonSerializer.Serialize(Inner) : Inner)}", StringComparison.Ordinal));

        Assert.Equal(["accepted", "rejected"], folder.Config().Campaigns["first"].StatusMap.Labels);
    }

    [Theory]
    [InlineData("""{"status_map": {"3": "foo"}}""", "params_json.status_map.3", "no event of its own")]
    [InlineData("""{"3": "accepted"}""", "params_json.status_map,params_json.3", "missing")]
    [InlineData("\"{\\\"status_map\\\": {\\\"3\\\": \\\"foo\\\"}}\"", "params_json.status_map.3", "no event of its own")]
    [InlineData("\"{\\\"status_map\\\": \"", "params_json", "not valid JSON, line 1")]
    [InlineData("\"[]\"", "params_json", "an object")]
    [InlineData("5", "params_json", "an object")]
    public void Params_json_is_checked_all_the_same(string json, string at, string why)
    {
        var faults = folder.Set(ConfigFolder.Campaign, "status_map", null).Set(ConfigFolder.Campaign, "params_json", json).Load().Faults;

        Assert.Equal(at, string.Join(',', faults.Select(f => f.Key)));
        Assert.Contains(why, faults[0].Why);
    }

    [Fact]
    public void Both_maps_are_a_fault_and_so_is_none()
    {
        folder.Set(ConfigFolder.Campaign, "params_json", """{"status_map": {}}""");
        Assert.Contains("keep one of the two", folder.Fault().Why);

        folder.Set(ConfigFolder.Campaign, "params_json", null).Set(ConfigFolder.Campaign, "status_map", null);
        Assert.Equal("status_map", folder.Fault().Key);
    }

    [Fact]
    public void Labels_keep_the_files_order()
    {
        folder.Set(ConfigFolder.Campaign, "status_map", """{"9": "trash", "1": "wait", "5": "hold", "group:SPAM": "spam", "2": "Trash"}""");

        Assert.Equal(["trash", "wait", "hold"], folder.Config().Campaigns["first"].StatusMap.Labels);
    }

    private MappedStatus? Map(string status, string json) =>
        folder.Set(ConfigFolder.Campaign, $"status_map/{status}", json).Config().Campaigns["first"].StatusMap.Entries[status];

    [Theory]
    [InlineData("""{"1": "hold", "2": "hold", "group:PROCESSING": "hold"}""", "1")]
    [InlineData("""{"1": "hold", "2": {"label": "Hold", "event": "hold", "push": true}}""", "2")]
    [InlineData("""{"1": {"label": "hold", "push": false}, "2": {"label": "hold", "push": true}, "3": {"label": "hold", "push": true}}""", "2")]
    [InlineData("""{"group:PROCESSING": "hold"}""", null)]
    public void Of_several_statuses_with_a_label_the_marked_one_is_pushed_else_the_first(string map, string? id) =>
        Assert.Equal(id, folder.Set(ConfigFolder.Campaign, "status_map", map).Config().Campaigns["first"].StatusMap.StatusIdFor("HOLD"));
}
