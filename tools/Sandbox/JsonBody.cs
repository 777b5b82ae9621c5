using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadRelay.Sandbox;

/// <summary>Reads the bodies of the Sandbox's own endpoints, whatever their content type: they are mostly typed by hand.</summary>
public static class JsonBody
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>The body, or a sentence saying what is wrong with it.</summary>
    public static async Task<(T? Body, string? Fault)> Read<T>(HttpRequest request) where T : class
    {
        try
        {
            var body = await JsonSerializer.DeserializeAsync<T>(request.Body, Strict, request.HttpContext.RequestAborted);
            return body is null ? (null, "The body must be a JSON object.") : (body, null);
        }
        catch (JsonException fault)
        {
            return (null, fault.Message);
        }
    }

    public static IResult Refuse(string why, int status = StatusCodes.Status400BadRequest) =>
        TypedResults.Json(new { error = why }, statusCode: status);
}
