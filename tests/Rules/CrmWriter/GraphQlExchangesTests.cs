using System.Text.Json;
using System.Text.Json.Nodes;
using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.CrmWriter;
using LeadRelay.Sandbox;
using LeadRelay.Sandbox.GraphQl;
using LeadRelay.Tests.Rules.Configuration;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.Tests.Rules.CrmWriter;

/// <summary>
/// What the relay would send with the sample campaign of each API is valid to the Sandbox's engine, and is left in
/// <c>artifacts/graphql</c> for graphql-js to judge (tests/node).
/// </summary>
public class GraphQlExchangesTests
{
    private static readonly Guid LeadId = new("0190163d-8694-739b-aea5-966c26f8ad91");
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true };

    private static readonly Dictionary<string, Lead> Leads = new()
    {
        ["full"] = DocumentsTests.Full,
        ["minimal"] = Builders.Lead(("phone", "+491701234567"), ("phone_raw", "0170 1234567"), ("country", "DE"), ("first_name", "Ann"), ("click_id", "c-1")),
        ["only-phone"] = Builders.Lead(("phone", "+491701234567")),
        ["nothing"] = Builders.Lead(),
    };

    [Theory]
    [InlineData(OrderApi.Crm)]
    [InlineData(OrderApi.Cpa)]
    [InlineData(OrderApi.CpaRest)]
    public void The_order_of_a_lead_is_valid(OrderApi api)
    {
        var (campaign, connection) = Samples.Of(api);
        foreach (var (name, lead) in Leads)
        {
            var request = CrmRequests.Of(Builders.Submitted(LeadId) with { Lead = lead }, campaign, connection);
            if (api is OrderApi.CpaRest)
                CheckRest(request);
            else
                Check($"add-{(api is OrderApi.Crm ? "order" : "lead")}-{name}", request);
        }
    }

    [Fact]
    public void The_order_of_a_campaign_that_maps_everything_is_valid()
    {
        string[] source = ["uri", "refererUri", "ip", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", .. Enumerable.Range(1, 10).Select(i => $"subid_{i}")];
        var mapping = new OrderedDictionary<string, string>
        {
            ["phone"] = "phoneFields.phone", ["name"] = "humanNameFields.name", ["address"] = "addressFields.address", ["email"] = "emailFields.email", ["click_id"] = "stringFields.click_id",
        };
        foreach (var (target, i) in source.Select((target, i) => (target, i)))
            mapping[$"param.p{i}"] = $"source.{target}";
        var lead = DocumentsTests.Full with { Params = source.Select((_, i) => $"p{i}").ToDictionary(p => p) };

        var (campaign, connection) = Samples.Of(OrderApi.Crm);
        Check("add-order-everything", CrmRequests.Of(Builders.Submitted(LeadId) with { Lead = lead }, campaign with { FieldMapping = mapping }, connection));
    }

    [Fact]
    public void The_lead_of_a_campaign_that_fills_every_slot_is_valid()
    {
        string[] text =
        [
            .. from name in new[] { "phone", "email", "uri" } from i in Enumerable.Range(1, 2) select $"data.{name}_{i}",
            .. Enumerable.Range(1, 10).Select(i => $"data.string_{i}"), "data.comment", "externalTag",
            .. new[] { "uri", "refererUri", "ip", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content" }.Select(s => $"source.{s}"),
        ];
        var mapping = new OrderedDictionary<string, string> { ["name"] = "data.humanName_1", ["address"] = "data.address_1" };
        var constants = text.Append("data.humanName_2").Append("data.address_2").ToDictionary(place => place, place => $"of {place}");
        var (campaign, connection) = Samples.Of(OrderApi.Cpa);
        campaign = campaign with { FieldMapping = mapping, Constants = constants };
        var lead = Builders.Submitted(LeadId) with { Lead = DocumentsTests.Full };

        Check("add-lead-everything", CrmRequests.Of(lead, campaign, connection));
        CheckRest(CrmRequests.Of(lead, campaign, connection with { Api = OrderApi.CpaRest }));
    }

    [Theory]
    [InlineData(OrderApi.Crm)]
    [InlineData(OrderApi.Cpa)]
    public void An_update_of_an_order_is_valid(OrderApi api)
    {
        var (campaign, connection) = Samples.Of(api);
        var update = Builders.Update(LeadId) with { StatusId = campaign.StatusMap.StatusIdFor("accepted")! };

        Check($"update-order-{api}".ToLowerInvariant(), CrmRequests.Of(update, campaign, connection));
    }

    [Fact]
    public void Reading_an_order_is_valid()
    {
        var (campaign, connection) = Samples.Of(OrderApi.Crm);
        var changed = Builders.Changed();

        Check("find-order", CrmRequests.Of(new OrderVerificationRequested(changed.About, LeadId, changed, Builders.Now), campaign, connection), isRead: true);
    }

    [Fact]
    public void The_check_finds_what_is_wrong() =>
        Assert.Contains("errors", Answer(Documents.UpdateOrder, new JsonObject { ["input"] = new JsonObject { ["comment"] = "x" } }).Select(p => p.Key));

    private static void Check(string file, CrmRequest request, bool isRead = false)
    {
        var (document, variables) = (request.Document!, request.Variables);
        var folder = Directory.CreateDirectory(Path.Combine(Samples.Folder, "../artifacts/graphql")).FullName;
        File.WriteAllText(Path.Combine(folder, file + ".json"), new JsonObject { ["document"] = document, ["variables"] = variables.DeepClone() }.ToJsonString(Pretty));

        var answer = Answer(document, variables);

        Assert.False(answer.ContainsKey("errors"), answer.ToJsonString());
        if (!isRead)
            Assert.Equal(new CrmOutcome.Done("1001"), CrmOutcome.Of(new CrmCall(Builders.Exchange(200, answer.ToJsonString()), true, null), request.IdPath));
    }

    /// <summary>Without a schema of SalesRender's own, there is only the Sandbox to ask.</summary>
    private static void CheckRest(CrmRequest request)
    {
        Assert.Null(request.Document);
        var crm = new Crm(TimeProvider.System);

        var answer = Assert.IsType<JsonHttpResult<JsonObject>>(RestLead.Add(request.Variables.ToJsonString(), draft => crm.Add("1", draft)));

        Assert.True(answer.StatusCode is 201, answer.Value!.ToJsonString());
        Assert.Equal(LeadId.ToString(), crm.Orders()[0].LeadId);
    }

    private static JsonObject Answer(string document, JsonObject variables)
    {
        var call = GraphQlCall.Read(new JsonObject { ["query"] = document, ["variables"] = variables.DeepClone() }.ToJsonString());
        var schema = document.Contains("leadMutation", StringComparison.Ordinal) ? SalesRenderSchema.Cpa : SalesRenderSchema.Crm;
        return Engine.Answer(schema, call, new Dictionary<string, Resolver>
        {
            ["Mutation.orderMutation"] = _ => new JsonObject(),
            ["Mutation.leadMutation"] = _ => new JsonObject(),
            ["OrderMutation.addOrder"] = _ => JsonNode.Parse("""{"id":"1001"}"""),
            ["OrderMutation.updateOrder"] = _ => JsonNode.Parse("""{"id":"1001","status":{"id":"3","name":"Accepted"}}"""),
            ["LeadMutation.addLead"] = _ => JsonNode.Parse("""{"id":"1001"}"""),
            ["Query.ordersFetcher"] = _ => JsonNode.Parse("""{"orders":[]}"""),
        });
    }
}
