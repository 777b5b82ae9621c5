using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadRelay.Intake.OpenApi;

/// <summary>What the document says beyond what the routes say by themselves: <c>operations.json</c>, examples included.</summary>
/// <param name="Operations">By method and route, as <c>POST /leads/{alias}</c>.</param>
/// <param name="Refusals">By code: those of <see cref="ErrorCodes"/>.</param>
internal sealed record Catalogue(Dictionary<string, Catalogue.Operation> Operations, Dictionary<string, Catalogue.Refusal> Refusals)
{
    public static readonly Catalogue Current = Read();

    /// <param name="Headers">Optional headers that count.</param>
    /// <param name="Body">The body's schema.</param>
    /// <param name="Requests">Examples by content type and name.</param>
    /// <param name="Answers">By HTTP status.</param>
    /// <param name="Refusals">Codes.</param>
    public sealed record Operation(
        string Id,
        string Summary,
        string Description,
        Dictionary<string, Parameter>? Parameters,
        string[]? Headers,
        string? Body,
        Dictionary<string, Dictionary<string, JsonNode>>? Requests,
        Dictionary<string, Answer> Answers,
        string[] Refusals);

    public sealed record Parameter(string Description, JsonNode Example);

    public sealed record Answer(string Description, string Type, JsonNode Example);

    public sealed record Refusal(string Detail, string? Field);

    private static Catalogue Read()
    {
        using var data = typeof(Catalogue).Assembly.GetManifestResourceStream("operations.json")!;
        return JsonSerializer.Deserialize<Catalogue>(data, JsonSerializerOptions.Web)!;
    }
}
