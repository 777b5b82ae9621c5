using System.Diagnostics;

namespace LeadRelay.Telemetry;

/// <summary>Traces begin and end here: who calls says neither which trace his request is in nor whether it is told of, and who is called learns nothing of ours.</summary>
internal sealed class NobodysTrace : DistributedContextPropagator
{
    public override IReadOnlyCollection<string> Fields => [];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) { }

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) => (traceId, traceState) = (null, null);

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
