using LeadRelay.Configuration;
using LeadRelay.Persistence.Crm;

namespace LeadRelay.CrmWriter;

/// <summary>
/// Finds claims whose lease ran out: whoever held one died between the claim and the record. A creation is in doubt then,
/// and is not sent again; anything else may be, and a lead that waits for another was not sent.
/// </summary>
public sealed class LeaseWatch(ICrmLedger ledger, Settling settling, CrmPump pump, ConfigStore config, TimeProvider time, ILogger<LeaseWatch> logger)
    : Chore(TimeSpan.FromSeconds(1), logger)
{
    private const string Reason = "The process that called SalesRender ended before it wrote down what came of it.";

    protected override async Task<bool> RoundAsync(CancellationToken ct)
    {
        foreach (var work in await ledger.ExpiredAsync(100, ct))
        {
            if (await settling.SettleAsync(work, Settlement(work)))
                pump.Wake();
        }
        return false;
    }

    private Settlement Settlement(Work work)
    {
        if (work is not { Kind: WorkKind.Create, WaitsFor: null })
            return Outcomes.Delayed(work, Reason, TimeSpan.Zero, null, time);
        var (about, current) = (work.Message.About, config.Current);
        var lookIn = current.Campaigns.TryGetValue(about.Campaign!, out var campaign) && current.Connections.TryGetValue(about.Connection!, out var connection)
            ? LookUp.First(campaign, connection) : null;
        return Outcomes.InDoubt(work, Reason, null, lookIn, time);
    }
}
