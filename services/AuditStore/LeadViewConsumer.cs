using LeadRelay.Bus;
using LeadRelay.Persistence.Audit;
using MassTransit;

namespace LeadRelay.AuditStore;

/// <summary>Answers what is known of a lead.</summary>
public sealed class LeadViewConsumer(IAuditLog audit, IBus bus) : IConsumer<LeadViewRequested>
{
    public async Task Consume(ConsumeContext<LeadViewRequested> context)
    {
        if (context.Asker() is not { } asker)
            return;
        var entries = await audit.TimelineAsync(context.Message.LeadId, context.CancellationToken);
        await bus.AnswerAsync(asker.Instance, asker.RequestId, LeadViews.Of(context.Message.LeadId, entries.Select(StoredMessage.Read).OfType<IAudited>()));
    }
}
