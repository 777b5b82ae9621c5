using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeadRelay;

/// <summary>Something that is done again and again while a service runs. A failure is logged and it goes on.</summary>
/// <param name="interval">Between two rounds, unless somebody calls <see cref="Wake"/> or there is more to do at once.</param>
public abstract partial class Chore(TimeSpan interval, ILogger logger) : BackgroundService
{
    private readonly SemaphoreSlim wake = new(0, 1);

    protected ILogger Logger { get; } = logger;

    /// <summary>Says that there may be something to do now.</summary>
    public void Wake()
    {
        try { wake.Release(); }
        catch (SemaphoreFullException) { } // it is awake already
    }

    /// <summary>One round. True when there is more to do at once.</summary>
    protected abstract Task<bool> RoundAsync(CancellationToken ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await RoundAsync(stoppingToken))
                    await wake.WaitAsync(interval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception e)
            {
                LogFailed(Logger, e, GetType().Name);
                await ((Task)wake.WaitAsync(interval, stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, EventName = "ChoreFailed", Message = "{Chore} failed; trying again.")]
    private static partial void LogFailed(ILogger logger, Exception e, string chore);
}
