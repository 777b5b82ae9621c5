using LeadRelay.Bus;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;
using MassTransit;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Trying a campaign's postbacks: seeing them without sending, and sending them without an order.</summary>
public static partial class TrialEndpoints
{
    /// <summary>For the broker to confirm what is to be sent, and then what was; publishing the latter goes on.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void MapTrials(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/postbacks/preview", PreviewAsync);
        endpoints.MapPost("/postbacks/test", TestAsync);
    }

    private static async Task<IResult> PreviewAsync(Trial trial, IPostbackLedger ledger, ConfigStore config, Hosts hosts, TimeProvider time, CancellationToken ct)
    {
        var (current, now) = (config.Current, time.GetUtcNow());
        var (rehearsal, order, fault) = await RehearseAsync(trial, ledger, current, now, ct);
        if (fault is not null)
            return fault;
        var change = order is null ? null : Rehearsal.Change(trial, rehearsal!.Rule, now);
        return TypedResults.Ok(new Preview(rehearsal!.About, rehearsal.Status?.Event, rehearsal.Status?.Label, rehearsal.Rule,
            [.. rehearsal.Requests.Select(request => new PreviewedPostback(request.Target, PostbackRenderer.Masked(request.Rendered), request.MissingSecrets(current.Folder),
                DeliveryView.Pause(request.Target, hosts.PausedUntil(request.Target))))],
            rehearsal.Nothing, change is null ? null : Outlook.Of(Decision.For(order!, change, current, now), change)));
    }

    private static async Task<IResult> TestAsync(Trial trial, IPostbackLedger ledger, PostbackSender sender, ConfigStore config, IBus bus, TimeProvider time,
        ILogger<Trial> logger, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(trial.ClickId))
            return OperatorAnswers.Invalid("Say click_id: one that the tracker knows, of a click of your own.");
        var current = config.Current;
        var (rehearsal, _, fault) = await RehearseAsync(trial, ledger, current, time.GetUtcNow(), ct);
        if (fault is not null)
            return fault;
        if (rehearsal!.Requests is [])
            return TypedResults.Ok(new Tested([], rehearsal.Nothing));
        var (about, status) = (new Subject(null, rehearsal.About.Connection, null, rehearsal.About.Campaign, rehearsal.About.Partner, rehearsal.About.ClickId), rehearsal.Status!);
        try
        {
            var requested = new PostbackTestRequested(about, status.Event, status.Label, [.. rehearsal.Requests.Select(request => request.Target)], time.GetUtcNow());
            await bus.PublishOnceAsync(requested, Guid.CreateVersion7(), Patience, time);
        }
        catch (Exception e)
        {
            LogNotOnRecord(logger, rehearsal.About.Campaign, PersonalData.MaskText(e.Message));
            return OperatorAnswers.Problem(StatusCodes.Status503ServiceUnavailable, "nothing was sent",
                "Nothing was sent: the broker did not confirm the record of it (/health/ready says more). Try again once it does.");
        }
        var tested = await Task.WhenAll(rehearsal.Requests.Select(async request =>
        {
            var at = time.GetUtcNow();
            var (answer, sent) = await sender.SendAsync(request.Rendered, current.Folder);
            var verdict = Verdict.Of(answer, request.Answers, attempt: 1, TimeSpan.Zero, jitter: 0.5);
            return (Message: new PostbackTested(about, status.Event, status.Label, request.Target, sent, answer.HttpStatus, answer.Body, verdict.Reason, at, answer.DurationMs, verdict.Says), Verdict: verdict);
        }));
        var publishing = Task.WhenAll(tested.Select(each => bus.PublishConfirmedAsync(each.Message, Guid.CreateVersion7(), time, CancellationToken.None)));
        try { await publishing.WaitAsync(Patience, time, ct); }
        catch (TimeoutException) { }
        return TypedResults.Ok(new Tested([.. tested.Select(each => TestedPostback.Of(each.Message, each.Verdict))], rehearsal.Nothing));
    }

    private static async Task<(Rehearsal? Rehearsal, OrderRecord? Order, IResult? Fault)> RehearseAsync(Trial trial, IPostbackLedger ledger, RelayConfig config, DateTimeOffset now, CancellationToken ct)
    {
        static (Rehearsal?, OrderRecord?, IResult?) Fault(IResult fault) => (null, null, fault);
        string? wrong = null;
        StatusEvent? statusEvent = trial.Event is null ? null : DeliveryQuery.Word<StatusEvent>("event", trial.Event, ref wrong);
        if (wrong is not null)
            return Fault(OperatorAnswers.Invalid(wrong));
        if (trial.Event is null == (trial.StatusId is null && trial.StatusGroup is null))
            return Fault(OperatorAnswers.Invalid("Say either event (wait, hold, approve, cancel, trash), or status_id or status_group as SalesRender has it."));
        if (!config.Campaigns.TryGetValue(trial.Campaign ?? "", out var campaign))
            return Fault(OperatorAnswers.Problem(404, "unknown campaign", $"There is no campaign \"{trial.Campaign}\" in the configuration."));
        if (trial.Partner is { } named && !campaign.Partners.Contains(named))
            return Fault(OperatorAnswers.Invalid($"{named} is no partner of {campaign.Alias}; there are {string.Join(", ", campaign.Partners.Order())}."));
        OrderRecord? order = null;
        if (trial is { OrderId: not null } or { LeadId: not null })
        {
            Guid leadId = default;
            if (trial.LeadId is not null && !Guid.TryParse(trial.LeadId, out leadId))
                return Fault(OperatorAnswers.Invalid($"lead_id must be the relay's own id of a lead, not \"{trial.LeadId}\"."));
            var found = await ledger.FindAsync(new Subject(trial.LeadId is null ? null : leadId, campaign.Connection, trial.LeadId is null ? trial.OrderId : null), ct);
            if (found is not [var one] || one.About.Campaign != campaign.Alias)
                return Fault(OperatorAnswers.Problem(404, "unknown order", $"{campaign.Alias} has no order of {(trial.LeadId is null ? $"the id {trial.OrderId}" : $"the lead {trial.LeadId}")} here. Its timeline says what became of it: GET /leads/LEAD_ID/timeline at AuditStore."));
            order = one;
        }
        var partners = campaign.Partners.Where(name => config.Partners[name].Roles.Contains(Role.Partner)).ToArray();
        var partner = order?.About.Partner ?? trial.Partner ?? (partners is [var only] ? only : null);
        return (Rehearsal.Of(trial, statusEvent, campaign, partner, order, config, now), order, null);
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "TestNotOnRecord", Message = "A test of {Campaign} could not be put on record, and was not sent: {Reason}")]
    private static partial void LogNotOnRecord(ILogger logger, string? campaign, string reason);
}

