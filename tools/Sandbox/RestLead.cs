using System.Text.Json;
using System.Text.Json.Nodes;
using LeadRelay.Sandbox.GraphQl;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.Sandbox;

/// <summary>The CPA API's REST sibling: <c>POST …/CPA/lead/add</c>.</summary>
public static class RestLead
{
    private static readonly TypeRef Body = new("RestLeadInput", null, Required: true);

    public static IResult Add(string body, Func<OrderDraft, Order> create)
    {
        JsonElement json;
        try
        {
            json = JsonElement.Parse(body);
        }
        catch (JsonException)
        {
            return Refuse(StatusCodes.Status400BadRequest, "The body is not JSON.");
        }

        var faults = new List<string>();
        var input = JsonValues.Reader(SalesRenderSchema.Cpa, faults.Add).Read(Body, JsonValues.ToValue(json), "lead");
        if (faults.Count > 0)
            return Refuse(StatusCodes.Status422UnprocessableEntity, [.. faults]);

        var order = create(OrderDraft.FromLead(input!.AsObject()));
        var answer = new JsonObject
        {
            ["id"] = order.Id,
            ["status"] = OrderShape.LeadStatus(order.Status),
            ["method"] = "APPROVE",
            ["reward"] = new JsonObject { ["value"] = 0, ["currency"] = CrmApi.Currency },
        };
        return TypedResults.Json(answer, statusCode: StatusCodes.Status201Created);
    }

    private static JsonHttpResult<JsonObject> Refuse(int status, params string[] why) =>
        TypedResults.Json(GraphQlError.Body(why.Select(message => new GraphQlError(message, null))), statusCode: status);
}
