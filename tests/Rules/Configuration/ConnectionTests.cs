using LeadRelay.Configuration;

namespace LeadRelay.Tests.Rules.Configuration;

public sealed class ConnectionTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var connection = folder.Config().Connections["main"];

        Assert.Null(connection.AuthScheme);
        Assert.Equal(TimeSpan.FromSeconds(20), connection.TimeLimit);
        Assert.Equal(RewardUnit.Major, connection.Webhook.RewardUnit);
        Assert.Empty(connection.Webhook.Networks);
        Assert.False(connection.Webhook.Verify);
        Assert.Equal(Enum.GetValues<WebhookField>(), connection.Webhook.Paths.Keys.Order());
        Assert.Equal(["id", "order_id", "orderId"], connection.Webhook.Paths[WebhookField.OrderId]);
        Assert.Contains("data.stringFields[lead_id].value", connection.Webhook.Paths[WebhookField.LeadId]);
        Assert.Contains("data.stringFields[click_id].value", connection.Webhook.Paths[WebhookField.ClickId]);
        Assert.Equal("https://de.backend.salesrender.com/companies/7/CRM", connection.CrmEndpoint.AbsoluteUri);
    }

    [Fact]
    public void Paths_are_overridden_one_by_one()
    {
        var paths = folder
            .Set(ConfigFolder.Connection, "webhook/paths", """{"comment": "data.stringFields[operator.note].value", "click_id": ["a", "b.c"]}""")
            .Config().Connections["main"].Webhook.Paths;

        Assert.Equal(["data.stringFields[operator.note].value"], paths[WebhookField.Comment]);
        Assert.Equal(["a", "b.c"], paths[WebhookField.ClickId]);
        Assert.Equal(["statusChangedAt", "status_changed_at"], paths[WebhookField.StatusChangedAt]);
    }

    [Fact]
    public void A_single_address_is_a_network_of_one()
    {
        var webhook = folder
            .Set(ConfigFolder.Connection, "webhook/networks", """["203.0.113.7", "2001:db8::7", "198.51.100.0/24"]""")
            .Set(ConfigFolder.Connection, "webhook/verify", "true")
            .Config().Connections["main"].Webhook;

        Assert.Equal(["203.0.113.7/32", "2001:db8::7/128", "198.51.100.0/24"], webhook.Networks.Select(n => n.ToString()));
        Assert.True(webhook.Verify);
    }

    [Theory]
    [InlineData("base_url", "\"https://de.example/\"")]
    [InlineData("base_url", "\"http://127.0.0.1:8090\"")]
    [InlineData("api", "\"crm\"")]
    [InlineData("create/document", "\"mutation($input: AddOrderInput!) { orders { add(input: $input) { number } } }\"")]
    [InlineData("create/id_path", "\"data.orders.add.number\"")]
    [InlineData("update/id_path", "\"id\"")]
    [InlineData("read/document", "\"query Find($filters: OrderSearchFilter) { ordersFetcher(filters: $filters) { orders { id status { id } } } }\"")]
    [InlineData("company_id", "7")]
    [InlineData("auth_scheme", "\"Bearer\"")]
    [InlineData("time_limit_seconds", "1")]
    [InlineData("time_limit_seconds", "20")]
    [InlineData("time_limit_seconds", "2.5")]
    [InlineData("token", "\"file:/run/secrets/crm token\"")]
    [InlineData("webhook/secrets", "[\"env:A\", \"env:B\"]")]
    [InlineData("webhook/reward_unit", "\"minor\"")]
    [InlineData("webhook/networks", "[\"203.0.113.0/24\", \"2001:db8::/32\", \"0.0.0.0/0\"]")]
    [InlineData("webhook/verify", "false")]
    [InlineData("webhook/paths/click_id", "\"query.subid\"")]
    public void These_are_accepted(string key, string json) => folder.Set(ConfigFolder.Connection, key, json).Config();

    [Theory]
    [InlineData("base_url", null, "base_url", null, "missing")]
    [InlineData("base_url", "\"de.backend.salesrender.com\"", "base_url", null, "absolute URL")]
    [InlineData("base_url", "\"ftp://x.example\"", "base_url", null, "https:// or http://")]
    [InlineData("base_url", "\"https://user:secret@x.example\"", "base_url", null, "no user")]
    [InlineData("base_url", "\"https://x.example/?token=secret\"", "base_url", null, "no query")]
    [InlineData("base_url", "\"https://x.example/companies/7/CRM\"", "base_url", "\"https://x.example/companies/7/CRM\"", "before /companies")]
    [InlineData("base_url", "7", "base_url", "7", "a text in quotes")]
    [InlineData("company_id", "1.5", "company_id", "1.5", "an id")]
    [InlineData("company_id", "-1", "company_id", "-1", "an id")]
    [InlineData("company_id", "1e5", "company_id", "1e5", "an id")]
    [InlineData("company_id", "\"a b\"", "company_id", "\"a b\"", "an id")]
    [InlineData("company_id", "null", "company_id", "null", "leave the key out instead of null")]
    [InlineData("token", null, "token", null, "missing")]
    [InlineData("token", "\"secret-itself\"", "token", null, "env:NAME")]
    [InlineData("token", "\"env:\"", "token", null, "env:NAME")]
    [InlineData("token", "\"env:A B\"", "token", null, "env:NAME")]
    [InlineData("token", "\"file:\"", "token", null, "env:NAME")]
    [InlineData("token", "123456", "token", null, "env:NAME")]
    [InlineData("api", "\"rest\"", "api", "\"rest\"", "There is: crm, cpa, cpa_rest.")]
    [InlineData("api", "\"cpa-rest\"", "api", "\"cpa-rest\"", "Did you mean \"cpa_rest\"?")]
    [InlineData("cpa_token", "\"env:CPA\"", "cpa_token", null, "make the api cpa or cpa_rest")]
    [InlineData("cpa", "{}", "cpa", null, "not known here")]
    [InlineData("create", "\"mutation\"", "create", "\"mutation\"", "an object")]
    [InlineData("create/document", "\"mutation { addOrder { id } }\"", "create.document", "\"mutation { addOrder { id } }\"", "the operation in one line")]
    [InlineData("create/document", "\"query($input: X!) { x }\"", "create.document", "\"query($input: X!) { x }\"", "the operation in one line")]
    [InlineData("create/id_path", "\"data..id\"", "create.id_path", "\"data..id\"", "the dotted path")]
    [InlineData("read/document", "\"query { x }\"", "read.document", "\"query { x }\"", "the operation in one line")]
    [InlineData("read/id_path", "\"id\"", "read.id_path", null, "not known here")]
    [InlineData("auth_scheme", "\"Bearer secret\"", "auth_scheme", null, "one word")]
    [InlineData("auth_scheme", "\" \"", "auth_scheme", null, "empty")]
    [InlineData("time_limit_seconds", "0.5", "time_limit_seconds", "0.5", "from 1 to 20")]
    [InlineData("time_limit_seconds", "21", "time_limit_seconds", "21", "from 1 to 20")]
    [InlineData("time_limit_seconds", "1e999", "time_limit_seconds", "1e999", "from 1 to 20")]
    [InlineData("time_limit_seconds", "\"20\"", "time_limit_seconds", "\"20\"", "without quotes")]
    [InlineData("webhook", null, "webhook", null, "missing")]
    [InlineData("webhook", "[]", "webhook", "[…]", "an object")]
    [InlineData("webhook/secrets", null, "webhook.secrets", null, "missing")]
    [InlineData("webhook/secrets", "\"secret-itself\"", "webhook.secrets", null, "a list")]
    [InlineData("webhook/secrets", "[]", "webhook.secrets", null, "1 to 2")]
    [InlineData("webhook/secrets", "[\"env:A\", \"env:B\", \"env:C\"]", "webhook.secrets", null, "1 to 2")]
    [InlineData("webhook/secrets", "[\"env:A\", \"secret-itself\"]", "webhook.secrets[1]", null, "env:NAME")]
    [InlineData("webhook/reward_unit", "\"Minor\"", "webhook.reward_unit", "\"Minor\"", "Did you mean \"minor\"?")]
    [InlineData("webhook/networks", "\"203.0.113.0/24\"", "webhook.networks", "\"203.0.113.0/24\"", "a list")]
    [InlineData("webhook/networks", "[\"203.0.113.0/24\", \"203.0.113/24\"]", "webhook.networks[1]", "\"203.0.113/24\"", "a network")]
    [InlineData("webhook/networks", "[\"203.0.113.0/33\"]", "webhook.networks[0]", "\"203.0.113.0/33\"", "a network")]
    [InlineData("webhook/networks", "[\"7\"]", "webhook.networks[0]", "\"7\"", "one address")]
    [InlineData("webhook/networks", "[\"salesrender.com\"]", "webhook.networks[0]", "\"salesrender.com\"", "one address")]
    [InlineData("webhook/verify", "\"yes\"", "webhook.verify", "\"yes\"", "true or false")]
    [InlineData("webhook/paths", "\"id\"", "webhook.paths", "\"id\"", "an object")]
    [InlineData("webhook/paths/comment", "[]", "webhook.paths.comment", "[…]", "at least 1")]
    [InlineData("webhook/paths/comment", "\"a..b\"", "webhook.paths.comment", "\"a..b\"", "dotted path")]
    [InlineData("webhook/paths/comment", "[\"a\", \"b[\"]", "webhook.paths.comment[1]", "\"b[\"", "dotted path")]
    public void These_are_faults(string key, string? json, string at, string? shown, string why)
    {
        var fault = folder.Set(ConfigFolder.Connection, key, json).Fault();

        Assert.Equal((ConfigFolder.Connection, at, shown), (fault.File, fault.Key, fault.Value));
        Assert.Contains(why, fault.Why);
        Assert.DoesNotContain("secret-itself", fault.ToString());
    }

    [Theory]
    [InlineData("cpa", "https://de.backend.salesrender.com/companies/7/CPA")]
    [InlineData("cpa_rest", "https://de.backend.salesrender.com/companies/7/CPA/lead/add")]
    public void A_webmaster_needs_no_token_of_the_companys(string api, string endpoint)
    {
        var connection = folder.Webmaster(api).Config().Connections["main"];

        Assert.Equal((endpoint, "env:CPA_TOKEN"), (connection.CreateEndpoint.AbsoluteUri, connection.CpaToken!.ToString()));
        Assert.Null(connection.Token);
        Assert.Equal("https://de.backend.salesrender.com/companies/7/CRM", connection.CrmEndpoint.AbsoluteUri);
        Assert.Equal("env:CRM", folder.Set(ConfigFolder.Connection, "token", "\"env:CRM\"").Set(ConfigFolder.Connection, "webhook/verify", "true").Config().Connections["main"].Token!.ToString());
    }

    [Theory]
    [InlineData("cpa", "cpa_token", null, "cpa_token", null, "need the webmaster's token")]
    [InlineData("cpa_rest", "cpa_token", "\"secret-itself\"", "cpa_token", null, "env:NAME")]
    [InlineData("cpa", "webhook/verify", "true", "webhook.verify", null, "It needs token")]
    [InlineData("cpa_rest", "create/document", "\"mutation($input: X!) { y }\"", "create.document", null, "There is: id_path.")]
    public void These_are_a_webmasters_faults(string api, string key, string? json, string at, string? shown, string why)
    {
        var fault = folder.Webmaster(api).Set(ConfigFolder.Connection, key, json).Fault();

        Assert.Equal((ConfigFolder.Connection, at, shown), (fault.File, fault.Key, fault.Value));
        Assert.Contains(why, fault.Why);
        Assert.DoesNotContain("secret-itself", fault.ToString());
    }

    [Fact]
    public void The_samples_webhook_secret_is_refused_in_production_wherever_it_comes_from()
    {
        folder.Write("hook", "demo-webhook-secret\n").Set(ConfigFolder.Connection, "webhook/secrets", "[\"file:hook\"]");

        Assert.Equal("webhook.secrets[0]", folder.Fault().Key);
        Assert.Empty(folder.Load("sandbox").Faults);
    }

    [Fact]
    public void A_secret_that_cannot_be_read_here_is_no_fault() =>
        folder.Set(ConfigFolder.Connection, "token", "\"file:/nowhere\"").Set(ConfigFolder.Connection, "webhook/secrets", "[\"file:/nowhere\"]").Config();
}
