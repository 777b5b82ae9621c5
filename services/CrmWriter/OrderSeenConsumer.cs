using LeadRelay.Persistence.Crm;
using MassTransit;

namespace LeadRelay.CrmWriter;

/// <summary>A webhook that names a lead of ours is evidence that its order exists, should that be in doubt now or later.</summary>
public sealed class OrderSeenConsumer(ICrmLedger ledger, Settling settling, TimeProvider time) : IConsumer<OrderStatusChanged>
{
    public async Task Consume(ConsumeContext<OrderStatusChanged> context)
    {
        if (context.Message.About is not { Connection: { } connection, LeadId: { } leadId, OrderId: { } orderId })
            return;
        if (await ledger.WitnessAsync(connection, leadId, orderId, context.CancellationToken) is { State: WorkState.InDoubt } doubt)
            await settling.ResolveAsync(doubt, Outcomes.Exists(doubt, orderId, "webhook", null, time));
    }
}
