using LeadRelay.Bus;
using LeadRelay.Persistence.Audit;
using MassTransit;

namespace LeadRelay.AuditStore;

/// <summary>Answers what is known of a partner's leads.</summary>
public sealed class LeadViewsConsumer(IAuditLog audit, IBus bus) : IConsumer<LeadViewsRequested>
{
    /// <summary>Largest answer; with what a view holds at most, a few megabytes.</summary>
    private const int MostLeads = 1000;

    /// <summary>So many leads' messages are in memory at once.</summary>
    private const int Batch = 100;

    public async Task Consume(ConsumeContext<LeadViewsRequested> context)
    {
        if (context.Asker() is not { } asker)
            return;
        var (asked, ct) = (context.Message, context.CancellationToken);
        var found = await audit.FindLeadsAsync(new LeadSearch(asked.Partner, asked.LeadIds, asked.ClickIds, asked.Campaign, asked.OrderIds, MostLeads + 1), ct);
        var views = new List<LeadView>();
        foreach (var ids in found.Take(MostLeads).Chunk(Batch))
        {
            var timelines = await audit.TimelinesAsync(ids, ct);
            views.AddRange(ids.Select(id => LeadViews.Of(id, timelines[id].Select(StoredMessage.Read).OfType<IAudited>(), LeadViews.MostOfEach(found.Count))));
        }
        await bus.AnswerAsync(asker.Instance, asker.RequestId, new LeadViewsFound(views, found.Count > MostLeads));
    }
}
