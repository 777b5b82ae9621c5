namespace LeadRelay.Contracts;

/// <summary>A call to SalesRender provably changed nothing and will be made again.</summary>
/// <param name="Attempt">1 for the first call.</param>
public sealed record OrderWriteDelayed(
    Subject About,
    string Reason,
    int Attempt,
    DateTimeOffset NextAttemptAt,
    CrmExchange? Exchange,
    DateTimeOffset At) : IAudited;
