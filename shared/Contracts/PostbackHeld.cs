namespace LeadRelay.Contracts;

/// <summary>
/// A status that the campaign's map does not have: nothing is guessed and nothing is sent until the map has it.
/// </summary>
/// <param name="Sequence">Place of the change in the order's history, Unix milliseconds.</param>
public sealed record PostbackHeld(
    Subject About,
    string? StatusId,
    string? StatusGroup,
    string Reason,
    string? Comment,
    long Sequence,
    DateTimeOffset At) : IAudited;
