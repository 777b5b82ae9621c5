using System.Text.Json.Nodes;
using LeadRelay.Sandbox.GraphQl;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace LeadRelay.Sandbox;

/// <summary>SalesRender's addresses.</summary>
public static class CrmEndpoints
{
    public static void MapCrm(this IEndpointRouteBuilder app)
    {
        app.MapPost("/companies/{company}/CRM", (string company, HttpContext http, CrmApi api, Crm crm, Faults faults) =>
            Answer(http, crm, faults, SalesRenderSchema.Crm, api.Crm(company)));
        app.MapPost("/companies/{company}/CPA", (string company, HttpContext http, CrmApi api, Crm crm, Faults faults) =>
            Answer(http, crm, faults, SalesRenderSchema.Cpa, api.Cpa(company)));
        app.MapPost("/companies/{company}/CPA/lead/add", AddLead);
    }

    private static async Task<IResult> Answer(
        HttpContext http, Crm crm, Faults faults, Schema schema, IReadOnlyDictionary<string, Resolver> resolvers)
    {
        var call = GraphQlCall.Read(await ReadText(http));
        if (call.IsMutation)
            crm.CountCall();
        return await faults.Around(Fault.Crm, null, http, () => Refusal(http.Request, call.IsIntrospection) ?? TypedResults.Json(Engine.Answer(schema, call, resolvers)));
    }

    private static async Task<IResult> AddLead(string company, HttpContext http, CrmApi api, Crm crm, Faults faults)
    {
        var body = await ReadText(http);
        crm.CountCall();
        return await faults.Around(Fault.Crm, null, http, () => Refusal(http.Request) ?? RestLead.Add(body, draft => api.Create(company, draft)));
    }

    private static JsonHttpResult<JsonObject>? Refusal(HttpRequest request, bool needsNoToken = false)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            return Refuse("The content type must be application/json.", StatusCodes.Status415UnsupportedMediaType);
        if (needsNoToken)
            return null;
        var token = request.Headers.Authorization.ToString().Trim();
        if (token.StartsWith("Bearer", StringComparison.OrdinalIgnoreCase) && (token.Length is 6 || token[6] is ' '))
            token = token[6..].Trim();
        return token is "" or "revoked" ? Refuse("The token is missing or not valid.", StatusCodes.Status401Unauthorized) : null;
    }

    private static JsonHttpResult<JsonObject> Refuse(string why, int status) =>
        TypedResults.Json(GraphQlError.Body(new GraphQlError(why, null)), statusCode: status);

    private static async Task<string> ReadText(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        return await reader.ReadToEndAsync(http.RequestAborted);
    }
}
