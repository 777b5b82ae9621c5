using System.Text.Json.Nodes;
using LeadRelay.CrmWriter;
using LeadRelay.Sandbox;
using LeadRelay.Sandbox.GraphQl;
using Reward = LeadRelay.Contracts.Reward;

namespace LeadRelay.Tests.Rules.CrmWriter;

/// <summary>Reading an order again: the document, and what its answers mean.</summary>
public class VerifyOrderTests
{
    [Fact]
    public void The_document_is_valid()
    {
        var call = GraphQlCall.Read(new JsonObject { ["query"] = Documents.FindOrder, ["variables"] = Documents.ForFindOrder("1001") }.ToJsonString());

        var answer = Engine.Answer(SalesRenderSchema.Crm, call, new Dictionary<string, Resolver> { ["Query.ordersFetcher"] = _ => JsonNode.Parse("""{"orders":[]}""") });

        Assert.False(answer.ContainsKey("errors"), answer.ToJsonString());
    }

    [Theory]
    [InlineData("""{"data":{"ordersFetcher":{"orders":[]}}}""", null, null, null)]
    [InlineData("""{"data":{"ordersFetcher":{"orders":[{"id":"1","status":{"id":"3","group":"APPROVED"},"lead":null}]}}}""", "3", "APPROVED", null)]
    [InlineData("""{"data":{"ordersFetcher":{"orders":[{"id":1,"status":{"id":3},"lead":{"reward":{"amount":1250,"currency":"EUR"}}}]}}}""", "3", null, 12.5)]
    public void An_order_or_none_is_an_answer(string body, string? status, string? group, double? reward) =>
        Assert.Equal(new CrmOutcome.Read(status, group, reward is null ? null : new Reward((decimal)reward, "EUR")), Of(200, body));

    [Theory]
    [InlineData(200, """{"data":{"ordersFetcher":{"orders":[{"id":"1","status":null}]}}}""")]
    [InlineData(200, """{"data":{"ordersFetcher":{"orders":["1"]}}}""")]
    [InlineData(200, "<html>")]
    [InlineData(502, "")]
    [InlineData(null, null)]
    public void What_cannot_be_read_says_nothing(int? status, string? body) => Assert.IsType<CrmOutcome.InDoubt>(Of(status, body));

    [Fact]
    public void An_error_is_a_refusal() => Assert.Equal(new CrmOutcome.Refused("ERR_X", "no"), Of(200, """{"errors":[{"message":"no","extensions":{"code":"ERR_X"}}],"data":null}"""));

    private static CrmOutcome Of(int? status, string? body) => CrmOutcome.OfRead(new CrmCall(Builders.Exchange(status, body), true, null));
}
