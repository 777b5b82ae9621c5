using System.Text.Json.Nodes;

namespace LeadRelay.Sandbox.GraphQl;

/// <summary>One entry of <c>errors</c>. The codes of this file are the stand-in's own: SalesRender's are not published.</summary>
public sealed record GraphQlError(string Message, string? Code)
{
    public const string SyntaxCode = "ERR_GRAPHQL_SYNTAX";
    public const string ValidationCode = "ERR_GRAPHQL_VALIDATION";
    public const string VariablesCode = "ERR_GRAPHQL_VARIABLES";

    public static GraphQlError Validation(string message) => new(message, ValidationCode);

    public static GraphQlError Variables(string message) => new(message, VariablesCode);

    /// <summary>The body of an answer that only says what is wrong.</summary>
    public static JsonObject Body(params IEnumerable<GraphQlError> errors) =>
        new() { ["errors"] = new JsonArray([.. errors.Select(error => error.ToJson())]) };

    private JsonObject ToJson()
    {
        var json = new JsonObject { ["message"] = Message };
        if (Code is not null)
            json["extensions"] = new JsonObject { ["code"] = Code };
        return json;
    }
}

/// <summary>Ends the work on a call with one error.</summary>
public sealed class GraphQlException(string message, string code) : Exception(message)
{
    public GraphQlError Error { get; } = new(message, code);

    public static GraphQlException Syntax(string what, int line, int column) =>
        new($"Syntax error: {what} at line {line}, column {column}.", GraphQlError.SyntaxCode);
}
