using System.Text;
using LeadRelay.Configuration;

namespace LeadRelay.Tests.Rules.Configuration;

public sealed class FolderTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_valid_folder_gives_everything_by_file_name()
    {
        var config = folder.Config();

        Assert.Equal(["main"], config.Connections.Keys);
        Assert.Equal(["buyer", "shop"], config.Partners.Keys.Order());
        Assert.Equal(["first"], config.Campaigns.Keys);
        Assert.Equal(["binom"], config.Trackers.Keys);
        Assert.Equal(folder.Path, config.Folder);
    }

    [Fact]
    public void A_missing_folder_is_a_fault()
    {
        var path = Path.Combine(folder.Path, "nowhere");

        var fault = Assert.Single(ConfigLoader.Load(path, "production").Faults);

        Assert.Equal(path, fault.File);
        Assert.Contains("does not exist", fault.Why);
    }

    [Fact]
    public void An_empty_folder_is_valid()
    {
        var path = Directory.CreateDirectory(Path.Combine(folder.Path, "empty")).FullName;

        var config = ConfigLoader.Load(path, "production").Config;

        Assert.Empty(config!.Campaigns);
    }

    [Fact]
    public void Files_of_editors_and_other_kinds_are_left_alone()
    {
        folder.Write("campaigns/.first.json", "broken").Write("campaigns/README.md", "# Campaigns").Write("schemas/x.json", "broken");

        folder.Config();
    }

    [Fact]
    public void Comments_trailing_commas_a_byte_order_mark_and_a_schema_are_allowed()
    {
        var text = "\uFEFF// a comment\n" + ConfigFolder.Valid[ConfigFolder.Partner].Replace("{", "{\"$schema\": \"x\", /* another */ ", StringComparison.Ordinal).Replace("}", ",}", StringComparison.Ordinal);

        folder.Write(ConfigFolder.Partner, text).Config();
    }

    [Theory]
    [InlineData("{\n  \"keys\": [,]\n}", "line 2, column 12")]
    [InlineData("", "line 1, column 1")]
    [InlineData("{\"keys\": ", "line 1")]
    public void Broken_json_is_one_fault_with_its_place(string text, string place)
    {
        var fault = folder.Write("partners/third.json", text).Fault();

        Assert.Equal(("partners/third.json", "", null), (fault.File, fault.Key, fault.Value));
        Assert.Contains($"not valid JSON, {place}", fault.Why);
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\udc00\": 1}")]
    public void Text_that_is_no_unicode_is_one_fault(string json)
    {
        var fault = folder.Write("partners/third.json", json).Fault();

        Assert.Contains("not valid Unicode", fault.Why);
    }

    [Fact]
    public void Bytes_that_are_no_unicode_are_one_fault()
    {
        File.WriteAllBytes(Path.Combine(folder.Path, "partners/third.json"), [.. Encoding.ASCII.GetBytes("{\"keys\": [\""), 0xFF, 0xFE, .. Encoding.ASCII.GetBytes("\"]}")]);

        Assert.Contains("Unicode", folder.Fault().Why);
    }

    [Theory]
    [InlineData("[]", "[…]")]
    [InlineData("\"text\"", "\"text\"")]
    [InlineData("null", "null")]
    public void A_file_that_holds_no_object_is_a_fault(string json, string shown)
    {
        var fault = folder.Write("partners/third.json", json).Fault();

        Assert.Equal(("", shown), (fault.Key, fault.Value));
        Assert.Contains("should be an object", fault.Why);
    }

    [Fact]
    public void A_key_that_stands_twice_is_a_fault()
    {
        var fault = folder.Write(ConfigFolder.Campaign, ConfigFolder.Valid[ConfigFolder.Campaign].Replace("{\"3\":", "{\"3\": \"rejected\", \"3\":", StringComparison.Ordinal)).Fault();

        Assert.Equal("status_map.3", fault.Key);
        Assert.Contains("stands twice", fault.Why);
    }

    [Theory]
    [InlineData(ConfigFolder.Campaign, "statusmap", "status_map")]
    [InlineData(ConfigFolder.Campaign, "Country", "country")]
    [InlineData(ConfigFolder.Connection, "baseurl", "base_url")]
    [InlineData(ConfigFolder.Connection, "webhook/secret", "secrets")]
    [InlineData(ConfigFolder.Connection, "webhook/paths/order", "order_id")]
    [InlineData(ConfigFolder.Partner, "role", "roles")]
    [InlineData(ConfigFolder.Tracker, "word", "words")]
    [InlineData(ConfigFolder.Tracker, "words/aprove", "approve")]
    [InlineData(ConfigFolder.Campaign, "postbacks/canceled", "cancel")]
    public void An_unknown_key_is_a_fault_that_knows_what_was_meant(string file, string key, string meant)
    {
        var fault = folder.Set(file, key, "\"secret-in-the-wrong-place\"").Fault();

        Assert.Equal((file, key.Replace('/', '.'), null), (fault.File, fault.Key, fault.Value));
        Assert.Contains("not known", fault.Why);
        Assert.Contains(meant, fault.Why);
    }

    [Theory]
    [InlineData("Demo")]
    [InlineData("-demo")]
    [InlineData("de mo")]
    [InlineData("query")]
    [InlineData("status")]
    public void A_campaign_file_whose_name_is_no_alias_is_a_fault(string name)
    {
        var fault = folder.Write($"campaigns/{name}.json", ConfigFolder.Valid[ConfigFolder.Campaign]).Fault();

        Assert.Equal($"campaigns/{name}.json", fault.File);
        Assert.Contains("rename", fault.Why);
    }

    [Theory]
    [InlineData("connection", "\"mian\"", "connection", "There is no file connections/mian.json. Did you mean \"main\"?")]
    [InlineData("partners", "[\"buyer\", \"nobody\"]", "partners[1]", "There is no file partners/nobody.json. There is: buyer, shop.")]
    [InlineData("postbacks", "{\"tracker\": \"binon\", \"base\": \"https://t.example\"}", "postbacks.tracker", "There is no file trackers/binon.json. Did you mean \"binom\"?")]
    public void A_campaign_that_names_what_there_is_not_is_a_fault(string key, string json, string at, string why)
    {
        var fault = folder.Set(ConfigFolder.Campaign, key, json).Fault();

        Assert.Equal((ConfigFolder.Campaign, at, why), (fault.File, fault.Key, fault.Why));
    }

    [Fact]
    public void A_broken_file_is_not_reported_again_by_those_that_name_it()
    {
        folder.Write(ConfigFolder.Tracker, "broken").Write(ConfigFolder.Connection, "broken").Write(ConfigFolder.Partner, "broken")
            .Set(ConfigFolder.Campaign, "postbacks", "{\"tracker\": \"binom\", \"base\": \"https://t.example\"}");

        Assert.Equal([ConfigFolder.Connection, ConfigFolder.Partner, ConfigFolder.Tracker], folder.Load().Faults.Select(f => f.File).Order());
    }

    [Fact]
    public void A_file_with_five_faults_reports_all_five_and_so_do_the_others()
    {
        folder.Set(ConfigFolder.Campaign, "connection", "\"other\"").Set(ConfigFolder.Campaign, "project_id", null)
            .Set(ConfigFolder.Campaign, "wait_seconds", "31").Set(ConfigFolder.Campaign, "country", "\"Germany\"")
            .Set(ConfigFolder.Campaign, "status_map/3", "\"foo\"").Set(ConfigFolder.Partner, "roles", "[]").Write(ConfigFolder.Tracker, "[");

        var faults = folder.Load().Faults;

        Assert.Equal(
            ["connection", "country", "project_id", "status_map.3", "wait_seconds"],
            faults.Where(f => f.File == ConfigFolder.Campaign).Select(f => f.Key).Order());
        Assert.Equal(7, faults.Count);
    }

    [Fact]
    public void A_fault_reads_as_file_key_value_and_why()
    {
        var fault = folder.Set(ConfigFolder.Campaign, "status_map/3", "\"foo\"").Fault();

        Assert.Equal(
            "campaigns/first.json: status_map.3 = \"foo\": The label foo has no event of its own; say which: "
            + "{\"label\":\"foo\",\"event\":\"approve\"}, or another of wait, hold, approve, cancel, trash.",
            fault.ToString());
    }

    [Fact]
    public void Every_kind_of_fault_is_a_sentence()
    {
        Assert.Equal("partners/a.json: It is broken.", new ConfigFault("partners/a.json", "", null, "It is broken.").ToString());
        Assert.Equal("partners/a.json: keys: It is missing.", new ConfigFault("partners/a.json", "keys", null, "It is missing.").ToString());
    }
}
