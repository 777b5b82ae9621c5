using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

public sealed class MissingSecretTests
{
    [Theory]
    [InlineData("env:NO_SUCH_SECRET")]
    [InlineData("file:/nowhere/NO_SUCH_SECRET")]
    public async Task Which_secret_is_missing_is_for_the_log_and_not_for_the_partner(string reference)
    {
        await using var tracker = new RawTracker();
        using var client = RawTracker.Client();
        var log = new Lines();

        var (answer, _) = await new PostbackSender(client, log).SendAsync(
            new RenderedPostback("GET", [new RenderedPiece($"{tracker.Url}?k="), new RenderedPiece(null, reference)], new Dictionary<string, IReadOnlyList<RenderedPiece>>(), null, null), "/nowhere");

        Assert.Equal(("A secret that the postback needs is missing: the operator's log says which.", true), (answer.Error, answer.NotCalled));
        Assert.Contains("NO_SUCH_SECRET", Assert.Single(log.Errors), StringComparison.Ordinal);
        Assert.Empty(tracker.Requests);
    }

    private sealed class Lines : ILogger<PostbackSender>
    {
        public List<string> Errors { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel is LogLevel.Error)
                Errors.Add(formatter(state, exception));
        }
    }
}
