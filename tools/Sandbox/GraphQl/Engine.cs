using System.Text.Json.Nodes;

namespace LeadRelay.Sandbox.GraphQl;

/// <summary>Answers a call: checks the document, then the variables, then executes.</summary>
public static class Engine
{
    public static JsonObject Answer(Schema schema, GraphQlCall call, IReadOnlyDictionary<string, Resolver> resolvers)
    {
        if (call is not { Document: { } document, Operation: { } operation })
            return GraphQlError.Body(call.Fault!);
        if (Validator.Check(schema, document) is { Count: > 0 } errors)
            return GraphQlError.Body(errors);

        var faults = new List<string>();
        var variables = JsonValues.ReadVariables(schema, operation, call.Variables, faults.Add);
        if (faults.Count > 0)
            return GraphQlError.Body(faults.Select(GraphQlError.Variables));
        try
        {
            return new JsonObject { ["data"] = new Executor(schema, document, variables, new Dictionary<string, Resolver>(resolvers) { ["Query.__type"] = Introspection.Of(schema) }).Run(operation) };
        }
        catch (GraphQlException refused)
        {
            // Everything down to a mutation's result is non-null in the schema, so one refusal takes all of "data" with it.
            var body = GraphQlError.Body(refused.Error);
            body["data"] = null;
            return body;
        }
    }
}
