using System.Diagnostics.Metrics;
using LeadRelay.Bus;
using LeadRelay.Logging;

namespace LeadRelay;

/// <summary>
/// The relay's own counters. What happened is counted from the messages that tell of it (<see cref="Published"/>). A tag's
/// values are few and known beforehand: our own words, and names in the configuration; never what a caller sends.
/// </summary>
public static class Metrics
{
    /// <summary>Where they are kept.</summary>
    public static readonly Meter Meter = new("LeadRelay");

    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("leadrelay.refusals", "{request}", "Requests refused, by service and code");

    private static readonly Counter<long> Leads = Meter.CreateCounter<long>("leadrelay.leads", "{lead}", "Submissions accepted, repeats among them, by campaign");
    private static readonly Counter<long> Orders = Meter.CreateCounter<long>("leadrelay.orders", "{order}", "What became of leads, by outcome, code of a refusal, and campaign");
    private static readonly Counter<long> StatusUpdates = Meter.CreateCounter<long>("leadrelay.status_updates", "{status}", "Statuses pushed by advertisers, by outcome and code of a refusal");
    private static readonly Counter<long> Webhooks = Meter.CreateCounter<long>("leadrelay.webhooks", "{order}", "Orders that webhooks told of, by connection");
    private static readonly Counter<long> Postbacks = Meter.CreateCounter<long>("leadrelay.postbacks", "{attempt}", "Attempts to reach trackers, by what came of them and what the tracker said of it; an operator's tests apart");
    private static readonly Counter<long> Held = Meter.CreateCounter<long>("leadrelay.postbacks.held", "{status}", "Statuses that a campaign's map lacks, by campaign");
    private static readonly Counter<long> Skipped = Meter.CreateCounter<long>("leadrelay.postbacks.skipped", "{status}", "Statuses that no postback was sent for, by reason");
    private static readonly UpDownCounter<long> PausedHosts = Meter.CreateUpDownCounter<long>("leadrelay.postbacks.paused_hosts", "{host}", "Trackers that are left alone for a while");

    private static readonly Counter<long> Apart = Meter.CreateCounter<long>("leadrelay.audit.apart", "{message}", "Messages that the audit's store will not take; any is a defect");

    private static readonly Histogram<double> CrmCalls = Seconds("leadrelay.crm.duration", "Calls to SalesRender, by connection and outcome; of several for one outcome the last", CallSeconds);
    private static readonly Histogram<double> TrackerCalls = Seconds("leadrelay.trackers.duration", "Calls to trackers, by outcome; an operator's tests apart", CallSeconds);
    private static readonly Histogram<double> TimeToOrder = Seconds("leadrelay.leads.time_to_order", "From a lead's arrival to SalesRender's having its order, by connection", WaitSeconds);
    private static readonly Histogram<double> TimeToDelivery = Seconds("leadrelay.postbacks.time_to_delivery", "From a status's change to its delivery to a tracker, by event; resends left out", WaitSeconds);

    /// <summary>Codes that a refusal may be counted by; SalesRender's own are one more.</summary>
    private static readonly HashSet<string> Codes =
    [
        "crm_refused", "crm_unreachable", "campaign_gone", "duplicate", "no_crm_token", "superseded", "unknown_order", "unknown_lead", "no_order_yet", "unknown_status",
        "role_missing", "campaign_not_allowed", "unknown_campaign", "network_not_allowed", "rate_limited", "missing_field",
        "invalid_json", "invalid_multipart", "too_many_fields", "body_too_large", "unsupported_media_type",
    ];

    private static readonly HashSet<string> Kinds = [.. Topology.Contracts.Keys.Select(contract => contract.Name)];

    private static double[] CallSeconds => [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30];

    private static double[] WaitSeconds => [0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43200, 86400];

