using LeadRelay.Bus;
using LeadRelay.Persistence.Crm;
using MassTransit;

namespace LeadRelay.CrmWriter;

/// <summary>Answers who waits. An answer that cannot be sent is no loss: the outcome is on record, and a repeat is told it.</summary>
public sealed partial class Answerer(IBus bus, ILogger<Answerer> logger)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public async Task TryAnswerAsync(Asker asker, IAudited outcome)
    {
        try { await bus.AnswerAsync(asker.Instance, asker.RequestId, outcome).WaitAsync(Limit); }
        catch (Exception e) { LogNotTold(asker.Instance, PersonalData.MaskText(e.Message)); }
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "AskerNotTold", Message = "{Instance} could not be told the outcome: {Reason}")]
    private partial void LogNotTold(string instance, string reason);
}
