using Microsoft.OpenApi;

namespace LeadRelay.Intake.OpenApi;

/// <summary>The document at <c>/openapi/v1.json</c>: Intake's routes, and in a host of several services no others.</summary>
internal static class OpenApiExtensions
{
    public static void AddIntakeDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = endpoint => endpoint.GroupName is IntakeService.Name;
        // By default numbers could also be read from texts; answers have none.
        options.AddSchemaTransformer((schema, _, _) =>
        {
            if (schema.Type is { } type && (type & (JsonSchemaType.Integer | JsonSchemaType.Number)) is not 0)
                (schema.Type, schema.Pattern) = (type & ~JsonSchemaType.String, null);
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer<Describer>();
    });
}
