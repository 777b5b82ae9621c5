using LeadRelay.Persistence.Crm;
using MassTransit;

namespace LeadRelay.CrmWriter;

/// <summary>
/// Finds claims whose lease ran out: whoever held one died between the claim and the record. A creation is in doubt then,
/// and is not sent again; anything else may be.
/// </summary>
public sealed class LeaseWatch(ICrmLedger ledger, OutboxSender<ICrmLedger> outbox, CrmPump pump, IBus bus, TimeProvider time, ILogger<LeaseWatch> logger)
    : Chore(TimeSpan.FromSeconds(1), logger)
{
    private const string Reason = "The process that called SalesRender ended before it wrote down what came of it.";

    protected override async Task<bool> RoundAsync(CancellationToken ct)
    {
        foreach (var work in await ledger.ExpiredAsync(100, ct))
            await SettleAsync(work, ct);
        return false;
    }

    private async Task SettleAsync(Work work, CancellationToken ct)
    {
        var settlement = work.Kind is not WorkKind.Create
            ? Outcomes.Delayed(work, Reason, TimeSpan.Zero, null, time)
            : Outcomes.InDoubt(work, Reason, null, time);
        if (await ledger.SettleAsync(work, settlement.State, null, settlement.DueIn, [settlement.Event], ct) is not { } askers)
            return;
        await outbox.SendAsync([settlement.Event], ct);
        foreach (var asker in askers)
            await bus.TryAnswerAsync(asker, settlement.Event.Message);
        pump.Wake();
    }
}
