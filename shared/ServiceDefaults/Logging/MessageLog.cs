using MassTransit;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Logging;

/// <summary>
/// Writes the log's line and counts, once the broker has confirmed it, for every message of the relay that this process
/// publishes. In this one place, so that nothing happens that the log does not tell. A message that is published again
/// (after a kill, or from a spool that the broker had emptied unnoticed) is told and counted again.
/// </summary>
public sealed partial class MessageLog(ILogger<MessageLog> logger) : IPublishObserver
{
    public Task PrePublish<T>(PublishContext<T> context) where T : class => Task.CompletedTask;

    public Task PostPublish<T>(PublishContext<T> context) where T : class
    {
        if (context.Message is IAudited message)
        {
            // It is published: whatever is wrong here must not have it published again.
            try
            {
                Metrics.Published(message);
                Write(message);
            }
            catch (Exception e) { LogNotTold(e, message.GetType().Name); }
        }
        return Task.CompletedTask;
    }

    public Task PublishFault<T>(PublishContext<T> context, Exception exception) where T : class => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Error, EventName = "NotTold", Message = "What was published could not be told: a {Kind}.")]
    private partial void LogNotTold(Exception e, string kind);

    private void Write(IAudited message)
    {
        if (!logger.IsEnabled(LogLevel.Warning))
            return;
        var line = LogLine.Of(message);
        logger.Log(line.Level, new EventId(0, line.Event), line, null, (state, _) => state.ToString());
    }
}
