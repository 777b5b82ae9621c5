using LeadRelay.Bus;
using MassTransit;

namespace LeadRelay.Intake;

/// <summary>
/// The way from Intake onto the bus. What it takes is either confirmed by the broker to every queue that must have it, or
/// its outcome is unknown and the caller is told so.
/// </summary>
public sealed class Door(IBus bus, Answers answers, TimeProvider time, ILogger<Door> logger)
{
    private static readonly TimeSpan PublishLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ViewLimit = TimeSpan.FromSeconds(5);

    /// <summary>Publishes a request and waits for what becomes of it. Answer null: not known yet. Published false: not known whether it arrived.</summary>
    public async Task<(bool Published, object? Answer)> AskAsync(IAudited request, Guid messageId, TimeSpan wait, CancellationToken ct)
    {
        using var question = answers.Ask();
        if (!await PublishAsync(request, messageId, question.Address))
            return (false, null);
        return (true, wait > TimeSpan.Zero ? await question.WaitAsync(wait, ct) : null);
    }

    /// <summary>Keeps a refusal on record, as far as that is possible now: one that cannot be published is still a refusal.</summary>
    public Task RecordAsync(IAudited refusal) => PublishAsync(refusal, Guid.CreateVersion7(), null);

    /// <summary>Asks the audit what is known of a lead; null when it does not answer.</summary>
    public async Task<LeadView?> ViewAsync(Guid leadId, CancellationToken ct)
    {
        using var question = answers.Ask();
        try
        {
            var audit = await bus.GetSendEndpoint(new Uri($"queue:{Topology.LeadViews}")).WaitAsync(PublishLimit, time, ct);
            await audit.Send(new LeadViewRequested(leadId), context =>
            {
                question.Address(context);
                context.TimeToLive = ViewLimit;
            }, CancellationToken.None).WaitAsync(PublishLimit, time, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            logger.LogWarning("The audit could not be asked: {Reason}", e.Message);
            return null;
        }
        return await question.WaitAsync(ViewLimit, ct) as LeadView;
    }

    private async Task<bool> PublishAsync(IAudited message, Guid messageId, Action<SendContext>? address)
    {
        try
        {
            await bus.PublishOnceAsync(message, messageId, PublishLimit, time, address);
            return true;
        }
        catch (Exception e)
        {
            logger.LogWarning("A {Kind} was not confirmed by the broker: {Reason}", message.GetType().Name, e.Message);
            return false;
        }
    }
}
