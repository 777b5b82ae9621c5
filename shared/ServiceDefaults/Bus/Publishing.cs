using System.Diagnostics;
using LeadRelay.Telemetry;
using MassTransit;
using Polly;
using Polly.Retry;

namespace LeadRelay.Bus;

/// <summary>Publishing that is either confirmed or not finished.</summary>
public static class Publishing
{
    /// <summary>One try, for a caller who cannot wait for ever.</summary>
    /// <param name="limit">After this the outcome is unknown: the message may still arrive, so it is never "did not happen".</param>
    /// <param name="address">Sets further headers.</param>
    /// <exception cref="TimeoutException">Not confirmed within the limit.</exception>
    public static Task PublishOnceAsync(this IBus bus, IAudited message, Guid messageId, TimeSpan limit, TimeProvider time, Action<SendContext>? address = null) =>
        PublishAsync(bus, message, messageId, address).WaitAsync(limit, time);

    /// <summary>Publishes until the broker has confirmed it, through any outage; the message keeps its id, so that once is enough.</summary>
    /// <exception cref="OperationCanceledException">The service stops.</exception>
    public static async Task PublishConfirmedAsync(this IBus bus, IAudited message, Guid messageId, TimeProvider time, CancellationToken stopping) =>
        await Persistently.ExecuteAsync(async token => await bus.PublishOnceAsync(message, messageId, TimeSpan.FromSeconds(30), time).WaitAsync(token), stopping);

    /// <summary>How many publishes have ended, one way or the other, and whether there are others under way.</summary>
    public static (long Ended, bool IsUnderWay) Progress => (Volatile.Read(ref ended), Unconfirmed.CurrentCount < Limit);

    private static async Task PublishAsync(IBus bus, IAudited message, Guid messageId, Action<SendContext>? address)
    {
        await Unconfirmed.WaitAsync();
        using var span = LeadTrace.Start($"publish {message.GetType().Name}", ActivityKind.Producer, message.About);
        try
        {
            // Never with a token: a cancelled confirm can confuse the client's numbering of all that follow.
            await bus.Publish(message, message.GetType(), context =>
            {
                context.MessageId = messageId;
                if (span is not null)
                    context.Headers.Set(LeadTrace.Header, span.Id);
                address?.Invoke(context);
            }, CancellationToken.None);
        }
        catch (Exception e)
        {
            span.Failed(e);
            throw;
        }
        finally
        {
            Unconfirmed.Release();
            Interlocked.Increment(ref ended);
        }
    }

    private static long ended;

    /// <summary>How many messages may be on their way at once; the client itself knows no limit.</summary>
    private const int Limit = 1024;

    private static readonly SemaphoreSlim Unconfirmed = new(Limit);

    private static readonly ResiliencePipeline Persistently = new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = TimeSpan.FromSeconds(10),
        })
        .Build();
}
