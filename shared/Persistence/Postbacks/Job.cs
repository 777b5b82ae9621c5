namespace LeadRelay.Persistence.Postbacks;

/// <summary>An operator's work on many postbacks, done piece by piece.</summary>
/// <param name="Filter">Of a resend.</param>
/// <param name="Campaign">Of a remapping or a release.</param>
/// <param name="DryRun">Only count.</param>
/// <param name="Recorded">Of a resend: repeat the requests as they were.</param>
/// <param name="After">Place of the last one looked at; null at the beginning.</param>
/// <param name="Looked">So many were looked at.</param>
/// <param name="Done">So many of them were sent again, told anew, or told at last.</param>
/// <param name="Refused">So many could not be: something newer or another attempt stands in the way.</param>
/// <param name="Status">Of a release: the status that is released, as <c>77</c> or <c>group:APPROVED</c>.</param>
/// <param name="Label">Of a release: what it means.</param>
/// <param name="Event">Of a release: the event that goes with the label.</param>
public sealed record Job(
    Guid Id,
    JobKind Kind,
    DeliveryFilter? Filter,
    string? Campaign,
    bool DryRun,
    bool Recorded,
    string? Reason,
    DateTimeOffset At,
    JobState State = JobState.Running,
    string? After = null,
    long Looked = 0,
    long Done = 0,
    long Refused = 0,
    string? Status = null,
    string? Label = null,
    StatusEvent? Event = null);

/// <summary>A job in our hands.</summary>
public sealed record ClaimedJob(Job Job, Guid Lease);

/// <summary>What a job does.</summary>
public enum JobKind
{
    /// <summary>Sends deliveries again.</summary>
    Resend,

    /// <summary>Decides about the newest status of each order again, by today's map and postbacks.</summary>
    Remap,

    /// <summary>Decides about what is held in a status that the map lacks, by an operator's word on what it means.</summary>
    Release,
}

/// <summary>Where a job stands.</summary>
public enum JobState
{
    Running, Done, Cancelled,
}
