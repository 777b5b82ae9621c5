using System.Diagnostics.Metrics;

namespace LeadRelay;

/// <summary>The relay's own counters.</summary>
public static class Metrics
{
    /// <summary>Where they are kept.</summary>
    public static readonly Meter Meter = new("LeadRelay");

    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("leadrelay.refusals", description: "Requests refused, by service and code");

    public static void Refused(string service, string code) =>
        Refusals.Add(1, new("service", service), new KeyValuePair<string, object?>("code", code));
}
