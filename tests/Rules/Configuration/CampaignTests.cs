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
    [InlineData("field_mapping/sub1", "\"data.string_1\"", "field_mapping.sub1", "\"data.string_1\"", "stringFields.CODE")]
    [InlineData("constants", "[]", "constants", "[…]", "an object")]
    [InlineData("constants/source.utm", "\"x\"", "constants.source.utm", null, "source has no utm")]
    [InlineData("constants/stringFields.x", "5", "constants.stringFields.x", "5", "a text in quotes")]
    [InlineData("constants/stringFields.click", "\"x\"", "constants.stringFields.click", null, "The lead's click_id goes there")]
    [InlineData("constants/source.refererUri", "\"x\"", "constants.source.refererUri", null, "The lead's referrer goes there")]
    public void These_are_faults(string key, string? json, string at, string? shown, string why)
    {
        var fault = folder.Set(ConfigFolder.Campaign, key, json).Fault();

        Assert.Equal((ConfigFolder.Campaign, at, shown), (fault.File, fault.Key, fault.Value));
        Assert.Contains(why, fault.Why);
    }

    [Theory]
    [InlineData("cpa")]
    [InlineData("cpa_rest")]
    public void A_webmasters_campaign_needs_little_more_than_an_offer(string api)
    {
        var campaign = folder.Webmaster(api).Config().Campaigns["first"];

        Assert.Equal((null, null, "8", null), (campaign.ProjectId, campaign.InitialStatusId, campaign.OfferId, campaign.WebmasterId));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["phone"] = "data.phone_1", ["name"] = "data.humanName_1", ["ip"] = "source.ip", ["referrer"] = "source.refererUri", ["click_id"] = "data.string_1",
            },
            campaign.FieldMapping.ToDictionary());
    }

    [Theory]
    [InlineData("cpa", "field_mapping/click_id", "\"data.string_10\"")]
    [InlineData("cpa", "field_mapping/address", "\"data.address_2\"")]
    [InlineData("cpa", "field_mapping/sub1", "\"externalTag\"")]
    [InlineData("cpa", "cart", "[{\"item_id\": 1, \"price\": 1}]")]
    [InlineData("cpa", "constants/source.utm_source", "\"relay\"")]
    [InlineData("cpa", "webmaster_id", "7")]
    [InlineData("cpa", "initial_status_id", "3")]
    [InlineData("cpa_rest", "field_mapping/sub1", "\"source.subid_2\"")]
    [InlineData("cpa_rest", "constants/timezoneOffset", "\"UTC+03:00\"")]
    public void A_webmasters_campaign_can_have_these(string api, string key, string json) => folder.Webmaster(api).Set(ConfigFolder.Campaign, key, json).Config();

    [Theory]
    [InlineData("cpa", "offer_id", null, "offer_id", null, "takes leads for an offer")]
    [InlineData("cpa", "project_id", "1", "project_id", null, "the offer decides the project")]
    [InlineData("cpa_rest", "cart", "[{\"item_id\": 1, \"price\": 1}]", "cart", null, "takes no goods")]
    [InlineData("cpa", "field_mapping/click_id", "\"data.comment\"", "field_mapping.click_id", null, "data.string_1 to data.string_10")]
    [InlineData("cpa", "field_mapping/sub1", "\"data.string_11\"", "field_mapping.sub1", "\"data.string_11\"", "Did you mean \"string_1\"?")]
    [InlineData("cpa", "field_mapping/sub1", "\"data.string_1\"", "field_mapping.sub1", null, "click_id goes to data.string_1 unless")]
    [InlineData("cpa", "field_mapping/sub1", "\"stringFields.sub1\"", "field_mapping.sub1", "\"stringFields.sub1\"", "It should be data.SLOT")]
    [InlineData("cpa", "field_mapping/sub1", "\"source.subid_1\"", "field_mapping.sub1", "\"source.subid_1\"", "source has no subid_1")]
    [InlineData("cpa_rest", "field_mapping/sub1", "\"source.subid_3\"", "field_mapping.sub1", "\"source.subid_3\"", "source has no subid_3")]
    [InlineData("cpa", "constants/timezoneOffset", "\"UTC+03:00\"", "constants.timezoneOffset", null, "It should be data.SLOT")]
    [InlineData("cpa", "constants/externalId", "\"x\"", "constants.externalId", null, "It should be data.SLOT")]
    [InlineData("cpa", "constants/data.string_1", "\"x\"", "constants.data.string_1", null, "The lead's click_id goes there")]
    public void These_are_a_webmasters_faults(string api, string key, string? json, string at, string? shown, string why)
    {
        var fault = folder.Webmaster(api).Set(ConfigFolder.Campaign, key, json).Fault();

        Assert.Equal((ConfigFolder.Campaign, at, shown), (fault.File, fault.Key, fault.Value));
        Assert.Contains(why, fault.Why);
    }

    [Fact]
    public void Faults_of_the_connection_and_of_its_campaign_are_told_at_once_and_nothing_is_made_up()
    {
        folder.Webmaster("cpa").Set(ConfigFolder.Connection, "cpa_token", null).Set(ConfigFolder.Campaign, "project_id", "1");
        Assert.Equal(["cpa_token", "project_id"], folder.Load().Faults.Select(f => f.Key));

        folder.Set(ConfigFolder.Campaign, "project_id", null).Write(ConfigFolder.Connection, "{");
        Assert.Equal(ConfigFolder.Connection, folder.Fault().File);
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
