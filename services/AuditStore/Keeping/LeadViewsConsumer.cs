using LeadRelay.Bus;
using LeadRelay.Persistence.Audit;
using MassTransit;

namespace LeadRelay.AuditStore;

/// <summary>Answers what is known of a partner's leads.</summary>
public sealed class LeadViewsConsumer(ILeadViews views, IBus bus) : IConsumer<LeadViewsRequested>
{
    /// <summary>Largest answer; with what a view holds at most, a few megabytes.</summary>
    private const int MostLeads = 1000;

    public async Task Consume(ConsumeContext<LeadViewsRequested> context)
    {
        if (context.Asker() is not { } asker)
            return;
        var asked = context.Message;
        var found = await views.FindAsync(new LeadSearch(asked.Partner, asked.LeadIds, asked.ClickIds, asked.Campaign, asked.OrderIds, MostLeads + 1), context.CancellationToken);
        var most = LeadFacts.MostOfEach(found.Count);
        await bus.AnswerAsync(asker.Instance, asker.RequestId, new LeadViewsFound([.. found.Take(MostLeads).Select(view => LeadFacts.Of(view).View(view, most))], found.Count > MostLeads));
    }
}