/// <summary>What would be sent.</summary>
/// <param name="Rule">The map's entry for the status.</param>
/// <param name="Nothing">Why nothing would be, whatever the order.</param>
/// <param name="Decision">With an order: what would become of the status if a webhook told it now.</param>
public sealed record Preview(
    Subject About, StatusEvent? Event, string? Label, string? Rule, IReadOnlyList<PreviewedPostback> Postbacks, string? Nothing, IReadOnlyList<Outlook>? Decision);

/// <param name="Request">With secrets masked.</param>
/// <param name="MissingSecrets">Without which it cannot be sent, in sentences.</param>
/// <param name="Host">That it is left alone now, in words.</param>
public sealed record PreviewedPostback(string Target, SentRequest Request, IReadOnlyList<string> MissingSecrets, string? Host);

/// <summary>What would become of a status for one target, or for all of them.</summary>
/// <param name="Target">Absent when it is the same for all.</param>
/// <param name="Fires">Whether it would be sent.</param>
/// <param name="Reason">Why not: a <see cref="PostbackSkipped.Reason"/>, <c>held</c>, or <c>verify</c> (SalesRender is asked first).</param>
public sealed record Outlook(string? Target, bool Fires, string? Reason, string Text)
{
    internal static IReadOnlyList<Outlook> Of(Decision decision, StatusChange change) => decision.Verify
        ? [new Outlook(null, false, "verify", "SalesRender is asked first whether it is so: the connection says to verify approvals.")]
        :
        [
            .. decision.Deliveries.Select(delivery => new Outlook(delivery.Target, true, null,
                decision.Superseded.Count is 0 ? "It would be sent." : $"It would be sent, and {decision.Superseded.Count} that wait would give way to what is newer.")),
            // Those of an older sequence give way.
            .. decision.Events.Select(e => e.Message).OfType<PostbackSkipped>().Where(skipped => skipped.Sequence == change.Sequence)
                .Select(skipped => new Outlook(skipped.Target, false, skipped.Reason, skipped.Text)),
            .. decision.Events.Select(e => e.Message).OfType<PostbackHeld>().Select(held => new Outlook(null, false, "held", held.Reason)),
        ];
}

/// <summary>What came of a test.</summary>
/// <param name="Nothing">Why nothing was sent.</param>
public sealed record Tested(IReadOnlyList<TestedPostback> Postbacks, string? Nothing);

/// <param name="Response">The first 1,000 characters of it; the audit has the whole.</param>
/// <param name="Verdict">What it means, in words.</param>
public sealed record TestedPostback(string Target, SentRequest Request, int? HttpStatus, string? Response, string? Error, string Verdict, long DurationMs)
{
    internal static TestedPostback Of(PostbackTested tested, Verdict verdict) => new(
        tested.Target, tested.Sent, tested.HttpStatus, tested.Response is { Length: > 1000 } body ? body[..1000] : tested.Response, tested.Error,
        verdict switch
        {
            { Says: TrackerVerdict.Credited } => "The tracker counted it.",
            { Delivered: true } => "The tracker took it. Whether it counts it, its own report says.",
            { Says: TrackerVerdict.Refused, RetryIn: not null } => $"{verdict.Reason} A real one would be tried again.",
            { Says: TrackerVerdict.Refused } => $"{verdict.Reason} A real one would have failed for good.",
            { RetryIn: not null } => "Not delivered; a real one would be tried again.",
            _ => "Not delivered; a real one would have failed for good.",
        }, tested.DurationMs);
}
