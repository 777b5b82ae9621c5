using System.Text.Json.Nodes;

namespace LeadRelay.Sandbox.GraphQl;

/// <summary>A schema's answers about itself: <c>__type</c>, with what input types and enumerations have.</summary>
public static class Introspection
{
    private static readonly Schema Own = SchemaParser.Parse("""
        type Query { __type(name: String!): __Type }
        type __Type { kind: __TypeKind! name: String inputFields: [__InputValue!] enumValues: [__EnumValue!] ofType: __Type }
        type __InputValue { name: String! type: __Type! defaultValue: String }
        type __EnumValue { name: String! }
        enum __TypeKind { SCALAR OBJECT INTERFACE UNION ENUM INPUT_OBJECT LIST NON_NULL }
        """);

    /// <summary>The schema with the field that asks about it.</summary>
    public static Schema AddTo(Schema schema)
    {
        var (query, own) = (schema.Root(OperationKind.Query), Own.Root(OperationKind.Query));
        return new Schema(new Dictionary<string, SchemaType>(Own.Types.Concat(schema.Types).DistinctBy(type => type.Key))
        {
            [query.Name] = query with { Fields = query.Fields.Concat(own.Fields).ToDictionary() },
        });
    }

    /// <summary>What answers that field.</summary>
    public static Resolver Of(Schema schema) => arguments =>
        schema.Find(arguments["name"]!.GetValue<string>()) is { } type ? Describe(schema, type) : null;

    private static JsonObject Describe(Schema schema, SchemaType type) => new()
    {
        ["kind"] = KindOf(type),
        ["name"] = type.Name,
        ["inputFields"] = type is InputType input ? new JsonArray([.. input.Fields.Values.Select(field => Describe(schema, field))]) : null,
        ["enumValues"] = type is EnumType words ? new JsonArray([.. words.Words.Select(word => new JsonObject { ["name"] = word })]) : null,
    };

    // No input here has a default. One that gets one has to be printed as GraphQL is written, not as JSON.
    private static JsonObject Describe(Schema schema, InputField field) => new() { ["name"] = field.Name, ["type"] = Refer(schema, field.Type) };

    private static JsonObject Refer(Schema schema, TypeRef type) =>
        type.Required ? new JsonObject { ["kind"] = "NON_NULL", ["ofType"] = Refer(schema, type with { Required = false }) }
        : type.Item is { } item ? new JsonObject { ["kind"] = "LIST", ["ofType"] = Refer(schema, item) }
        : new JsonObject { ["kind"] = KindOf(schema.Types[type.Name]), ["name"] = type.Name };

    private static string KindOf(SchemaType type) => type switch
    {
        ScalarType => "SCALAR",
        EnumType => "ENUM",
        InputType => "INPUT_OBJECT",
        CompositeType { IsInterface: true } => "INTERFACE",
        _ => "OBJECT",
    };
}
