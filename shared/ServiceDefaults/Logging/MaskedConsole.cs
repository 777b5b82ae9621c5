using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace LeadRelay.Logging;

/// <summary>
/// The console: an entry is a line, with the lead's ids where it is about one, and the trace's. Exceptions, libraries' among
/// them, are written as <see cref="PersonalData.MaskText"/> has them, as nobody knows what their texts repeat.
/// </summary>
public sealed class MaskedConsole(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "relay";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var text = $"{time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)} {Word(logEntry.LogLevel)}: {logEntry.Category}[{logEntry.EventId.Id}] {logEntry.Formatter(logEntry.State, logEntry.Exception)}";
        if (logEntry.Exception is { } exception)
            text += $" {PersonalData.MaskText(exception.ToString())}";
        if (logEntry.State is not LogLine)
            scopeProvider?.ForEachScope((scope, _) => text += scope is SubjectScope ? $" {scope}" : "", text);
        if (Activity.Current is { } activity)
            text += $" TraceId={activity.TraceId}";
        textWriter.WriteLine(text.ReplaceLineEndings(" "));
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
