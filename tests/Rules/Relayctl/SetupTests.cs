using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LeadRelay.Configuration;
using LeadRelay.Relayctl;
using LeadRelay.Tests.Rules.Configuration;

namespace LeadRelay.Tests.Rules.Relayctl;

/// <summary>What the full stack's set-up hands out.</summary>
public sealed class SetupTests : IDisposable
{
    private static readonly string[] Stores = ["Broker__Url", "Operator__PersonalDataToken", "Operator__Token", "Store__Url"];

    private readonly string volumes = Directory.CreateTempSubdirectory("volumes-").FullName;
    private readonly StringWriter output = new();

    public SetupTests()
    {
        foreach (var part in (string[])["setup", .. Setup.Services, "operator", "rabbitmq", "mongo", "seq", "sandbox-config"])
            Directory.CreateDirectory(Path.Combine(volumes, part));
    }

    public static TheoryData<string, string[]> Parts => new()
    {
        { "intake", ["Broker__Url"] },
        { "webhookreceiver", ["Broker__Url"] },
        { "crmwriter", Stores },
        { "postbackdispatcher", Stores },
        { "auditstore", [.. Stores, "Privacy__Key"] },
        { "operator", ["Broker__Url", "Operator__Token"] },
        { "rabbitmq", ["definitions.json"] },
        { "mongo", ["auditstore", "crmwriter", "keyfile", "postbackdispatcher", "root"] },
        { "seq", ["admin"] },
        { "sandbox-config", [] },
    };

