using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>
/// Looks after messages that wait: those whose order has become known, those whose status the map has by now, and those
/// that nobody will ever ask for.
/// </summary>
public sealed class KeptMessages(
    IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, StatusChanges changes, ConfigStore config, TimeProvider time, ILogger<KeptMessages> logger)
    : Chore(TimeSpan.FromSeconds(1), logger)
{
    private const int Batch = 500;

    /// <summary>An order of our own is known long before this; until then a webhook may simply be ahead of it.</summary>
    private static readonly TimeSpan StrangerAfter = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Forget = TimeSpan.FromHours(48);

    /// <summary>What is held is looked through when the configuration has changed, and this often anyway: another replica may have held it by an older map.</summary>
    private static readonly TimeSpan LookThrough = TimeSpan.FromSeconds(15);

    /// <summary>An answer of CrmWriter's that does not come is asked for again; CrmWriter itself tries for a day.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromHours(1);

    private (RelayConfig? Config, DateTimeOffset At) looked;

    /// <summary>Where looking through what is held goes on; null when it begins anew.</summary>
    private string? lookedUpTo;

    private DateTimeOffset forgotAt;

    private DateTimeOffset askedAt = time.GetUtcNow();

    protected override async Task<bool> RoundAsync(CancellationToken ct)
    {
        foreach (var kept in await ledger.ReleasableAsync(Batch, ct))
            await changes.ApplyAsync(kept, ct);
        var isMore = await ReleaseMappedAsync(ct);
        foreach (var kept in await ledger.KeptAsync(KeptFor.Order, StrangerAfter, Batch, ct))
            await AdoptAsync(kept, ct);
        if (time.GetUtcNow() - askedAt >= AskAgain)
        {
            askedAt = time.GetUtcNow();
            var unanswered = await ledger.KeptAsync(KeptFor.Verification, AskAgain, Batch, ct);
            var jobs = unanswered.Count > 0 ? await ledger.JobsAsync(null, Batch, ct) : [];
            foreach (var kept in unanswered)
                await changes.AskAgainAsync(kept, jobs, ct);
        }
        if (time.GetUtcNow() - forgotAt >= StrangerAfter)
        {
            forgotAt = time.GetUtcNow();
            foreach (var kept in await ledger.KeptAsync(KeptFor.Stranger, Forget, Batch, ct))
                await ForgetAsync(kept, ct);
        }
        return isMore;
    }

    /// <summary>A page of what is held, so that the others who wait have their turn in between. True when there is more.</summary>
    private async Task<bool> ReleaseMappedAsync(CancellationToken ct)
    {
        var (current, now) = (config.Current, time.GetUtcNow());
        if (current == looked.Config && now - looked.At < LookThrough && lookedUpTo is null)
            return false;
        if (current != looked.Config)
            lookedUpTo = null;
        var page = await ledger.KeptAsync(KeptFor.StatusMap, TimeSpan.Zero, Batch, ct, lookedUpTo);
        await Task.WhenAll(page.Where(kept => MappedBySome(kept.Message, current)).Select(async kept =>
        {
            if (await ledger.FindAsync(kept.About, ct) is [var order] && current.Campaigns.TryGetValue(order.About.Campaign!, out var campaign) && IsMapped(kept.Message, campaign))
                await changes.ApplyAsync(kept, ct);
        }));
        looked = (current, now);
        lookedUpTo = page.Count is Batch ? page[^1].Place : null;
        return lookedUpTo is not null;
    }

    /// <summary>Spares the look for the order where no campaign of its company knows the status.</summary>
    private static bool MappedBySome(OrderStatusChanged message, RelayConfig config) =>
        config.Campaigns.Values.Any(campaign => campaign.Connection == message.About.Connection && IsMapped(message, campaign));

    private static bool IsMapped(OrderStatusChanged message, Campaign campaign) => campaign.StatusMap.EntryFor(message.StatusId, message.StatusGroup) is not null;

    /// <summary>An order made outside the relay is ours if its webmaster and offer mean exactly one campaign and it has a click id.</summary>
    private async Task AdoptAsync(KeptMessage kept, CancellationToken ct)
    {
        var (message, about) = (kept.Message, kept.Message.About);
        var campaigns = config.Current.Campaigns.Values.Where(c => c.Connection == about.Connection
            && c.WebmasterId is not null && c.WebmasterId == message.WebmasterId && c.OfferId == message.OfferId).ToArray();
        if (about is { LeadId: null, OrderId: not null, ClickId: not null } && campaigns is [var campaign])
        {
            var partners = campaign.Partners.Where(p => config.Current.Partners[p].Roles.Contains(Role.Partner)).ToArray();
            var adopted = about with { Campaign = campaign.Alias, Partner = partners is [var only] ? only : null };
            var order = new OrderRecord(adopted, new Dictionary<string, string>(), new Dictionary<string, TargetRecord>(), [], Version: 0);
            await changes.AdoptAsync(kept.Id, message, order, ct);
        }
        else
        {
            await ledger.KeepAsync(kept.Id, message, KeptFor.Stranger, [], ct);
        }
    }

    private async Task ForgetAsync(KeptMessage kept, CancellationToken ct)
    {
        var skipped = new Outgoing(StableId.Of(kept.Id.ToString(), nameof(PostbackSkipped)), new PostbackSkipped(kept.Message.About, null, null, null, "not_ours",
            "No lead of the relay and no campaign matches this order.", kept.Message.Comment, StatusChange.Of(kept.Id, kept.Message).Sequence, time.GetUtcNow()));
        await ledger.ForgetAsync(kept.Id, [skipped], ct);
        await outbox.SendAsync([skipped], ct);
    }
}
