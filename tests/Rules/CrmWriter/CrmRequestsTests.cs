using System.Text.Json.Nodes;
using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.CrmWriter;

namespace LeadRelay.Tests.Rules.CrmWriter;

/// <summary>Which call a message becomes: by whose API, with whose token, and with what in it.</summary>
public class CrmRequestsTests
{
    private const string Company = "https://crm.example/companies/7/";
    private static readonly Guid LeadId = new("0190163d-8694-739b-aea5-966c26f8ad91");

    [Theory]
    [InlineData(OrderApi.Crm, "CRM", "env:CRM", Documents.AddOrder, "data.orderMutation.addOrder.id")]
    [InlineData(OrderApi.Cpa, "CPA", "env:CPA", Documents.AddLead, "data.leadMutation.addLead.id")]
    [InlineData(OrderApi.CpaRest, "CPA/lead/add", "env:CPA", null, "id")]
    public void An_order_is_made_through_the_connections_api(OrderApi api, string path, string token, string? document, string idPath)
    {
        var request = Create(api);

        Assert.Equal((Company + path, token, document, idPath), (request.Endpoint.AbsoluteUri, request.Token!.ToString(), request.Document, request.IdPath));
    }

    [Theory]
    [InlineData(OrderApi.Crm)]
    [InlineData(OrderApi.Cpa)]
    [InlineData(OrderApi.CpaRest)]
    public void Everything_else_goes_through_the_company_whatever_the_campaigns_token(OrderApi api)
    {
        var (campaign, connection) = (Builders.Campaign() with { Token = Secret("env:OWN") }, Connection(api));
        var changed = Builders.Changed();

        foreach (var message in new IAudited[] { Builders.Update(LeadId), new OrderVerificationRequested(changed.About, LeadId, changed, Builders.Now) })
        {
            var request = CrmRequests.Of(message, campaign, connection);
            Assert.Equal((Company + "CRM", "env:CRM"), (request.Endpoint.AbsoluteUri, request.Token!.ToString()));
            Assert.Null(CrmRequests.Of(message, campaign, connection with { Token = null }).Token);
        }
        Assert.Equal("env:OWN", CrmRequests.Of(Builders.Submitted(LeadId), campaign, connection).Token!.ToString());
    }

    [Fact]
    public void What_a_connection_says_otherwise_counts()
    {
        var connection = Connection(OrderApi.Crm) with { Create = new Operation("mutation a", "data.a.id"), Update = new Operation(null, "data.b.id"), Read = new Operation("query c", null) };
        var changed = Builders.Changed();

        var create = CrmRequests.Of(Builders.Submitted(LeadId), Builders.Campaign(), connection);
        var update = CrmRequests.Of(Builders.Update(LeadId), Builders.Campaign(), connection);
        var read = CrmRequests.Of(new OrderVerificationRequested(changed.About, LeadId, changed, Builders.Now), Builders.Campaign(), connection);

        Assert.Equal(("mutation a", "data.a.id"), (create.Document, create.IdPath));
        Assert.Equal((Documents.UpdateOrder, "data.b.id"), (update.Document, update.IdPath));
        Assert.Equal("query c", read.Document);
    }

    [Theory]
    [InlineData("phone", "data.phone_1", """{"data":{"phone_1":"+491701234567"}}""")]
    [InlineData("click_id", "data.string_1", """{"data":{"string_1":"c-1"}}""")]
    [InlineData("param.Wish", "data.string_10", """{"data":{"string_10":"blue"}}""")]
    [InlineData("name", "data.humanName_1", """{"data":{"humanName_1":{"firstName":"Ann","lastName":"Lee"}}}""")]
    [InlineData("last_name", "data.humanName_2", """{"data":{"humanName_2":{"firstName":"Lee"}}}""")]
    [InlineData("name", "data.string_2", """{"data":{"string_2":"Ann Lee"}}""")]
    [InlineData("address", "data.address_1", """{"data":{"address_1":{"postcode":"10115","region":"BE","city":"Berlin","address_1":"Weg 1"}}}""")]
    [InlineData("email", "data.email_1", """{"data":{"email_1":"a@b.example"}}""")]
    [InlineData("utm_source", "source.utm_source", """{"source":{"utm_source":"news"}}""")]
    [InlineData("sub7", "externalTag", """{"externalTag":"seven"}""")]
    [InlineData("sub2", "data.string_2", "{}")]
    [InlineData("landing", "data.uri_1", "{}")]
    public void A_webmasters_lead_has_its_fields_in_slots(string field, string place, string expected)
    {
        foreach (var api in new[] { OrderApi.Cpa, OrderApi.CpaRest })
        {
            var input = Input(Create(api, c => c with { FieldMapping = new Dictionary<string, string> { [field] = place } }));
            Assert.Equal(("8", LeadId.ToString()), (input["offerId"]!.GetValue<string>(), input["externalId"]!.GetValue<string>()));
            input.Remove("offerId");
            input.Remove("externalId");
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), input), input.ToJsonString());
        }
    }

    [Fact]
    public void Constants_are_put_beside_the_leads_fields()
    {
        var mapping = new Dictionary<string, string> { ["sub7"] = "source.utm_term", ["click_id"] = "stringFields.click" };
        var constants = new Dictionary<string, string> { ["source.utm_source"] = "relay", ["stringFields.from"] = "x", ["humanNameFields.agent"] = "Bob" };

        var input = Input(Create(OrderApi.Crm, c => c with { FieldMapping = mapping, Constants = constants }));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"utm_term":"seven","utm_source":"relay"}"""), input["source"]), input.ToJsonString());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""
            {"stringFields":[{"field":"click","value":"c-1"},{"field":"from","value":"x"}],"humanNameFields":[{"field":"agent","value":{"firstName":"Bob"}}]}
            """), input["orderData"]), input.ToJsonString());
    }

    [Theory]
    [InlineData(OrderApi.Crm, true)]
    [InlineData(OrderApi.Cpa, true)]
    [InlineData(OrderApi.CpaRest, false)]
    public void Goods_travel_in_minor_units_where_the_api_takes_any(OrderApi api, bool taken)
    {
        var input = Input(Create(api, c => c with { Cart = [new CartItem(5, 1, 2, 49.9m)] }));

        Assert.Equal(taken ? """{"items":[{"itemId":5,"variation":1,"quantity":2,"price":4990}]}""" : null, input["cart"]?.ToJsonString());
    }

    private static CrmRequest Create(OrderApi api, Func<Campaign, Campaign>? change = null) => CrmRequests.Of(
        Builders.Submitted(LeadId) with { Lead = DocumentsTests.Full }, (change ?? (c => c))(Builders.Campaign() with { OfferId = "8" }), Connection(api));

    private static JsonObject Input(CrmRequest request) => request.Document is null ? request.Variables : request.Variables["input"]!.AsObject();

    private static Connection Connection(OrderApi api) =>
        new("main", new Uri("https://crm.example"), "7", Secret("env:CRM"), null, TimeSpan.FromSeconds(20), new WebhookSettings([], new Dictionary<WebhookField, IReadOnlyList<string>>(), RewardUnit.Major))
        {
            Api = api,
            CpaToken = Secret("env:CPA"),
        };

    private static Secret Secret(string reference) => new(reference, "");
}
