using OpenTelemetry;
using OpenTelemetry.Logs;

namespace LeadRelay.Telemetry;

/// <summary>
/// An entry of the log as it is exported. It has its event's name as <c>Event</c>, as the lines of messages do. An exception's
/// text can quote what it failed on: of exceptions there are the types, the texts, masked, and where they came from.
/// </summary>
internal sealed class ExportedEntry : BaseProcessor<LogRecord>
{
    private const string Event = "Event";

    public override void OnEnd(LogRecord data)
    {
        // A name may stand once in an entry, and the scopes' ids are exported beside these.
        var scoped = new HashSet<string>();
        data.ForEachScope(static (scope, names) =>
        {
            foreach (var (name, _) in scope)
                names.Add(name);
        }, scoped);
        List<KeyValuePair<string, object?>> attributes = [.. (data.Attributes ?? []).Where(attribute => !scoped.Contains(attribute.Key))];
        if (data.EventId.Name is { Length: > 0 } name && !attributes.Exists(attribute => attribute.Key is Event))
            attributes.Add(new(Event, name));
        if (data.Exception is { } exception)
        {
            attributes.Add(new("exception.type", exception.GetType().FullName));
            attributes.Add(new("exception.message", PersonalData.MaskText(Text(exception))));
            attributes.Add(new("exception.stacktrace", exception.StackTrace));
            data.Exception = null;
        }
        data.Attributes = attributes;
    }

    private static string Text(Exception e) => e.InnerException is { } inner ? $"{e.Message} ({inner.GetType().Name}: {Text(inner)})" : e.Message;
}
