namespace LeadRelay.Contracts;

/// <summary>An operator's work on many postbacks was begun, ended or was stopped.</summary>
/// <param name="Kind"><c>resend</c>, <c>remap</c> or <c>release</c>.</param>
/// <param name="State"><c>running</c>, <c>done</c> or <c>cancelled</c>.</param>
/// <param name="What">Which postbacks it is about, in words.</param>
/// <param name="DryRun">Whether it only counts.</param>
/// <param name="Looked">Deliveries (of a resend), orders (of a remapping) or held messages (of a release) looked at.</param>
/// <param name="Done">Of these, those that were sent again, or are told something else now; in a dry run, those that would be.</param>
/// <param name="Reason">What the operator says of it.</param>
public sealed record PostbackJobReported(
    Subject About,
    Guid JobId,
    string Kind,
    string State,
    string What,
    bool DryRun,
    long Looked,
    long Done,
    string? Reason,
    DateTimeOffset At) : IAudited;
