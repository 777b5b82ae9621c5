using System.Text.Json.Serialization;

namespace LeadRelay.AuditStore;

/// <summary>Where a word stands among others: by its rank, then by the message's time and id.</summary>
/// <param name="Rank">Ticks of the message's time, or the status change's sequence.</param>
/// <param name="At">UTC ticks.</param>
public readonly record struct Stamp(long Rank, long At, Guid Id)
{
    [JsonIgnore]
    public DateTimeOffset Time => new(At, TimeSpan.Zero);

    public int CompareTo(Stamp other) => (Rank, At, Id).CompareTo((other.Rank, other.At, other.Id));
}

/// <summary>Something that a message said.</summary>
public sealed record Said<T>(Stamp Stamp, T Value);

/// <summary>What a message says of a lead's state.</summary>
/// <param name="Of">The order it shares, with its connection.</param>
public sealed record LeadWord(string State, string? Reason = null, string? Code = null, Subject? Of = null);

/// <param name="Connection">Whose webhook said so: one of another company may name the lead, and says nothing of it.</param>
public sealed record LeadStatus(string? Connection, LeadViewStatus Status);

public sealed record LeadLabel(string? Label, StatusEvent? Event, string? Comment);

public sealed record LeadMoney(decimal? Payout, string? Currency);

public sealed record LeadSkip(StatusEvent? Event, string? Label, string? Target, string Why, DateTimeOffset At, string? Rule);

public sealed record LeadAttempt(int Number, DateTimeOffset At, string Url, int? HttpStatus, string? Response, string? Error, TrackerVerdict? Verdict = null);

/// <summary>A postback, and how far it is.</summary>
public sealed class LeadDelivery
{
    public Guid Id { get; set; }

    public long Sequence { get; set; }

    public StatusEvent Event { get; set; }

    public string Label { get; set; } = "";

    public string Target { get; set; } = "";

    public string? Rule { get; set; }

    /// <summary>The latest time that it was said to be due.</summary>
    public DateTimeOffset? Told { get; set; }

    public LeadAttempt? Last { get; set; }

    public bool Delivered { get; set; }

    public bool Failed { get; set; }
}
