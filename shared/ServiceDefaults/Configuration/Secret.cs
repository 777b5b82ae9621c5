namespace LeadRelay.Configuration;

/// <summary>
/// A reference to a secret, never the secret: <c>env:NAME</c>, or <c>file:PATH</c> (relative paths are relative to the
/// configuration folder). Read at each use, so that a changed file counts at once.
/// </summary>
public sealed record Secret(string Reference, string ConfigFolder)
{
    /// <summary>The value, without white space around it.</summary>
    /// <exception cref="InvalidOperationException">The variable or file is missing or empty; the text names it.</exception>
    public string Reveal() =>
        TryReveal(out var value, out var fault) ? value : throw new InvalidOperationException(fault);

    /// <summary>As <see cref="Reveal"/>, with the fault as a sentence instead of an exception.</summary>
    public bool TryReveal(out string value, out string fault)
    {
        (value, fault) = ("", "");
        if (Reference.StartsWith("env:", StringComparison.Ordinal))
        {
            value = Environment.GetEnvironmentVariable(Reference[4..])?.Trim() ?? "";
            if (value is "") fault = $"The environment variable {Reference[4..]} is not set.";
        }
        else
        {
            var path = Path.Combine(ConfigFolder, Reference["file:".Length..]);
            try { value = File.ReadAllText(path).Trim(); }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { fault = $"The secret file {path} cannot be read: {e.Message}"; }
            if (value is "" && fault is "") fault = $"The secret file {path} is empty.";
        }
        return fault is "";
    }

    /// <summary>The reference, which is safe to show.</summary>
    public override string ToString() => Reference;
}
