using System.Diagnostics;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Crm;
using MassTransit;

namespace LeadRelay.CrmWriter;

/// <summary>Works off the ledger: claims what is due, calls SalesRender once, writes what came of it, tells everyone.</summary>
public sealed class CrmPump(
    ICrmLedger ledger, OutboxSender<ICrmLedger> outbox, SalesRender crm, ConfigStore config, IBus bus, TimeProvider time, ILogger<CrmPump> logger)
    : Pump<CrmPump.Claim>(64, logger)
{
    /// <summary>A call that provably changed nothing is made again for this long.</summary>
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(24);

    /// <summary>Between the end of a call and the end of its lease: time to write the outcome.</summary>
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(5);

    /// <param name="Since">Before the claim was asked for: the whole budget of the call counts from here.</param>
    public readonly record struct Claim(Work Work, long Since);

    protected override async Task<IReadOnlyList<Claim>> TakeAsync(int atMost, CancellationToken ct)
    {
        var since = Stopwatch.GetTimestamp();
        var longest = config.Current.Connections.Values.Select(c => c.TimeLimit).DefaultIfEmpty(TimeSpan.Zero).Max();
        var work = await ledger.ClaimAsync(atMost, longest + LeaseMargin, ct);
        return [.. work.Select(w => new Claim(w, since))];
    }

    protected override async Task WorkAsync(Claim claim)
    {
        var work = claim.Work;
        var about = work.Message.About;
        if (!config.Current.Campaigns.TryGetValue(about.Campaign!, out var campaign) || !config.Current.Connections.TryGetValue(about.Connection!, out var connection))
        {
            await SettleAsync(work, Outcomes.Refused(work, "campaign_gone", $"The campaign {about.Campaign} or its connection is no longer configured.", null, time));
            return;
        }
        var request = CrmRequests.Of(work.Message, campaign, connection);
        if (request.Token is not { } token)
        {
            await SettleAsync(work, Outcomes.Refused(work, "no_crm_token", "The campaign's connection has no CRM token, without which SalesRender's orders cannot be read or changed.", null, time));
            return;
        }
        if (!token.TryReveal(out var secret, out var fault))
        {
            await SettleAsync(work, Delayed(work, new CrmOutcome.NothingSent(fault, null), null));
            return;
        }
        // The deadline once more, after everything that could have taken time: past it the claim may be somebody else's.
        var left = connection.TimeLimit - Stopwatch.GetElapsedTime(claim.Since);
        if (left <= TimeSpan.Zero)
        {
            await SettleAsync(work, Delayed(work, new CrmOutcome.NothingSent("This service was too slow to make the call in time.", TimeSpan.Zero), null));
            return;
        }
        var call = await crm.CallAsync(request, connection.AuthScheme, secret, left, CancellationToken.None);
        await SettleAsync(work, (work.Kind is WorkKind.Verify ? CrmOutcome.OfRead(call) : CrmOutcome.Of(call, request.IdPath)) switch
        {
            CrmOutcome.Read order => Outcomes.Verified(work, order, call.Exchange, time),
            CrmOutcome.Done done => Outcomes.Done(work, done.OrderId, call.Exchange, time),
            CrmOutcome.Refused refused => Outcomes.Refused(work, refused.Code, refused.Text, call.Exchange, time),
            CrmOutcome.NothingSent nothing => Delayed(work, nothing, call.Exchange),
            // All but a creation may be sent twice, so doubt is only a delay.
            CrmOutcome.InDoubt doubt when work.Kind is not WorkKind.Create => Delayed(work, new CrmOutcome.NothingSent(doubt.Reason, null), call.Exchange),
            CrmOutcome.InDoubt doubt => Outcomes.InDoubt(work, doubt.Reason, call.Exchange, time),
            var other => throw new UnreachableException(other.GetType().Name),
        });
    }

    private Settlement Delayed(Work work, CrmOutcome.NothingSent nothing, CrmExchange? exchange) =>
        time.GetUtcNow() - work.Since > GiveUpAfter
            ? Outcomes.Refused(work, "crm_unreachable", $"SalesRender could not be reached for {GiveUpAfter.TotalHours} hours: {nothing.Reason}", exchange, time)
            : Outcomes.Delayed(work, nothing.Reason, Backoff.Delay(work.Attempt, nothing.RetryAfter), exchange, time);

    // Not to be cut short by the host's stopping: what was begun is written down.
    private async Task SettleAsync(Work work, Settlement settlement)
    {
        if (await ledger.SettleAsync(work, settlement.State, settlement.OrderId, settlement.DueIn, [settlement.Event], CancellationToken.None) is not { } askers)
        {
            Logger.LogWarning("The outcome {Outcome} of {Id} came after its lease had passed to another.", settlement.Event.Message.GetType().Name, work.Id);
            return;
        }
        await outbox.SendAsync([settlement.Event], CancellationToken.None);
        foreach (var asker in askers)
            await bus.TryAnswerAsync(asker, settlement.Event.Message);
    }
}
