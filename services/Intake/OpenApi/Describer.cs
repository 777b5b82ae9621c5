using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace LeadRelay.Intake.OpenApi;

/// <summary>Fills the document that was made from the routes with what <see cref="Catalogue"/> knows.</summary>
internal sealed class Describer : IOpenApiDocumentTransformer
{
    private const string ProblemJson = "application/problem+json";
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    /// <summary>OpenAPI takes paths for the same that differ in the names of their parameters only.</summary>
    private static readonly Dictionary<string, string> Shared = new() { ["/leads/{alias}"] = "/leads/{id}", ["/leads/{leadId}"] = "/leads/{id}" };

    private static readonly Dictionary<string, Type> Answers =
        new[] { typeof(LeadAnswer), typeof(QueuedAnswer), typeof(LeadPreview), typeof(LeadView), typeof(LeadsFound), typeof(StatusAnswer) }.ToDictionary(type => type.Name);

    private static readonly Dictionary<string, string> Headers = new()
    {
        ["Idempotency-Key"] = "The same key is the same request, however often it is sent.",
        ["Prefer"] = "How long to wait for the outcome: wait=10 (seconds, 0 to 30), or respond-async.",
    };

    public async Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo { Title = "LeadRelay: the partners' API", Version = "v1" };
        Secure(document);
        document.AddComponent("Problem", Schemas.Problem());
        document.AddComponent("LeadBody", Schemas.LeadBody());
        document.AddComponent("StatusBody", Schemas.StatusBody());
        document.AddComponent("LeadStatusBody", Schemas.LeadStatusBody());
        document.AddComponent("QueryBody", Schemas.QueryBody());
        foreach (var (name, type) in Answers)
            document.AddComponent(name, await context.GetOrCreateSchemaAsync(type, null, cancellationToken));
        foreach (var (path, item) in document.Paths)
        {
            foreach (var (method, operation) in item.Operations!)
            {
                if (Catalogue.Current.Operations.TryGetValue($"{method} {path}", out var known))
                    Describe(operation, known, document);
            }
        }
        document.Tags?.Clear();
        Join(document.Paths);
    }

    private static void Secure(OpenApiDocument document)
    {
        document.AddComponent("key", new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-Api-Key", Description = "Or api_key in the body, where headers are out of reach. Never in the URL." });
        document.AddComponent("bearer", new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The same key." });
        // Either of the two.
        document.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] },
        ];
    }

    private static void Describe(OpenApiOperation operation, Catalogue.Operation known, OpenApiDocument document)
    {
        (operation.OperationId, operation.Summary, operation.Description) = (known.Id, known.Summary, known.Description);
        operation.Tags?.Clear();
        operation.Parameters ??= [];
        foreach (var parameter in operation.Parameters.OfType<OpenApiParameter>())
        {
            if (known.Parameters?.GetValueOrDefault(parameter.Name!) is { } said)
                (parameter.Description, parameter.Example) = (said.Description, said.Example.DeepClone());
        }
        foreach (var header in known.Headers ?? [])
            operation.Parameters.Add(new OpenApiParameter { Name = header, In = ParameterLocation.Header, Description = Headers[header], Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
        if (known.Requests is not null)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = known.Requests.ToDictionary(r => r.Key, r => Media(known.Body!, r.Value, document)),
            };
        }
        operation.Responses = [];
        foreach (var (status, answer) in known.Answers)
            operation.Responses[status] = Response(answer.Description, "application/json", Media(answer.Type, new() { ["answer"] = answer.Example }, document));
        foreach (var group in known.Refusals.GroupBy(code => ErrorCodes.All[code]))
            operation.Responses[group.Key.ToString(CultureInfo.InvariantCulture)] = Refusal(group.Key, [.. group], document);
    }

    private static OpenApiResponse Refusal(int status, string[] codes, OpenApiDocument document)
    {
        var response = Response(string.Join(", ", codes), ProblemJson, Media("Problem", codes.ToDictionary(code => code, Problem), document));
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
            response.Headers = new Dictionary<string, IOpenApiHeader> { ["Retry-After"] = new OpenApiHeader { Description = "Seconds.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } } };
        return response;
    }

    private static JsonNode Problem(string code)
    {
        var refusal = Catalogue.Current.Refusals[code];
        var problem = new JsonObject { ["title"] = code.Replace('_', ' '), ["status"] = ErrorCodes.All[code], ["detail"] = refusal.Detail, ["code"] = code, ["trace_id"] = TraceId };
        if (refusal.Field is not null)
            problem["field"] = refusal.Field;
        return problem;
    }

    private static OpenApiResponse Response(string description, string type, OpenApiMediaType media) =>
        new() { Description = description, Content = new Dictionary<string, OpenApiMediaType> { [type] = media } };

    private static OpenApiMediaType Media(string schema, Dictionary<string, JsonNode> examples, OpenApiDocument document) => new()
    {
        Schema = new OpenApiSchemaReference(schema, document),
        Examples = examples.ToDictionary(e => e.Key, e => (IOpenApiExample)new OpenApiExample { Value = e.Value.DeepClone() }),
    };

    private static void Join(OpenApiPaths paths)
    {
        foreach (var (path, joined) in Shared)
        {
            if (!paths.Remove(path, out var item))
                continue;
            foreach (var parameter in item.Operations!.Values.SelectMany(o => o.Parameters ?? []).OfType<OpenApiParameter>().Where(p => p.In is ParameterLocation.Path))
                parameter.Name = "id";
            if (!paths.TryAdd(joined, item))
            {
                foreach (var (method, operation) in item.Operations)
                    paths[joined].Operations!.Add(method, operation);
            }
        }
    }
}
