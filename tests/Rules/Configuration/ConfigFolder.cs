using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Tests.Rules.Configuration;

/// <summary>A configuration folder of its own for a test: valid as it comes, to be spoiled key by key.</summary>
internal sealed class ConfigFolder : IDisposable
{
    public const string Connection = "connections/main.json";
    public const string Partner = "partners/buyer.json";
    public const string Campaign = "campaigns/first.json";
    public const string Tracker = "trackers/binom.json";

    public static readonly IReadOnlyDictionary<string, string> Valid = new Dictionary<string, string>
    {
        [Connection] = """
            {"base_url": "https://de.backend.salesrender.com", "company_id": "7", "token": "env:CRM_TOKEN", "webhook": {"secrets": ["env:HOOK"]}}
            """,
        [Partner] = $$"""{"keys": ["sha256:{{new string('a', 64)}}"]}""",
        ["partners/shop.json"] = $$"""{"keys": ["sha256:{{new string('b', 64)}}"], "roles": ["advertiser"]}""",
        [Campaign] = """
            {
              "connection": "main", "partners": ["buyer", "shop"], "project_id": "1", "initial_status_id": 2,
              "field_mapping": {"click_id": "stringFields.click"}, "status_map": {"3": "accepted"}
            }
            """,
        [Tracker] = """
            {"title": "Binom", "source": "its documentation", "transaction_id": "none", "repeat": "updates", "path": "/click.php", "parameters": {"cnv_id": "{click}", "cnv_status": "{status}"},
             "money_parameters": {"payout": "{payout}"}, "words": {"wait": "new", "approve": "sold well"}}
            """,
    };

    /// <summary>Without escapes, so that faults show what the test wrote.</summary>
    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public ConfigFolder()
    {
        foreach (var (file, json) in Valid)
            Write(file, json);
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("config-").FullName;

    public ConfigFolder Write(string file, string text)
    {
        var path = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return this;
    }

    /// <summary>Sets a value; levels of the key are separated by a slash. No JSON removes the key.</summary>
    public ConfigFolder Set(string file, string key, string? json)
    {
        var root = JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(Path, file)))!.AsObject();
        var levels = key.Split('/');
        var at = root;
        foreach (var level in levels[..^1])
            at = (at[level] ??= new JsonObject()).AsObject();
        if (json is null)
            at.Remove(levels[^1]);
        else
            at[levels[^1]] = JsonNode.Parse(json);
        return Write(file, root.ToJsonString(AsWritten));
    }

    /// <summary>Makes the connection a webmaster's, and the campaign what it needs to be for that.</summary>
    public ConfigFolder Webmaster(string api) => this
        .Set(Connection, "api", $"\"{api}\"").Set(Connection, "token", null).Set(Connection, "cpa_token", "\"env:CPA_TOKEN\"")
        .Set(Campaign, "project_id", null).Set(Campaign, "initial_status_id", null).Set(Campaign, "field_mapping", null).Set(Campaign, "offer_id", "8");

    public LoadResult Load(string profile = "production") => ConfigLoader.Load(Path, profile);

    /// <summary>The configuration, which must be valid.</summary>
    public RelayConfig Config()
    {
        var result = Load();
        Assert.Empty(result.Faults);
        return result.Config!;
    }

    /// <summary>The campaign's postbacks as they are read from JSON, which must be valid.</summary>
    public IReadOnlyDictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> Postbacks(string json) => Set(Campaign, "postbacks", json).Config().Campaigns["first"].Postbacks;

    /// <summary>Those of them that have one for each event.</summary>
    public Dictionary<StatusEvent, PostbackTemplate> Postback(string json) => Postbacks(json).ToDictionary(each => each.Key, each => Assert.Single(each.Value));

    /// <summary>The one fault there must be.</summary>
    public ConfigFault Fault()
    {
        var result = Load();
        Assert.Null(result.Config);
        return Assert.Single(result.Faults);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
