using LeadRelay.Bus;
using LeadRelay.Persistence.Audit;
using MassTransit;

namespace LeadRelay.AuditStore;

/// <summary>
/// Stores every message as it was on the wire, and keeps the leads' records. The store waits out its own outages, so a batch
/// never fails for one; a batch that is delivered again changes nothing.
/// </summary>
public sealed class AuditConsumer(IAuditLog audit, LeadViewKeeper views, PhoneHashes phones, IBus bus, TimeProvider time) : IConsumer<Batch<IAudited>>
{
    public async Task Consume(ConsumeContext<Batch<IAudited>> context)
    {
        var ct = context.CancellationToken;
        StoredMessage[] stored = [.. context.Message.Select(message => StoredMessage.Of(message, phones))];
        await audit.AppendAsync([.. stored.Select(message => message.Entry)], ct);
        // Only now, with the message stored, and each time one comes: so nothing of a forgotten person stays, whoever stores it when.
        foreach (var leadId in await views.KeepAsync(stored, ct))
            await audit.EraseAsync(leadId, ct);
        foreach (var forget in stored.Select(message => message.Message).OfType<ForgetPerson>())
        {
            await bus.PublishConfirmedAsync(new PersonForgotten(forget.About, AuditStoreService.Name, Complete: true, time.GetUtcNow()),
                StableId.Of($"{forget.About.LeadId} {AuditStoreService.Name}", nameof(PersonForgotten), forget.At.ToUnixTimeMilliseconds()), time, ct);
        }
    }
}
