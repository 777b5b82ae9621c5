using System.Text.Json;

namespace LeadRelay.Sandbox.GraphQl;

/// <summary>A GraphQL request as it was understood: either what to do, or the fault that keeps it from being read.</summary>
public sealed record GraphQlCall(Document? Document, Operation? Operation, JsonElement Variables, GraphQlError? Fault)
{
    public bool IsMutation => Operation?.Kind is OperationKind.Mutation;

    /// <summary>It asks about the schema and nothing else, which takes no token.</summary>
    public bool IsIntrospection => Operation is { Kind: OperationKind.Query } && Operation.Selections.All(selection => selection is Field { Name: "__type" or "__typename" });

    /// <param name="body"><c>{"query", "variables"?, "operationName"?}</c></param>
    public static GraphQlCall Read(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            if (Property(root, "query") is not { ValueKind: JsonValueKind.String } query)
                throw Wrong("The body must be a JSON object with the document as a string in \"query\".");
            var variables = Property(root, "variables") ?? default;
            if (variables.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.Object))
                throw Wrong("\"variables\" must be an object.");

            var document = DocumentParser.Parse(query.GetString()!);
            var name = Property(root, "operationName") is { ValueKind: JsonValueKind.String } given ? given.GetString() : null;
            return new GraphQlCall(document, Choose(document, name), variables.ValueKind is JsonValueKind.Object ? variables.Clone() : default, null);
        }
        catch (JsonException)
        {
            return new GraphQlCall(null, null, default, Wrong("The body is not JSON.").Error);
        }
        catch (GraphQlException fault)
        {
            return new GraphQlCall(null, null, default, fault.Error);
        }
    }

    private static Operation Choose(Document document, string? name) =>
        document.Operations.Where(operation => name is null || operation.Name == name).ToArray() switch
        {
            [var only] => only,
            [] => throw Wrong(name is null ? "The document has no operation." : $"The document has no operation named \"{name}\"."),
            _ => throw Wrong("The document has several operations: \"operationName\" must name one of them."),
        };

    private static JsonElement? Property(JsonElement root, string name) =>
        root.ValueKind is JsonValueKind.Object && root.TryGetProperty(name, out var value) ? value : null;

    private static GraphQlException Wrong(string message) => new(message, GraphQlError.SyntaxCode);
}
