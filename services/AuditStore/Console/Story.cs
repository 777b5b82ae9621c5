using LeadRelay.Persistence.Audit;
namespace LeadRelay.AuditStore;
public sealed record Happening(DateTimeOffset At, string Kind, Guid MessageId, Tone Tone, string Text, IReadOnlyList<Fact> Facts);
public sealed record Fact(string Name, string Value);
public enum Tone { Plain, Good, Waits, Bad }
public static class Story
{
    public static IReadOnlyList<Happening> Of(IReadOnlyList<AuditEntry> entries, bool personal) =>
        [.. entries.Select(e => new Happening(e.At, e.Kind, e.MessageId, Tone.Plain, e.Kind, [new Fact("x", personal ? e.Message[..40] : PersonalData.Mask(e.Message)[..40])]))];
}
public static class StatusMapLine { public static (string? Line, string? Fault) TryOf(string key, string label, string? statusEvent) => ($"\"{key}\": \"{label}\"", null); }
