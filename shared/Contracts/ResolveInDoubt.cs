namespace LeadRelay.Contracts;

/// <summary>An operator's word on a lead in doubt. CrmWriter acts on it if the lead still is.</summary>
/// <param name="OrderId">The order that exists; absent means: there is none, send the lead again.</param>
/// <param name="DoubtedAt">Which doubt it is about: when that was told of. A later one of the same lead it does not concern.</param>
/// <param name="Reason">What the operator says of it.</param>
public sealed record ResolveInDoubt(Subject About, string? OrderId, DateTimeOffset DoubtedAt, string? Reason, DateTimeOffset At) : IAudited;
