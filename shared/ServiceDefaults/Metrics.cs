using System.Diagnostics.Metrics;

namespace LeadRelay;

/// <summary>The relay's own counters.</summary>
public static class Metrics
{
    /// <summary>Where they are kept.</summary>
    public static readonly Meter Meter = new("LeadRelay");

    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("leadrelay.refusals", description: "Requests refused, by service and code");

    private static readonly Counter<long> Postbacks = Meter.CreateCounter<long>("leadrelay.postbacks", description: "Attempts to reach trackers, by what came of them; an operator's tests apart");
    private static readonly UpDownCounter<long> PausedHosts = Meter.CreateUpDownCounter<long>("leadrelay.postbacks.paused_hosts", description: "Trackers that are left alone for a while");

    private static readonly Counter<long> Apart = Meter.CreateCounter<long>("leadrelay.audit.apart", description: "Messages that the audit's store will not take; any is a defect");

    public static void SetApart(string kind) => Apart.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public static void Refused(string service, string code) =>
        Refusals.Add(1, new("service", service), new KeyValuePair<string, object?>("code", code));

    /// <param name="outcome"><c>delivered</c>, <c>retried</c> or <c>failed</c>.</param>
    public static void PostbackAttempted(string outcome, bool isTest) =>
        Postbacks.Add(1, new("outcome", outcome), new KeyValuePair<string, object?>("test", isTest));

    /// <param name="change">1 when one is paused, -1 when it is back.</param>
    public static void HostPaused(int change) => PausedHosts.Add(change);
}
