namespace LeadRelay.Relayctl;

/// <summary>How one thing that was looked at is.</summary>
public enum Verdict
{
    Ok,

    /// <summary>Nothing is wrong, but somebody may want to know.</summary>
    Note,
    Fault,
}

/// <summary>One line of a check.</summary>
/// <param name="Subject">What was looked at: a path of an input, or a key of a campaign.</param>
/// <param name="Text">Of a fault: what is wrong and what to do about it.</param>
public sealed record Finding(Verdict Verdict, string Subject, string Text)
{
    public static Finding Ok(string subject, string text = "") => new(Verdict.Ok, subject, text);

    public static Finding Note(string subject, string text) => new(Verdict.Note, subject, text);

    public static Finding Fault(string subject, string text) => new(Verdict.Fault, subject, text);

    public override string ToString() => $"  {Verdict switch { Verdict.Ok => "ok", Verdict.Note => "note", _ => "FAULT" },-5}  {Subject}{(Text is "" ? "" : $": {Text}")}";
}
