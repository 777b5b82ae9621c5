using System.Diagnostics.Tracing;

namespace LeadRelay.FailpointHost;

/// <summary>
/// <c>request.before</c> and <c>.after</c> of sending it to the last byte, and <c>answer.before</c> its body is read. (After
/// that is <c>settle.before</c>.) The HTTP client tells them as it goes; SalesRender is all that CrmWriter calls.
/// </summary>
public sealed class HttpFailpoints(Failpoint failpoint) : EventListener
{
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name is "System.Net.Http")
            EnableEvents(eventSource, EventLevel.Informational, EventKeywords.All);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        var point = eventData.EventName switch
        {
            "RequestHeadersStart" => "request.before",
            "RequestContentStop" => "request.after",
            "ResponseHeadersStop" => "answer.before",
            _ => null,
        };
        if (point is not null)
            failpoint.Reach(point);
    }
}
