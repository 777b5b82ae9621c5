using System.Diagnostics;
using LeadRelay.Bus;
using LeadRelay.Persistence.Audit;
using LeadRelay.Telemetry;
using MassTransit;

namespace LeadRelay.AuditStore;

/// <summary>
/// Stores every message as it was on the wire, and keeps the leads' records. The store waits out its own outages, so a batch
/// never fails for one; a batch that is delivered again changes nothing.
/// </summary>
public sealed partial class AuditConsumer(IAuditLog audit, LeadViewKeeper views, PhoneHashes phones, IBus bus, TimeProvider time, ILogger<AuditConsumer> logger) : IConsumer<Batch<IAudited>>
{
    public async Task Consume(ConsumeContext<Batch<IAudited>> context)
    {
        var (ct, began) = (context.CancellationToken, time.GetUtcNow());
        StoredMessage[] stored = [.. context.Message.Select(message => StoredMessage.Of(message, phones))];
        foreach (var apart in await audit.AppendAsync([.. stored.Select(message => message.Entry)], ct))
        {
            Metrics.SetApart(apart.Kind);
            LogSetApart(apart.Kind, apart.MessageId, apart.Bytes, PersonalData.MaskText(apart.Reason));
        }
        // A batch belongs to many leads' traces, so each message has a span of its own.
        foreach (var (message, (entry, _)) in context.Message.Zip(stored))
            LeadTrace.Start($"store {entry.Kind}", ActivityKind.Consumer, entry.About, message.Headers.Get<string>(LeadTrace.Header), began)?.Dispose();
        // Only now, with the message stored, and each time one comes: so nothing of a forgotten person stays, whoever stores it when.
        var forgotten = (await views.KeepAsync(stored, ct)).ToHashSet();
        foreach (var leadId in forgotten)
            await audit.EraseAsync(leadId, ct);
        foreach (var (entry, message) in stored)
        {
            if (message is ForgetPerson forget)
                await TellAsync(new PersonForgotten(forget.About, AuditStoreService.Name, Complete: true, time.GetUtcNow()), entry, ct);
            // An outcome of a lead whose person was forgotten meanwhile: who learned of it only now forgets it now.
            if (message is OrderCreated or OrderRefused or OrderInDoubt or LeadDuplicated && forgotten.Contains(entry.About.LeadId ?? Guid.Empty))
                await TellAsync(new ForgetPerson(entry.About with { ClickId = null }, "It was still worked on when its person was forgotten.", time.GetUtcNow()), entry, ct);
        }
    }

    private Task TellAsync(IAudited what, AuditEntry cause, CancellationToken ct) =>
        bus.PublishConfirmedAsync(what, StableId.Of($"{cause.MessageId}", what.GetType().Name), time, ct);

    [LoggerMessage(Level = LogLevel.Error, EventName = "MessageSetApart", Message = "The store will not take the {Kind} {MessageId} ({Bytes} bytes), which is set apart: {Reason} GET /audit/apart shows it.")]
    private partial void LogSetApart(string kind, Guid messageId, long bytes, string reason);
}
