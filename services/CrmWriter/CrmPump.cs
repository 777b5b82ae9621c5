using System.Diagnostics;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Crm;
using LeadRelay.Telemetry;

namespace LeadRelay.CrmWriter;

/// <summary>Works off the ledger: claims what is due and may be called, calls SalesRender once, writes what came of it, tells everyone.</summary>
public sealed partial class CrmPump(ICrmLedger ledger, Settling settling, SalesRender crm, Politeness politeness, ConfigStore config, IHostApplicationLifetime stopping, TimeProvider time, ILogger<CrmPump> logger)
    : Pump<CrmPump.Claim>(512, stopping, logger)
{
    /// <summary>A call that provably changed nothing is made again for this long.</summary>
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(24);

    /// <summary>Between the end of a call and the end of its lease: time to write the outcome.</summary>
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(5);

    /// <param name="Since">Before the claim was asked for: the whole budget of the call counts from here.</param>
    public readonly record struct Claim(Work Work, long Since, IDisposable Place);

    protected override async Task<IReadOnlyList<Claim>> TakeAsync(int atMost, CancellationToken ct)
    {
        var since = Stopwatch.GetTimestamp();
        var longest = config.Current.Connections.Values.Select(c => c.TimeLimit).DefaultIfEmpty(TimeSpan.Zero).Max();
        var work = await ledger.ClaimAsync(atMost, longest + LeaseMargin, politeness.Limits(), ct);
        return [.. work.Select(w => new Claim(w, since, politeness.Enter(w.Message.About.Connection)))];
    }

    protected override Subject About(Claim claim) => claim.Work.Message.About;

    protected override async Task WorkAsync(Claim claim)
    {
        using var span = LeadTrace.Start($"work {claim.Work.Kind}", ActivityKind.Internal, claim.Work.Message.About);
        Settlement? settlement;
        using (claim.Place)
            settlement = await HandleAsync(claim);
        // Writing down and telling what came of a call is no call: the next one may begin.
        Wake();
        if (settlement is not null && !await settling.SettleAsync(claim.Work, settlement))
            LogTooLate(Logger, settlement.Event.Message.GetType().Name, claim.Work.Id);
    }

    /// <summary>Null when the row was given back without an outcome.</summary>
    private async Task<Settlement?> HandleAsync(Claim claim)
    {
        var work = claim.Work;
        var about = work.Message.About;
        if (!config.Current.Campaigns.TryGetValue(about.Campaign!, out var campaign) || !config.Current.Connections.TryGetValue(about.Connection!, out var connection))
            return Outcomes.Refused(work, "campaign_gone", $"The campaign {about.Campaign} or its connection is no longer configured.", null, time);
        if (work is { Kind: WorkKind.Create, SeenOrderId: { } seen })
            return Outcomes.Exists(work, seen, "webhook", null, time);
        if (work.WaitsFor is { } first)
            return await FollowAsync(work, first, campaign);

        var doubt = work.Kind is WorkKind.LookUp ? await ledger.FindLeadAsync(about.LeadId!.Value, CancellationToken.None) : null;
        if (work.Kind is WorkKind.LookUp && (doubt is not { State: WorkState.InDoubt } || doubt.LookUpId != work.Id))
            return Ended(work);
        if (doubt?.SeenOrderId is { } told)
            return await ResolveAsync(work, doubt, Outcomes.Exists(doubt, told, "webhook", null, time), $"A webhook told of the order {told}.", null);

        var request = CrmRequests.Of(work.Message, campaign, connection);
        if (request.Token is not { } token)
            return Outcomes.Refused(work, "no_crm_token", "The campaign's connection has no CRM token, without which SalesRender's orders cannot be read or changed.", null, time);
        if (!token.TryReveal(out var secret, out var fault))
            return Delayed(work, new CrmOutcome.NothingSent(fault, null), null);
        // The deadline once more, after everything that could have taken time: past it the claim may be somebody else's.
        var left = connection.TimeLimit - Stopwatch.GetElapsedTime(claim.Since);
        if (left <= TimeSpan.Zero)
            return Delayed(work, new CrmOutcome.NothingSent("This service was too slow to make the call in time.", TimeSpan.Zero), null);
        if (doubt is not null)
            return await LookAsync(work, doubt, connection, secret, claim.Since);

        CrmExchange? exchange = null;
        var outcome = await politeness.CallAsync(connection, token, async () =>
        {
            var call = await crm.CallAsync(request, connection.AuthScheme, secret, left, CancellationToken.None);
            exchange = call.Exchange;
            return work.Kind is WorkKind.Verify ? CrmOutcome.OfRead(call) : CrmOutcome.Of(call, request.IdPath);
        });
        return outcome switch
        {
            CrmOutcome.Read order => Outcomes.Verified(work, order, exchange!, time),
            CrmOutcome.Done done => Outcomes.Done(work, done.OrderId, exchange!, time),
            CrmOutcome.Refused refused => Outcomes.Refused(work, refused.Code, refused.Text, exchange, time),
            CrmOutcome.NothingSent when work.Kind is WorkKind.Update && await ledger.HasNewerUpdateAsync(work, CancellationToken.None) => Outcomes.Superseded(work, time),
            CrmOutcome.NothingSent nothing => Delayed(work, nothing, exchange),
            // All but a creation may be sent twice, so doubt is only a delay.
            CrmOutcome.InDoubt unknown when work.Kind is not WorkKind.Create => Delayed(work, new CrmOutcome.NothingSent(unknown.Reason, null), exchange),
            CrmOutcome.InDoubt unknown => Outcomes.InDoubt(work, unknown.Reason, exchange, LookUp.First(campaign, connection), time),
            var other => throw new UnreachableException(other.GetType().Name),
        };
    }

    /// <summary>A lead with the phone of another, which has its outcome now.</summary>
    private async Task<Settlement?> FollowAsync(Work work, Guid firstId, Campaign campaign)
    {
        if (await ledger.FindLeadAsync(firstId, CancellationToken.None) is { State: WorkState.Done } first)
            return Outcomes.Duplicate(work, first, campaign.DuplicateWindow?.Answer ?? DuplicateAnswer.FirstOrder, time);
        await ledger.TakeOverAsync(work, LeadSubmittedConsumer.DuplicatesOf((LeadSubmitted)work.Message, campaign), CancellationToken.None);
        Wake();
        return null;
    }

    /// <summary>Looks for a lead's order among the newest, page by page.</summary>
    private async Task<Settlement> LookAsync(Work look, Work doubt, Connection connection, string token, long since)
    {
        var (outcome, exchange) = await SearchAsync(connection, token, doubt, since);
        var elapsed = time.GetUtcNow() - look.Since;
        var next = LookUp.Next(elapsed, connection.LookUp.Settle);
        switch (outcome)
        {
            case CrmOutcome.Page { OrderId: { } found }:
                return await ResolveAsync(look, doubt, Outcomes.Exists(doubt, found, "look_up", exchange, time), $"SalesRender has it: order {found}.", exchange);
            case CrmOutcome.Page { IsLast: true } when next is null && connection.LookUp.Trustworthy:
                return await ResolveAsync(look, doubt, Outcomes.SendAgain(doubt, $"SalesRender still has no order of it {elapsed.TotalSeconds:0} s later, so it is sent again.", time),
                    "SalesRender does not have it. It is sent again.", exchange);
            case CrmOutcome.Page { IsLast: var isLast }:
                var seenSoFar = isLast ? "SalesRender does not show it" : "It is not among the newest orders, as far back as they could be read";
                return Outcomes.LookedUp(look, null, next is null ? $"{seenSoFar}. A webhook or an operator decides." : $"{seenSoFar}; another look follows.", exchange, next, time);
            case var failed:
                var reason = failed switch { CrmOutcome.Refused refused => $"{refused.Text} ({refused.Code})", CrmOutcome.NothingSent nothing => nothing.Reason, CrmOutcome.InDoubt unread => unread.Reason, _ => "" };
                return elapsed > GiveUpAfter
                    ? Outcomes.LookedUp(look, null, $"It could not be looked for: {reason} A webhook or an operator decides.", exchange, null, time)
                    : Outcomes.LookedUp(look, null, $"It could not be looked for: {reason}", exchange, Backoff.Delay(look.Attempt, (failed as CrmOutcome.NothingSent)?.RetryAfter), time);
        }
    }

    private async Task<Settlement> ResolveAsync(Work look, Work doubt, Settlement end, string text, CrmExchange? exchange) =>
        await settling.ResolveAsync(doubt, end) ? Outcomes.LookedUp(look, end.OrderId, text, exchange, null, time) : Ended(look);

    private Settlement Ended(Work look) => Outcomes.LookedUp(look, null, "The doubt has ended.", null, null, time);

    private async Task<(CrmOutcome Outcome, CrmExchange? Exchange)> SearchAsync(Connection connection, string token, Work doubt, long since)
    {
        CrmExchange? exchange = null;
        for (var page = 1; ; page++)
        {
            var left = connection.TimeLimit - Stopwatch.GetElapsedTime(since);
            if (left <= TimeSpan.Zero || page > LookUp.MostPages)
                return (new CrmOutcome.Page(null, IsLast: false), exchange);
            var outcome = await politeness.CallAsync(connection, connection.Token!, async () =>
            {
                var call = await crm.CallAsync(CrmRequests.NewestOrders(connection, page), connection.AuthScheme, token, left, CancellationToken.None);
                exchange = call.Exchange;
                return CrmOutcome.OfLookUp(call, doubt.Id, doubt.Message.At);
            });
            if (outcome is not CrmOutcome.Page { OrderId: null, IsLast: false })
                return (outcome, exchange);
        }
    }

    private Settlement Delayed(Work work, CrmOutcome.NothingSent nothing, CrmExchange? exchange) =>
        time.GetUtcNow() - work.Since > GiveUpAfter
            ? Outcomes.Refused(work, "crm_unreachable", $"SalesRender could not be reached for {GiveUpAfter.TotalHours} hours: {nothing.Reason}", exchange, time)
            : Outcomes.Delayed(work, nothing.Reason, Backoff.Delay(work.Attempt, nothing.RetryAfter), exchange, time);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "OutcomeTooLate", Message = "The outcome {Outcome} of {WorkId} came after its lease had passed to another.")]
    private static partial void LogTooLate(ILogger logger, string outcome, Guid workId);
}
