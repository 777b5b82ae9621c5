using System.Collections.Concurrent;
using LeadRelay.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace LeadRelay.Tests.Rules.Logging;

/// <summary>One entry of a log.</summary>
/// <param name="Line">As the console has it.</param>
/// <param name="Ids">Of the scopes it was written in, by name.</param>
internal sealed record LogEntry(string Category, LogLevel Level, string Line, IReadOnlyDictionary<string, object?> Ids);

/// <summary>Keeps what is logged, as a console of the relay would write it.</summary>
internal sealed class LogEntries : ILoggerProvider, ISupportExternalScope
{
    private readonly MaskedConsole console = new(new ManualClock());
    private readonly ConcurrentQueue<LogEntry> entries = new();
    private IExternalScopeProvider scopes = new LoggerExternalScopeProvider();

    public IReadOnlyList<LogEntry> All => [.. entries];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

    public void Dispose()
    {
    }

    private sealed class Logger(LogEntries log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => log.scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            using var line = new StringWriter();
            log.console.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter), log.scopes, line);
            var ids = new Dictionary<string, object?>();
            log.scopes.ForEachScope((scope, all) =>
            {
                foreach (var (name, id) in scope as SubjectScope ?? Enumerable.Empty<KeyValuePair<string, object?>>())
                    all[name] = id;
            }, ids);
            log.entries.Enqueue(new LogEntry(category, logLevel, line.ToString(), ids));
        }
    }
}
