using LeadRelay.Bus;
using LeadRelay.Persistence.Spool;
using MassTransit;

namespace LeadRelay.Intake;

/// <summary>
/// The way from Intake onto the bus. What it takes is either confirmed by the broker to every queue that must have it, or
/// on this door's disk, or its outcome is unknown and the caller is told so.
/// </summary>
public sealed partial class Door([FromKeyedServices(Door.Spool)] Edge edge, IBus bus, Answers answers, Drain drain, TimeProvider time, ILogger<Door> logger)
{
    /// <summary>First name of the spool's folders.</summary>
    public const string Spool = "intake";

    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ViewLimit = TimeSpan.FromSeconds(5);

    /// <summary>Takes a request in and waits for what becomes of it. Answer null: not known yet. Kept false: not known whether it arrived.</summary>
    public async Task<(bool Kept, object? Answer)> AskAsync(IAudited request, Guid messageId, TimeSpan wait, CancellationToken ct)
    {
        using var question = answers.Ask();
        var kept = await edge.KeepAsync(request, messageId, question.Address);
        return (kept is not Kept.Unknown, kept is Kept.Published && wait > TimeSpan.Zero ? await question.WaitAsync(wait, ct, drain.AnswersEnd) : null);
    }

    /// <summary>Keeps a refusal on record, as far as that is possible now: one that cannot be published is still a refusal.</summary>
    public Task RecordAsync(IAudited refusal) => edge.KeepAsync(refusal, Guid.CreateVersion7());

    /// <summary>Asks the audit what is known of leads; null when it does not answer.</summary>
    public async Task<LeadViewsFound?> ViewAsync(LeadViewsRequested asked, CancellationToken ct)
    {
        using var question = answers.Ask();
        try
        {
            var audit = await bus.GetSendEndpoint(new Uri($"exchange:{Topology.LeadViews}")).WaitAsync(SendLimit, time, ct);
            await audit.Send(asked, context =>
            {
                question.Address(context);
                context.TimeToLive = ViewLimit;
            }, CancellationToken.None).WaitAsync(SendLimit, time, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogNotAsked(PersonalData.MaskText(e.Message));
            return null;
        }
        return await question.WaitAsync(ViewLimit, ct, drain.AnswersEnd) as LeadViewsFound;
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "AuditNotAsked", Message = "The audit could not be asked: {Reason}")]
    private partial void LogNotAsked(string reason);
}