    /// <summary>Counts what a message tells of.</summary>
    public static void Published(IAudited message)
    {
        switch (message)
        {
            case LeadSubmitted lead:
                Leads.Add(1, Tag("campaign", lead.About.Campaign));
                break;
            case OrderCreated created:
                Order(created, "created");
                Call(created, "created", created.Exchange);
                TimeToOrder.Record(Between(created.Submission.At, created.At), Tag("connection", created.About.Connection));
                break;
            case OrderRefused refused:
                Order(refused, "refused", refused.Code);
                Call(refused, "refused", refused.Exchange);
                break;
            case OrderInDoubt doubt:
                Order(doubt, "in_doubt");
                Call(doubt, "in_doubt", doubt.Exchange);
                break;
            case LeadDuplicated duplicate:
                Order(duplicate, "duplicate");
                break;
            case SubmissionConflicted conflict:
                Order(conflict, "conflict");
                break;
            case OrderWriteDelayed delayed:
                Call(delayed, "delayed", delayed.Exchange);
                break;
            case OrderLookedUp look:
                Call(look, "looked_up", look.Exchange);
                break;
            case OrderVerified verified:
                Call(verified, verified.Fault is null ? "verified" : "refused", verified.Exchange);
                break;
            case OrderStatusUpdated updated:
                StatusUpdates.Add(1, Tag("outcome", "updated"));
                Call(updated, "updated", updated.Exchange);
                break;
            case StatusUpdateRefused refused:
                StatusUpdates.Add(1, Tag("outcome", "refused"), Tag("code", Known(refused.Code)));
                Call(refused, "refused", refused.Exchange);
                break;
            case OrderStatusChanged webhook:
                Webhooks.Add(1, Tag("connection", webhook.About.Connection));
                break;
            case PostbackAttempted attempt:
                Attempted(Outcomes.Of(attempt), attempt.Verdict, attempt.DurationMs, isTest: false);
                break;
            case PostbackTested test:
                Attempted(Outcomes.Of(test), test.Verdict, test.DurationMs, isTest: true);
                break;
            case PostbackDelivered { Postback.ResendOf: null } delivered:
                TimeToDelivery.Record(Between(delivered.Postback.ChangedAt, delivered.At), Tag("event", delivered.Postback.Event.ToString().ToLowerInvariant()));
                break;
            case PostbackHeld held:
                Held.Add(1, Tag("campaign", held.About.Campaign));
                break;
            case PostbackSkipped skipped:
                Skipped.Add(1, Tag("reason", skipped.Reason));
                break;
        }
    }

    /// <param name="kind">A contract's name; any other is counted as <c>other</c>.</param>
    public static void SetApart(string kind) => Apart.Add(1, Tag("kind", Kinds.Contains(kind) ? kind : "other"));

    /// <param name="code">One of the service's own.</param>
    public static void Refused(string service, string code) => Refusals.Add(1, Tag("service", service), Tag("code", code));

    /// <param name="change">1 when one is paused, -1 when it is back.</param>
    public static void HostPaused(int change) => PausedHosts.Add(change);

    private static void Order(IAudited message, string outcome, string? code = null)
    {
        if (code is null)
            Orders.Add(1, Tag("outcome", outcome), Tag("campaign", message.About.Campaign));
        else
            Orders.Add(1, Tag("outcome", outcome), Tag("campaign", message.About.Campaign), Tag("code", Known(code)));
    }

    private static void Call(IAudited message, string outcome, CrmExchange? exchange)
    {
        if (exchange is not null)
            CrmCalls.Record(exchange.DurationMs / 1000d, Tag("connection", message.About.Connection), Tag("outcome", outcome));
    }

    private static void Attempted(string outcome, TrackerVerdict? verdict, long milliseconds, bool isTest)
    {
        Postbacks.Add(1, Tag("outcome", outcome), Tag("verdict", Outcomes.Of(verdict)), Tag("test", isTest));
        TrackerCalls.Record(milliseconds / 1000d, Tag("outcome", outcome), Tag("test", isTest));
    }

    private static string Known(string code) => Codes.Contains(code) ? code : "salesrender";

    /// <summary>Two machines' clocks may disagree.</summary>
    private static double Between(DateTimeOffset from, DateTimeOffset to) => Math.Max(0, (to - from).TotalSeconds);

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);

    private static Histogram<double> Seconds(string name, string description, double[] boundaries) =>
        Meter.CreateHistogram(name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries });
}
