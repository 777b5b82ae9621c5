namespace LeadRelay.Persistence.Audit;

/// <summary>Every message of the relay, as it was sent, by its message id.</summary>
public interface IAuditLog
{
    /// <summary>
    /// Stores a batch; what is stored already stays as it is. An entry that the store will never take (larger than
    /// <see cref="AuditEntry.MostBytes"/>, or refused for good) is set apart with the reason, and the others are stored.
    /// </summary>
    /// <returns>What was set apart.</returns>
    Task<IReadOnlyList<ApartEntry>> AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken ct);

    /// <summary>A page of the entries that fit.</summary>
    /// <exception cref="FormatException"><see cref="AuditQuery.After"/> is no place.</exception>
    Task<IReadOnlyList<AuditEntry>> SearchAsync(AuditQuery query, CancellationToken ct);

    /// <summary>All of a lead's entries, oldest first: those that name it, and those that name its order and no lead.</summary>
    /// <param name="mostText">Characters of messages: the list ends with the entry that reaches so many.</param>
    Task<IReadOnlyList<AuditEntry>> TimelineAsync(Guid leadId, CancellationToken ct, long mostText = long.MaxValue);

    /// <summary>Entries that name one of these orders and no lead, as a webhook does that came before its order was known.</summary>
    Task<IReadOnlyList<AuditEntry>> OfOrdersAsync(IReadOnlyCollection<OrderKey> orders, CancellationToken ct);

    /// <summary>Entries that name one of these leads (and no other connection), or its order and no lead, and neither campaign nor partner, are from now on found by its campaign, partner and click id, too.</summary>
    Task AdoptAsync(IReadOnlyCollection<Subject> leads, CancellationToken ct);

    /// <summary>What was set apart, the newest first.</summary>
    Task<IReadOnlyList<ApartEntry>> ApartAsync(int atMost, CancellationToken ct);

    /// <summary>Erases the person (<see cref="PersonalData.Erase"/>) in all of a lead's entries that are there now, and the ways to find them by phone or comment; what of it was set apart is emptied.</summary>
    Task EraseAsync(Guid leadId, CancellationToken ct);

    /// <summary>The same with entries that have a phone and name no lead; returns how many there were.</summary>
    Task<int> ErasePhoneAsync(string phoneHash, CancellationToken ct);

    /// <summary>Deletes entries of a kind from before a time, the oldest first, and returns how many; what of the kind was set apart goes with them.</summary>
    Task<int> PurgeAsync(string kind, DateTimeOffset before, int atMost, CancellationToken ct);
}

/// <summary>One stored message.</summary>
/// <param name="Kind">The contract's name.</param>
/// <param name="About">As the message has it; where it names neither campaign nor partner, with these and the click id of its lead once they are known.</param>
/// <param name="Correlation">Of the envelope: what messages of one conversation share.</param>
/// <param name="PhoneHash">The lead's phone, as an HMAC.</param>
/// <param name="Comment">The call centre's or the lead's, to be searched.</param>
/// <param name="Message">JSON as it was on the wire.</param>
public sealed record AuditEntry(Guid MessageId, string Kind, DateTimeOffset At, Subject About, string? Correlation, string? PhoneHash, string? Comment, string Message)
{
    /// <summary>Largest message that is stored among the others, in UTF-8.</summary>
    public const int MostBytes = 15 * 1024 * 1024;

    /// <summary>Where it stands among all; null until it is stored.</summary>
    public string? Place { get; init; }
}

/// <summary>A message that the store would not take.</summary>
/// <param name="Bytes">Its whole size.</param>
/// <param name="Message">Its beginning: as much as fits; empty when its person was forgotten.</param>
public sealed record ApartEntry(Guid MessageId, string Kind, DateTimeOffset At, string Reason, long Bytes, string Message, Guid? LeadId)
{
    /// <summary>How much of the message is kept, in characters.</summary>
    public const int MostKept = 1024 * 1024;

    /// <summary>The same of an entry.</summary>
    public static ApartEntry Of(AuditEntry entry, string reason) => new(entry.MessageId, entry.Kind, entry.At, reason,
        System.Text.Encoding.UTF8.GetByteCount(entry.Message), Beginning(entry.Message), entry.About.LeadId);

    /// <summary>Why an entry is too large to be stored; null when it is not.</summary>
    public static string? TooLarge(AuditEntry entry) =>
        entry.Message.Length > AuditEntry.MostBytes / 3 && System.Text.Encoding.UTF8.GetByteCount(entry.Message) > AuditEntry.MostBytes
            ? $"It is larger than {AuditEntry.MostBytes / 1024 / 1024} MB." : null;

    /// <summary>Not with half of a character at its end, which no store takes.</summary>
    private static string Beginning(string text) =>
        text.Length <= MostKept ? text : char.IsHighSurrogate(text[MostKept - 1]) ? text[..(MostKept - 1)] : text[..MostKept];
}

/// <summary>An order.</summary>
public readonly record struct OrderKey(string Connection, string OrderId);

/// <summary>What to look for: all that is given must fit.</summary>
public sealed record AuditQuery
{
    /// <summary>Named by the message itself; any one of them.</summary>
    public IReadOnlyCollection<Guid> LeadIds { get; init; } = [];

    public string? Connection { get; init; }

    public string? OrderId { get; init; }

    public string? ClickId { get; init; }

    public string? PhoneHash { get; init; }

    public string? Campaign { get; init; }

    public string? Partner { get; init; }

    /// <summary>Any one of them; none means all kinds.</summary>
    public IReadOnlyCollection<string> Kinds { get; init; } = [];

    /// <summary>Inclusive.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>A part of the comment, whatever its case.</summary>
    public string? Comment { get; init; }

    public bool OldestFirst { get; init; }

    /// <summary><see cref="AuditEntry.Place"/> of the last one seen; null begins.</summary>
    public string? After { get; init; }

    /// <summary>1 to 5,000.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Characters of messages: the page ends with the entry that reaches so many, though more would fit. It has at least one, unless there is none.</summary>
    public long MostText { get; init; } = long.MaxValue;
}
