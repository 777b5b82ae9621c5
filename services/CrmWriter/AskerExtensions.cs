using LeadRelay.Bus;
using LeadRelay.Persistence.Crm;
using MassTransit;

namespace LeadRelay.CrmWriter;

internal static class AskerExtensions
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Answers who waits. An answer that cannot be sent is no loss: the outcome is on record, and a repeat is told it.</summary>
    public static async Task TryAnswerAsync(this IBus bus, Asker asker, IAudited outcome)
    {
        try { await bus.AnswerAsync(asker.Instance, asker.RequestId, outcome).WaitAsync(Limit); }
        catch (Exception e) { LogContext.Warning?.Log(e, "{Instance} could not be told the outcome", asker.Instance); }
    }
}
