using LeadRelay.Persistence.Crm;
using MassTransit;

namespace LeadRelay.CrmWriter;

/// <summary>Does what an operator decided about a lead in doubt. If the doubt has ended meanwhile, nothing.</summary>
public sealed class ResolveInDoubtConsumer(ICrmLedger ledger, Settling settling, CrmPump pump, TimeProvider time) : IConsumer<ResolveInDoubt>
{
    public async Task Consume(ConsumeContext<ResolveInDoubt> context)
    {
        var decided = context.Message;
        if (await ledger.FindLeadAsync(decided.About.LeadId!.Value, context.CancellationToken) is not { State: WorkState.InDoubt, Outcome: { } doubted } doubt || doubted.At != decided.DoubtedAt)
            return;
        await settling.ResolveAsync(doubt, decided.OrderId is { } orderId
            ? Outcomes.Exists(doubt, orderId, "operator", null, time)
            : Outcomes.SendAgain(doubt, $"An operator says that it has no order{(decided.Reason is { } reason ? $": {reason}" : "")}. It is sent again.", time));
        pump.Wake();
    }
}
