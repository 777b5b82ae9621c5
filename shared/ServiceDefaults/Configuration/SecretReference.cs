using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>The form of a reference to a secret.</summary>
internal static partial class SecretReference
{
    public const string Advice =
        "It should say where the secret is, as \"env:NAME\" or \"file:/run/secrets/name\"; the secret itself does not belong in this file.";

    /// <summary>Why a text is no reference, as a sentence that does not repeat it; null when it is one.</summary>
    public static string? FaultOf(string reference) => Form().IsMatch(reference) ? null : Advice;

    [GeneratedRegex(@"^(env:[A-Za-z_][A-Za-z0-9_]*|file:[^\s\p{C}][^\p{C}]*)\z")]
    private static partial Regex Form();
}