    public void Dispose()
    {
        output.Dispose();
        Directory.Delete(volumes, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void Each_part_gets_its_own_and_nothing_else(string part, string[] files)
    {
        Run();

        Assert.Equal(files.Order(StringComparer.Ordinal), Files(part));
        foreach (var file in files)
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(Path.Combine(volumes, part, file)));
    }

    [Fact]
    public void Secrets_are_long_and_no_two_are_the_same()
    {
        Run();

        var secrets = Files("setup").Select(file => Read("setup", file)).ToList();
        Assert.All(secrets, secret => Assert.Matches("^[0-9a-f]{64}$", secret));
        Assert.Equal(secrets.Count, secrets.Distinct().Count());
        Assert.Equal(6, Setup.Services.Append("operator").Select(part => Read(part, "Broker__Url")).Distinct().Count());
    }

    [Fact]
    public void The_broker_learns_the_passwords_that_the_services_have()
    {
        Run();

        using var definitions = JsonDocument.Parse(Read("rabbitmq", "definitions.json"));
        foreach (var user in definitions.RootElement.GetProperty("users").EnumerateArray())
        {
            var address = new Uri(Read(user.GetProperty("name").GetString()!, "Broker__Url"));
            var (hash, password) = (Convert.FromBase64String(user.GetProperty("password_hash").GetString()!), address.UserInfo.Split(':')[1]);
            Assert.Equal(hash[4..], SHA256.HashData([.. hash[..4], .. Encoding.UTF8.GetBytes(password)]));
            Assert.Equal(("rabbitmq", "/leadrelay"), (address.Host, address.AbsolutePath));
        }
        Assert.Equal(["leadrelay"], definitions.RootElement.GetProperty("vhosts").EnumerateArray().Select(vhost => vhost.GetProperty("name").GetString()));
    }

    [Fact]
    public void The_operators_token_is_shown_when_it_is_made_and_never_again()
    {
        Run();
        Assert.Contains(Read("auditstore", "Operator__Token"), output.ToString(), StringComparison.Ordinal);
        output.GetStringBuilder().Clear();

        Run();

        Assert.Equal($"All secrets are there.{Environment.NewLine}", output.ToString());
    }

    [Fact]
    public void A_second_run_changes_nothing()
    {
        Run();
        var before = All();

        Run();

        Assert.Equal(before, All());
        Assert.Equal(["definitions.json"], Files("rabbitmq"));
    }

    [Fact]
    public void What_a_crash_left_half_done_is_put_right()
    {
        Run();
        var before = All();
        File.Delete(Path.Combine(volumes, "crmwriter", "Broker__Url"));
        File.Delete(Path.Combine(volumes, "rabbitmq", "definitions.json"));
        File.WriteAllText(Path.Combine(volumes, "mongo", ".root.new"), "half");
        File.Delete(Path.Combine(volumes, "mongo", "root"));

        Run();

        Assert.Equal(before, All());
        Assert.Equal(["definitions.json"], Files("rabbitmq"));
    }

    [Theory]
    [InlineData("operator", "crmwriter/Operator__Token auditstore/Operator__Token postbackdispatcher/Operator__Token operator/Operator__Token")]
    [InlineData("personal-data", "crmwriter/Operator__PersonalDataToken auditstore/Operator__PersonalDataToken postbackdispatcher/Operator__PersonalDataToken")]
    [InlineData("broker", "intake/Broker__Url webhookreceiver/Broker__Url crmwriter/Broker__Url auditstore/Broker__Url postbackdispatcher/Broker__Url operator/Broker__Url")]
    [InlineData("store", "crmwriter/Store__Url auditstore/Store__Url postbackdispatcher/Store__Url mongo/crmwriter mongo/postbackdispatcher mongo/auditstore")]
    public void A_rotation_changes_what_it_names_alone(string what, string changed)
    {
        Run();
        var before = All();

        Run(rotate: what);

        Assert.Equal(changed.Split(' ').Order(), All().Where(file => before[file.Key] != file.Value && !file.Key.StartsWith("setup/", StringComparison.Ordinal)).Select(file => file.Key).Order());
    }

    [Fact]
    public void Another_store_and_a_key_of_Seqs_are_handed_on()
    {
        new Setup(volumes, output).Run("sqlite:/data", null, "s3cret");
        Run();

        Assert.All(Setup.Services, service => Assert.Equal("X-Seq-ApiKey=s3cret", Read(service, "OTEL_EXPORTER_OTLP_HEADERS")));
        new Setup(volumes, output).Run("sqlite:/data", null, null);
        Assert.Equal("sqlite:/data", Read("auditstore", "Store__Url"));
    }

    [Fact]
    public void A_volume_that_is_not_mounted_is_said()
    {
        Directory.Delete(Path.Combine(volumes, "seq"));

        Assert.Contains("each part's volume must be mounted", Assert.ThrowsAny<Exception>(() => Run()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_sandbox_gives_the_services_the_samples_with_its_own_address()
    {
        new SetupSandbox(Samples.Folder, volumes, output).Configure();

        var config = ConfigLoader.Load(Path.Combine(volumes, "sandbox-config"), "sandbox").Config!;
        Assert.Equal("http://sandbox:8090", config.Connections["sandbox"].BaseUrl.ToString().TrimEnd('/'));
        Assert.Equal(ConfigLoader.Load(Samples.Folder, "sandbox").Config!.Campaigns.Keys, config.Campaigns.Keys);
        Assert.DoesNotContain("127.0.0.1:8090", string.Concat(All().Values), StringComparison.Ordinal);
        Assert.All(Setup.Services, service => Assert.Equal(("sandbox", "/sandbox-config"), (Read(service, "Profile"), Read(service, "Config__Path"))));
        Assert.NotEmpty(Networks.Parse("own", Read("postbackdispatcher", "Postbacks__AllowNetworks")));
    }

    private void Run(string? rotate = null) => new Setup(volumes, output).Run(null, rotate, null);

    private IEnumerable<string> Files(string part) => Directory.EnumerateFiles(Path.Combine(volumes, part)).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private string Read(string part, string file) => File.ReadAllText(Path.Combine(volumes, part, file));

    /// <summary>But for the broker's definitions, whose salts are new each time.</summary>
    private Dictionary<string, string> All() => Directory.EnumerateFiles(volumes, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) is not "definitions.json")
        .ToDictionary(file => Path.GetRelativePath(volumes, file), File.ReadAllText);
}
