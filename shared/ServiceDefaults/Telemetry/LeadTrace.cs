using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace LeadRelay.Telemetry;

/// <summary>
/// Spans. One lead is one trace, whichever service works on it and however much later: the trace's id is the lead's id
/// (without its dashes), so nobody has to hand it on. What led there from another trace is linked.
/// </summary>
public static class LeadTrace
{
    /// <summary>Header of a message: the span that published it, as W3C's <c>traceparent</c>.</summary>
    public const string Header = "traceparent";

    /// <summary>Any other is a stranger's text.</summary>
    private static readonly HashSet<string> Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    /// <summary>Where the spans come from.</summary>
    public static readonly ActivitySource Source = new("LeadRelay");

    /// <summary>The trace of a lead.</summary>
    public static ActivityTraceId IdOf(Guid leadId) => ActivityTraceId.CreateFromString(leadId.ToString("N"));

    /// <summary>
    /// Begins a span about something: in its lead's trace if the lead is known, else where the cause is. Null when nobody
    /// listens. It is the current one until it is disposed of, or the async method ends that began it.
    /// </summary>
    /// <param name="cause">The span that led to it, as <see cref="Header"/>; the current one if not given.</param>
    /// <param name="from">When it began, if not now.</param>
    public static Activity? Start(string name, ActivityKind kind, Subject about, string? cause = null, DateTimeOffset from = default)
    {
        if (!Source.HasListeners())
            return null;
        var before = ActivityContext.TryParse(cause, null, isRemote: true, out var sender) ? sender : Activity.Current?.Context ?? default;
        var parent = about.LeadId is { } leadId && before.TraceId != IdOf(leadId) ? new ActivityContext(IdOf(leadId), default, ActivityTraceFlags.Recorded) : before;
        // Else the current one would be the parent, in a trace that is another.
        if (parent.SpanId == default)
            Activity.Current = null;
        var span = Source.StartActivity(name, kind, parent, tags: null, links: before != default && parent != before ? [new ActivityLink(before)] : null, startTime: from);
        span.Say(nameof(about.LeadId), about.LeadId);
        // Callers write these as they please.
        span.Say(nameof(about.OrderId), about.OrderId is { } order ? PersonalData.MaskId(order) : null);
        span.Say(nameof(about.Campaign), about.Campaign is { } campaign ? PersonalData.MaskId(campaign) : null);
        return span;
    }

    /// <summary>
    /// Moves a request's span into the trace of the lead that it turned out to be about.
    /// </summary>
    public static void Request(HttpContext http, Subject about)
    {
        if (about.LeadId is null || http.Features.Get<IHttpActivityFeature>() is not { Activity: var arrived } feature)
            return;
        Activity.Current = null;
        if (Start("request", ActivityKind.Server, about, from: arrived.StartTimeUtc) is not { } span)
        {
            Activity.Current = arrived;
            return;
        }
        arrived.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded; // it is told once
        feature.Activity = span;
    }

    /// <summary>Names each request's span by its route, and leaves out those that ask for health. To be the first in the pipeline.</summary>
    public static void UseRequestSpans(this WebApplication app) => app.Use(async (http, next) =>
    {
        var arrived = http.Features.Get<IHttpActivityFeature>()?.Activity;
        await next(http);
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is not { } span)
            return;
        var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        var method = Methods.Contains(http.Request.Method) ? http.Request.Method : "_OTHER";
        span.DisplayName = $"{method} {route ?? "(unknown)"}";
        span.Say("http.request.method", method);
        span.Say("http.route", route);
        span.Say("http.response.status_code", http.Response.StatusCode);
        if (http.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            span.Failed($"{http.Response.StatusCode}");
        if (span != arrived)
            span.Dispose();
        else if (route?.StartsWith("/health/", StringComparison.Ordinal) is true)
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    });

    /// <summary>Sets a tag, where there is something to say.</summary>
    public static void Say(this Activity? span, string name, object? value)
    {
        if (value is not null)
            span?.SetTag(name, value is Guid id ? id.ToString() : value);
    }

    /// <summary>Marks a span as failed. An exception's text may have anything in it, so only its type is kept.</summary>
    public static void Failed(this Activity? span, Exception e) => span.Failed(e.GetType().Name);

    /// <summary>Marks a span as failed, with a code of ours.</summary>
    public static void Failed(this Activity? span, string code)
    {
        span?.SetStatus(ActivityStatusCode.Error);
        span?.SetTag("error.type", code);
    }
}
