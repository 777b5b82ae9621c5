namespace LeadRelay.Tests.Rules.Configuration;

public sealed class CampaignTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var campaign = folder.Config().Campaigns["first"];

        Assert.Equal("first", campaign.Alias);
        Assert.Equal("2", campaign.InitialStatusId);
        Assert.Null(campaign.Token);
        Assert.Null(campaign.OfferId);
        Assert.Null(campaign.Country);
        Assert.Null(campaign.Payout);
        Assert.True(campaign.Required.SetEquals(["phone"]));
        Assert.Empty(campaign.Postbacks);
        Assert.False(campaign.ForeignOrders);
        Assert.Equal(TimeSpan.FromSeconds(5), campaign.Wait);
    }

    [Fact]
    public void Everything_that_is_given_is_read()
    {
        var campaign = folder
            .Set(ConfigFolder.Campaign, "alias", "\"first\"").Set(ConfigFolder.Campaign, "token", "\"env:CPA\"")
            .Set(ConfigFolder.Campaign, "offer_id", "5").Set(ConfigFolder.Campaign, "webmaster_id", "\"6\"")
            .Set(ConfigFolder.Campaign, "required", "[\"email\", \"param.quiz\"]").Set(ConfigFolder.Campaign, "country", "\"de\"")
            .Set(ConfigFolder.Campaign, "payout", """{"amount": 12.50, "currency": "eur"}""")
            .Set(ConfigFolder.Campaign, "foreign_orders", "true").Set(ConfigFolder.Campaign, "wait_seconds", "0")
            .Config().Campaigns["first"];

        Assert.Equal("env:CPA", campaign.Token!.ToString());
        Assert.Equal(("5", "6"), (campaign.OfferId, campaign.WebmasterId));
        Assert.True(campaign.Required.SetEquals(["phone", "email", "param.quiz"]));
        Assert.Equal("DE", campaign.Country);
        Assert.Equal(new LeadRelay.Configuration.Payout(12.5m, "EUR"), campaign.Payout);
        Assert.True(campaign.ForeignOrders);
        Assert.Equal(TimeSpan.Zero, campaign.Wait);
    }

    [Theory]
    [InlineData("alias", "\"second\"", "alias", "\"second\"", "the file's name, first")]
    [InlineData("connection", null, "connection", null, "missing")]
    [InlineData("connection", "[]", "connection", "[…]", "a text in quotes")]
    [InlineData("partners", null, "partners", null, "missing")]
    [InlineData("partners", "[]", "partners", "[…]", "at least 1")]
    [InlineData("token", "\"the-token\"", "token", null, "env:NAME")]
    [InlineData("project_id", null, "project_id", null, "missing")]
    [InlineData("project_id", "true", "project_id", "true", "an id")]
    [InlineData("initial_status_id", null, "initial_status_id", null, "missing")]
    [InlineData("initial_status_id", "\"\"", "initial_status_id", "\"\"", "an id")]
    [InlineData("offer_id", "1", "webmaster_id", null, "both or neither")]
    [InlineData("webmaster_id", "1", "offer_id", null, "both or neither")]
    [InlineData("required", "\"email\"", "required", "\"email\"", "a list")]
    [InlineData("required", "[\"e-mail\"]", "required[0]", "\"e-mail\"", "Did you mean \"email\"?")]
    [InlineData("country", "\"DEU\"", "country", "\"DEU\"", "two letters")]
    [InlineData("country", "\"UK\"", "country", "\"UK\"", "GB")]
    [InlineData("payout", "12.5", "payout", "12.5", "an object")]
    [InlineData("payout", "{\"amount\": 1}", "payout.currency", null, "missing")]
    [InlineData("payout", "{\"currency\": \"EUR\"}", "payout.amount", null, "missing")]
    [InlineData("payout", "{\"amount\": -1, \"currency\": \"EUR\"}", "payout.amount", "-1", "from 0")]
    [InlineData("payout", "{\"amount\": \"1\", \"currency\": \"EUR\"}", "payout.amount", "\"1\"", "a number")]
    [InlineData("payout", "{\"amount\": 1, \"currency\": \"€\"}", "payout.currency", "\"€\"", "three letters")]
    [InlineData("foreign_orders", "\"yes\"", "foreign_orders", "\"yes\"", "true or false")]
    [InlineData("wait_seconds", "-1", "wait_seconds", "-1", "from 0 to 30")]
    [InlineData("wait_seconds", "30.1", "wait_seconds", "30.1", "from 0 to 30")]
    [InlineData("field_mapping", null, "field_mapping", null, "missing")]
    [InlineData("field_mapping", "{}", "field_mapping.click_id", null, "String field")]
    [InlineData("field_mapping/click_id", "\"source.subid_1\"", "field_mapping.click_id", null, "the webhook can return")]
    [InlineData("field_mapping/phone", "\"phoneFields\"", "field_mapping.phone", "\"phoneFields\"", "phoneFields.CODE")]
    [InlineData("field_mapping/phone", "\"phonefields.a\"", "field_mapping.phone", "\"phonefields.a\"", "phoneFields.CODE")]
    [InlineData("field_mapping/phone", "\"phoneFields.a.b\"", "field_mapping.phone", "\"phoneFields.a.b\"", "phoneFields.CODE")]
    [InlineData("field_mapping/phone", "5", "field_mapping.phone", "5", "a text in quotes")]
    [InlineData("field_mapping/ip", "\"source.ipaddress\"", "field_mapping.ip", "\"source.ipaddress\"", "source has no ipaddress")]
    [InlineData("field_mapping/sub1", "\"source.subid_11\"", "field_mapping.sub1", "\"source.subid_11\"", "Did you mean \"subid_1\"?")]
    [InlineData("field_mapping/sub1", "\"stringFields.click\"", "field_mapping.sub1", "\"stringFields.click\"", "click_id goes there already")]
    [InlineData("field_mapping/email", "\"phoneFields.phone\"", "field_mapping.email", null, "phone goes to phoneFields.phone unless")]
    [InlineData("field_mapping/clickid", "\"stringFields.x\"", "field_mapping.clickid", "\"stringFields.x\"", "Did you mean \"click_id\"?")]
    [InlineData("field_mapping/sub16", "\"stringFields.x\"", "field_mapping.sub16", "\"stringFields.x\"", "not a field of a lead")]
    [InlineData("field_mapping/param.", "\"stringFields.x\"", "field_mapping.param.", "\"stringFields.x\"", "not a field of a lead")]
    public void These_are_faults(string key, string? json, string at, string? shown, string why)
    {
        var fault = folder.Set(ConfigFolder.Campaign, key, json).Fault();

        Assert.Equal((ConfigFolder.Campaign, at, shown), (fault.File, fault.Key, fault.Value));
        Assert.Contains(why, fault.Why);
    }

    [Fact]
    public void A_field_mapping_is_completed_with_the_usual_places()
    {
        var mapping = folder.Set(ConfigFolder.Campaign, "field_mapping/ip", "\"stringFields.ip\"").Config().Campaigns["first"].FieldMapping;

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["click_id"] = "stringFields.click", ["ip"] = "stringFields.ip", ["phone"] = "phoneFields.phone",
                ["name"] = "humanNameFields.name", ["referrer"] = "source.refererUri",
            },
            mapping.ToDictionary());
    }

    [Theory]
    [InlineData("lead_id", "stringFields.our_id")]
    [InlineData("name", "humanNameFields.customer")]
    [InlineData("param.quiz answer", "stringFields.quiz")]
    [InlineData("sub15", "source.subid_10")]
    [InlineData("landing", "source.uri")]
    [InlineData("utm_term", "source.utm_term")]
    [InlineData("address", "addressFields.address-1")]
    [InlineData("email", "emailFields.email")]
    public void These_are_mapped(string field, string target) =>
        Assert.Equal(target, folder.Set(ConfigFolder.Campaign, $"field_mapping/{field}", $"\"{target}\"").Config().Campaigns["first"].FieldMapping[field]);
}
