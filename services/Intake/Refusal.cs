using System.Globalization;

namespace LeadRelay.Intake;

/// <summary>Why a request is not taken. <see cref="Code"/> is stable; <see cref="Text"/> tells a person what to do.</summary>
/// <param name="Field">The field at fault, if one is.</param>
public sealed record Refusal(int Status, string Code, string Text, string? Field = null)
{
    /// <summary>When to come again; 5 s with 503 unless it is said.</summary>
    public TimeSpan? RetryAfter { get; init; } = Status is StatusCodes.Status503ServiceUnavailable ? TimeSpan.FromSeconds(5) : null;

    /// <summary>Counts it and makes the answer: RFC 9457 problem details.</summary>
    public IResult ToResult(HttpContext http, Guid? leadId = null)
    {
        Metrics.Refused(IntakeService.Name, Code);
        var extensions = new Dictionary<string, object?> { ["code"] = Code };
        if (leadId is not null)
            extensions["lead_id"] = leadId;
        if (RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (Field is not null)
            extensions["field"] = Field;
        return TypedResults.Problem(Text, statusCode: Status, title: Code.Replace('_', ' '), extensions: extensions);
    }
}
