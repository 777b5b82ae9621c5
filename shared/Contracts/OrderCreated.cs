namespace LeadRelay.Contracts;

/// <summary>SalesRender has the order. Carries what a postback may need later.</summary>
/// <param name="Tracking">Sub ids, utm marks and unknown parameters by name, for the macros of postbacks.</param>
/// <param name="Exchange">The call that created it.</param>
/// <param name="SubmittedAt">When the partner submitted the lead: no status of the order can be older.</param>
public sealed record OrderCreated(
    Subject About,
    IReadOnlyDictionary<string, string> Tracking,
    IReadOnlyList<string> Warnings,
    CrmExchange Exchange,
    DateTimeOffset SubmittedAt,
    DateTimeOffset At) : IAudited;
