using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LeadRelay.Bus;

namespace LeadRelay.Tests.Rules.Bus;

/// <summary>What each user of the broker may do, and that a service's user may do all that the service does.</summary>
public class BrokerRightsTests
{
    [Theory]
    [InlineData("Intake")]
    [InlineData("CrmWriter")]
    [InlineData("WebhookReceiver")]
    [InlineData("PostbackDispatcher")]
    [InlineData("AuditStore")]
    public void A_service_may_publish_the_messages_that_it_makes_and_no_others(string service)
    {
        var source = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Repository(), "services", service), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var made = Topology.Contracts.Keys.Where(contract => Regex.IsMatch(source, $@"\bnew {contract.Name}\(")).Select(contract => contract.Name).Order();

        Assert.Equal(made, BrokerRights.Published[service.ToLowerInvariant()].Select(contract => contract.Name).Order());
    }

    [Theory]
    [InlineData("intake", "intake.0198c0ffee0198c0ffee0198c0ffee01", "intake.answers", "guard")]
    [InlineData("crmwriter", "crmwriter", "crmwriter_error", "crmwriter_skipped", "guard", "MassTransit:Fault--LeadRelay.Contracts:LeadSubmitted--", "LeadRelay.Contracts:LeadSubmitted")]
    [InlineData("webhookreceiver", "guard", "LeadRelay.Contracts:OrderStatusChanged")]
    [InlineData("postbackdispatcher", "postbackdispatcher", "postbackdispatcher_error", "LeadRelay.Contracts:OrderCreated")]
    [InlineData("auditstore", "audit", "audit_error", "audit.views", "dead-letters", "LeadRelay.Contracts:IAudited")]
    [InlineData("operator", "dead-letters", "crmwriter_error", "audit.views_skipped")]
    public void A_user_may_read_what_is_its_own(string user, params string[] names) => Assert.All(names, name => Assert.Matches(BrokerRights.Users[user].Read, name));

    [Theory]
    [InlineData("intake", "crmwriter", "audit", "auditXviews", "dead-letters", "LeadRelay.Contracts:OrderCreated", "intake.else", "anything")]
    [InlineData("crmwriter", "audit", "postbackdispatcher", "crmwriter2", "xcrmwriter", "dead-letters", "LeadRelay.Contracts:IAudited")]
    [InlineData("webhookreceiver", "crmwriter", "audit", "postbackdispatcher", "MassTransit:Fault", "LeadRelay.Contracts:LeadSubmitted")]
    [InlineData("operator", "crmwriter", "audit", "guard")]
    public void A_user_may_read_and_make_nothing_else(string user, params string[] names) => Assert.All(names, name =>
    {
        Assert.DoesNotMatch(BrokerRights.Users[user].Read, name);
        Assert.True(name.Contains(':', StringComparison.Ordinal) || !BrokerRights.Users[user].MayConfigure(name), name);
    });

    [Theory]
    [InlineData("amqp://crmwriter:x@host/leadrelay", false)]
    [InlineData("amqp://guest:guest@host/", true)]
    [InlineData("amqp://host/", true)]
    public void A_user_with_another_name_makes_everything(string url, bool expected) => Assert.Equal(expected, BrokerRights.Of(new Uri(url)).MayConfigure("postbackdispatcher"));

    [Fact]
    public void The_definitions_have_every_user_with_a_password_that_RabbitMQ_can_check()
    {
        var passwords = BrokerRights.Users.Keys.ToDictionary(user => user, user => $"{user}-secret");
        var text = BrokerDefinitions.Of(passwords);
        var users = JsonElement.Parse(text).GetProperty("users").EnumerateArray().ToList();

        Assert.Equal(passwords.Keys.Order(), users.Select(user => user.GetProperty("name").GetString()!).Order());
        Assert.All(users, user =>
        {
            var hash = user.GetProperty("password_hash").GetBytesFromBase64();
            Assert.Equal(hash[4..], SHA256.HashData([.. hash[..4], .. Encoding.UTF8.GetBytes(passwords[user.GetProperty("name").GetString()!])]));
        });
        Assert.DoesNotContain("-secret", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_password_for_each_user_there_are_no_definitions()
    {
        var refused = Assert.Throws<ArgumentException>(() => BrokerDefinitions.Of(new Dictionary<string, string> { ["intake"] = "x", ["operator"] = "" }));

        Assert.Contains("crmwriter, webhookreceiver, postbackdispatcher, auditstore, operator has none", refused.Message, StringComparison.Ordinal);
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "LeadRelay.slnx")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
