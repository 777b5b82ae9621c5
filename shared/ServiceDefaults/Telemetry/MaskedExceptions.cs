using OpenTelemetry;
using OpenTelemetry.Logs;

namespace LeadRelay.Telemetry;

/// <summary>An exception's text can quote what it failed on: exported is its type, its text masked, and where it came from.</summary>
internal sealed class MaskedExceptions : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        if (data.Exception is not { } exception)
            return;
        data.Attributes =
        [
            .. data.Attributes ?? [],
            new("exception.type", exception.GetType().FullName),
            new("exception.message", PersonalData.MaskText(exception.Message)),
            new("exception.stacktrace", exception.StackTrace),
        ];
        data.Exception = null;
    }
}
