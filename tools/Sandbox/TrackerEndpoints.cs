using Microsoft.AspNetCore.Http.Extensions;

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
        app.MapGet("/postbacks", (Tracker all, string? click_id, string? tracker) => TypedResults.Ok(all.Postbacks().Where(postback =>
            (click_id is null || postback.ClickId == click_id) && (tracker is null || postback.Tracker == tracker))));
    }

    private static async Task<IResult> Receive(string name, HttpContext http, Tracker tracker, Faults faults, TimeProvider clock)
    {
        var at = OrderShape.Time(clock.GetUtcNow());
        var request = http.Request;
        var form = request.HasFormContentType ? await request.ReadFormAsync(http.RequestAborted) : FormCollection.Empty;
        var parameters = request.Query.Concat(form)
            .GroupBy(parameter => parameter.Key, parameter => parameter.Value.ToString())
            .ToDictionary(same => same.Key, same => string.Join(',', same));
        var postback = Postback.Read(name, parameters, at, request.Method, new Uri(request.GetEncodedUrl()));
        return await faults.Around(Fault.TrackerTarget, name, http, () =>
        {
            tracker.Add(postback);
            return postback.Accepted
                ? TypedResults.Text($"Using \"{postback.ClickId}\" as subid. Postback added to queue")
                : TypedResults.Text(postback.Reason, statusCode: StatusCodes.Status400BadRequest);
        });
    }
}
