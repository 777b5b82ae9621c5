namespace LeadRelay.Contracts;

/// <summary>
/// Marks every message of the relay: whatever carries it also reaches the audit's queue, and is kept as it was sent.
/// </summary>
public interface IAudited
{
    /// <summary>What the message is about; the audit is searched by it.</summary>
    Subject About { get; }

    /// <summary>When what it tells of happened, UTC.</summary>
    DateTimeOffset At { get; }
}
