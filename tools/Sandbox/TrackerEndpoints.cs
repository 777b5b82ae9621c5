using System.Text.Json;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;

namespace LeadRelay.Sandbox;

/// <summary>Trackers that speak Keitaro's postback protocol.</summary>
public static class TrackerEndpoints
{
    private static readonly string[] GetAndPost = [HttpMethods.Get, HttpMethods.Post];

    public static void MapTracker(this IEndpointRouteBuilder app)
    {
        app.MapMethods("/postback", GetAndPost, (HttpContext http, Tracker tracker, Faults faults, TimeProvider clock) =>
            Receive(Tracker.Default, http, tracker, faults, clock));
        app.MapMethods("/t/{name}/postback", GetAndPost, (string name, HttpContext http, Tracker tracker, Faults faults, TimeProvider clock) =>
            Receive(name, http, tracker, faults, clock));
        app.MapGet("/postbacks", (Tracker all, string? click_id, string? tracker) => TypedResults.Ok(Chosen(all, click_id, tracker)));
        app.MapGet("/conversions", (Tracker all, string? click_id, string? tracker) => TypedResults.Ok(Conversion.Of(Chosen(all, click_id, tracker))));
    }

    private static IEnumerable<Postback> Chosen(Tracker all, string? clickId, string? tracker) => all.Postbacks().Where(postback =>
        (clickId is null || postback.ClickId == clickId) && (tracker is null || postback.Tracker == tracker));

    private static async Task<IResult> Receive(string name, HttpContext http, Tracker tracker, Faults faults, TimeProvider clock)
    {
        var at = OrderShape.Time(clock.GetUtcNow());
        var request = http.Request;
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        var parameters = request.Query.SelectMany(parameter => parameter.Value, (parameter, value) => (parameter.Key, Value: value ?? ""))
            .Concat(InBody(request.ContentType ?? "", body))
            .GroupBy(parameter => parameter.Key, parameter => parameter.Value)
            .ToDictionary(same => same.Key, same => string.Join(',', same));
        var postback = Postback.Read(name, parameters, at, request.Method, new Uri(request.GetEncodedUrl())) with
        {
            Headers = request.Headers.Where(header => header.Key is "Authorization" || header.Key.StartsWith("X-", StringComparison.OrdinalIgnoreCase))
                .ToDictionary(header => header.Key, header => header.Value.ToString()),
            Body = HttpMethods.IsPost(request.Method) ? body : null,
        };
        return await faults.Around(Fault.TrackerTarget, name, http, () =>
        {
            tracker.Add(postback);
            return postback.Accepted
                ? TypedResults.Text($"Using \"{postback.ClickId}\" as subid. Postback added to queue")
                : TypedResults.Text(postback.Reason, statusCode: StatusCodes.Status400BadRequest);
        });
    }

    /// <summary>Parameters of a form, or the members of a JSON object; of anything else none.</summary>
    private static IEnumerable<(string Key, string Value)> InBody(string contentType, string body)
    {
        if (contentType.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            return QueryHelpers.ParseQuery(body).SelectMany(parameter => parameter.Value, (parameter, value) => (parameter.Key, value ?? ""));
        if (!contentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
            return [];
        using var json = JsonDocument.Parse(body);
        return json.RootElement.ValueKind is JsonValueKind.Object ? [.. json.RootElement.EnumerateObject().Select(member => (member.Name, member.Value.ToString()))] : [];
    }
}
