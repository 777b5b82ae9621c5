using LeadRelay.Bus;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeadRelay;

/// <summary>An event that a ledger has recorded and that the broker must still get.</summary>
/// <param name="Id">Its message id, however often it is published.</param>
public sealed record Outgoing(Guid Id, IAudited Message);

/// <summary>The part of a ledger that holds events until the broker has confirmed them.</summary>
public interface IOutbox
{
    /// <summary>Events that have been there for at least that long: whoever recorded them did not come to publish them.</summary>
    Task<IReadOnlyList<Outgoing>> LeftOverAsync(TimeSpan age, int atMost, CancellationToken ct);

    /// <summary>Forgets events that the broker has confirmed: before it is next asked what is left over, but not necessarily on disk when this returns.</summary>
    Task ConfirmedAsync(IReadOnlyList<Outgoing> events, CancellationToken ct);
}

/// <summary>Publishes what a ledger has recorded: at once by whoever recorded it, and what was left over by a killed process.</summary>
public sealed class OutboxSender<TOutbox>(TOutbox outbox, IBus bus, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<OutboxSender<TOutbox>> logger) : Chore(TimeSpan.FromSeconds(1), logger)
    where TOutbox : IOutbox
{
    private const int Batch = 100;
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(5);

    /// <summary>For a service that stops.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    /// <summary>Returns when the broker has confirmed every one of them.</summary>
    public async Task SendAsync(IReadOnlyList<Outgoing> events, CancellationToken stopping)
    {
        if (events.Count is 0)
            return;
        await Task.WhenAll(events.Select(e => bus.PublishConfirmedAsync(e.Message, e.Id, time, stopping)));
        await outbox.ConfirmedAsync(events, stopping);
    }

    /// <summary>As <see cref="SendAsync"/>, but a service that stops does not wait long: the ledger has them, and whoever runs next sends them.</summary>
    /// <returns>Whether the broker has confirmed every one of them.</returns>
    public async Task<bool> TellAsync(IReadOnlyList<Outgoing> events)
    {
        using var limit = new CancellationTokenSource();
        using var stops = lifetime.ApplicationStopping.UnsafeRegister(_ => limit.CancelAfter(LastWords), null);
        try
        {
            await SendAsync(events, limit.Token);
            return true;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return false;
        }
    }

    protected override async Task<bool> RoundAsync(CancellationToken ct)
    {
        var leftOver = await outbox.LeftOverAsync(Age, Batch, ct);
        await SendAsync(leftOver, ct);
        return leftOver.Count is Batch;
    }
}
