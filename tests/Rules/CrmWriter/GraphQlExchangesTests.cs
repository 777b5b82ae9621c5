using System.Text.Json;
using System.Text.Json.Nodes;
using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.CrmWriter;
using LeadRelay.Sandbox;
using LeadRelay.Sandbox.GraphQl;
using LeadRelay.Tests.Rules.Configuration;

namespace LeadRelay.Tests.Rules.CrmWriter;

/// <summary>
/// What the relay would send with the sample campaign is valid to the Sandbox's engine, and is left in
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
    [InlineData("full")]
    [InlineData("minimal")]
    [InlineData("only-phone")]
    [InlineData("nothing")]
    public void The_order_of_a_lead_is_valid(string name) =>
        Check($"add-order-{name}", Documents.AddOrder, Documents.ForAddOrder(LeadId, Leads[name], Demo()), "addOrder");

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

        Check("add-order-everything", Documents.AddOrder, Documents.ForAddOrder(LeadId, lead, Demo() with { FieldMapping = mapping }), "addOrder");
    }

    [Fact]
    public void An_update_of_an_order_is_valid() =>
        Check("update-order", Documents.UpdateOrder, Documents.ForUpdateOrder("1001", Demo().StatusMap.StatusIdFor("accepted")!), "updateOrder");

    [Fact]
    public void The_check_finds_what_is_wrong() =>
        Assert.Contains("errors", Answer(Documents.UpdateOrder, new JsonObject { ["input"] = new JsonObject { ["comment"] = "x" } }).Select(p => p.Key));

    private static void Check(string file, string document, JsonObject variables, string mutation)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Samples.Folder, "../artifacts/graphql")).FullName;
        File.WriteAllText(Path.Combine(folder, file + ".json"), new JsonObject { ["document"] = document, ["variables"] = variables.DeepClone() }.ToJsonString(Pretty));

        var answer = Answer(document, variables);

        Assert.False(answer.ContainsKey("errors"), answer.ToJsonString());
        Assert.Equal("1001", answer["data"]!["orderMutation"]![mutation]!["id"]!.GetValue<string>());
    }

    private static JsonObject Answer(string document, JsonObject variables)
    {
        var call = GraphQlCall.Read(new JsonObject { ["query"] = document, ["variables"] = variables.DeepClone() }.ToJsonString());
        return Engine.Answer(SalesRenderSchema.Crm, call, new Dictionary<string, Resolver>
        {
            ["Mutation.orderMutation"] = _ => new JsonObject(),
            ["OrderMutation.addOrder"] = _ => JsonNode.Parse("""{"id":"1001"}"""),
            ["OrderMutation.updateOrder"] = _ => JsonNode.Parse("""{"id":"1001","status":{"id":"3","name":"Accepted"}}"""),
        });
    }

    private static Campaign Demo()
    {
        var result = ConfigLoader.Load(Samples.Folder, "embedded");
        Assert.Empty(result.Faults);
        return result.Config!.Campaigns["demo"];
    }
}
