using LeadRelay.Persistence.Crm;
using MassTransit;

namespace LeadRelay.CrmWriter;

/// <summary>Writes what came of a request, then tells everyone: first the broker, then whoever waits.</summary>
public sealed class Settling(ICrmLedger ledger, OutboxSender<ICrmLedger> outbox, Answerer answerer, TimeProvider time)
{
    /// <summary>False when the claim is somebody else's by now.</summary>
    // Not to be cut short by the host's stopping: what was begun is written down.
    public async Task<bool> SettleAsync(Work work, Settlement settlement)
    {
        if (!await TellAsync(await ledger.SettleAsync(work, settlement.State, settlement.OrderId, settlement.DueIn, [settlement.Event], CancellationToken.None), settlement))
        {
            // Too late for this call, and yet somebody saw the order: a lead that is to be sent again is not.
            if (settlement.OrderId is { } late)
                await ledger.WitnessAsync(work.Message.About.Connection!, work.Id, late, CancellationToken.None);
            return false;
        }
        if (settlement.State is WorkState.InDoubt && await ledger.FindLeadAsync(work.Id, CancellationToken.None) is { State: WorkState.InDoubt, SeenOrderId: { } seen } doubt)
            await ResolveAsync(doubt, Outcomes.Exists(doubt, seen, "webhook", null, time));
        return true;
    }

    /// <summary>False when the lead is not in that doubt any more.</summary>
    public async Task<bool> ResolveAsync(Work doubt, Settlement settlement) =>
        await TellAsync(await ledger.ResolveAsync(doubt, settlement.State, settlement.OrderId, [settlement.Event], CancellationToken.None), settlement);

    private async Task<bool> TellAsync(IReadOnlyList<Asker>? askers, Settlement settlement)
    {
        if (askers is null)
            return false;
        if (await outbox.TellAsync([settlement.Event]))
            await Task.WhenAll(askers.Select(asker => answerer.TryAnswerAsync(asker, settlement.Event.Message)));
        return true;
    }
}
