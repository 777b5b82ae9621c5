using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace LeadRelay.Intake.OpenApi;

/// <summary>Schemas of what no type of ours stands for.</summary>
internal static class Schemas
{
    /// <summary>A lead's body: any object, of which these members mean something.</summary>
    public static OpenApiSchema LeadBody()
    {
        var schema = Object(FieldAliases.Default.Table.Select(field => (field.Key, Text(
            field.Value.Count > 1 ? $"Also: {string.Join(", ", field.Value.Where(name => name != field.Key))}." : null))));
        schema.Properties!["test"] = new OpenApiSchema { Type = JsonSchemaType.Boolean, Description = "Check everything, create nothing." };
        schema.Properties["api_key"] = Text("The key, where headers are out of reach.");
        schema.Description = "Flat or nested, under these or other names; whatever else there is becomes a parameter of the lead.";
        return schema;
    }

    public static OpenApiSchema StatusBody()
    {
        var schema = Object([("campaign", Text("The alias.")), ("status", Text("A label of the campaign.")), ("comment", Text("Kept on record."))]);
        schema.Required = new HashSet<string> { "campaign", "status" };
        return schema;
    }

    public static OpenApiSchema LeadStatusBody()
    {
        var schema = Object([("status", Text("A label of the lead's campaign.")), ("comment", Text("Kept on record."))]);
        schema.Required = new HashSet<string> { "status" };
        return schema;
    }

    public static OpenApiSchema QueryBody()
    {
        var schema = Object([("campaign", Text("The alias, with order_ids.")), ("api_key", Text("The key, where headers are out of reach."))]);
        foreach (var name in new[] { "lead_ids", "click_ids", "order_ids" })
            schema.Properties![name] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Text(null), MaxItems = LeadQuery.MostIds };
        return schema;
    }

    /// <summary>RFC 9457, with our members.</summary>
    public static OpenApiSchema Problem()
    {
        var code = Text("Stable, for programs.");
        code.Enum = [.. ErrorCodes.All.Keys.Select(c => (JsonNode)c)];
        var schema = Object([("type", Text(null)), ("title", Text(null)), ("detail", Text("A sentence for people.")), ("code", code), ("field", Text("The field at fault.")), ("lead_id", Text("Send the same again with this as Idempotency-Key.")), ("trace_id", Text("For the operator."))]);
        schema.Properties!["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer };
        schema.Required = new HashSet<string> { "title", "status", "detail", "code", "trace_id" };
        return schema;
    }

    private static OpenApiSchema Object(IEnumerable<(string Name, OpenApiSchema Schema)> properties) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = properties.ToDictionary(p => p.Name, p => (IOpenApiSchema)p.Schema),
    };

    private static OpenApiSchema Text(string? description) => new() { Type = JsonSchemaType.String, Description = description };
}
