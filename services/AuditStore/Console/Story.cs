using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary>What messages tell, as a colleague would say it, with the evidence underneath. Plain text: whoever shows it encodes it.</summary>
public static class Story
{
    /// <summary>Characters of all facts together, so that a page of 200 happenings stays small: as none has more than five, each is left 60 then.</summary>
    private const int MostText = 60_000;

    private const int Shortest = 60;

    /// <summary>Tells of each message, in the order given.</summary>
    /// <param name="personal">Whether what is about a person is told in clear; else it is masked.</param>
    public static IReadOnlyList<Happening> Of(IReadOnlyList<AuditEntry> entries, bool personal)
    {
        Happening[] told = [.. entries.Select(entry => Tell(personal ? entry : entry with { Message = PersonalData.Mask(entry.Message) }))];
        var longest = Math.Clamp(MostText / Math.Max(told.Sum(happening => happening.Facts.Count), 1), Shortest, Fact.Longest);
        return [.. told.Select(happening => happening with { Facts = [.. happening.Facts.Select(fact => fact with { Value = Snippet.Of(fact.Value, longest) })] })];
    }

    private static Happening Tell(AuditEntry entry)
    {
        var told = StoredMessage.Of(entry).Message is { } message ? Telling.Of(message) : Telling.Unread(entry.Kind);
        return new Happening(entry.At, entry.Kind, entry.MessageId, told.Tone, told.Text, told.Facts);
    }
}

/// <summary>One thing that happened to a lead.</summary>
/// <param name="Kind">The message's: a contract's name.</param>
/// <param name="Text">A sentence on one line.</param>
public sealed record Happening(DateTimeOffset At, string Kind, Guid MessageId, Tone Tone, string Text, IReadOnlyList<Fact> Facts);

/// <summary>Evidence that stands under the sentence: what was sent, what came back, what somebody said of it.</summary>
/// <param name="Value">One line of at most <see cref="Longest"/> characters, fewer where a story has many facts.</param>
public sealed record Fact(string Name, string Value)
{
    public const int Longest = 400;
}

/// <summary>What a happening means for whoever looks after the lead.</summary>
public enum Tone
{
    /// <summary>Goes its way.</summary>
    Plain,

    /// <summary>Came out well.</summary>
    Good,

    /// <summary>Goes on later, or when somebody does something.</summary>
    Waits,

    /// <summary>Came out badly, or somebody must look at it.</summary>
    Bad,
}
