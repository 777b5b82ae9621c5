using System.Text;
using System.Text.RegularExpressions;
using LeadRelay.Configuration;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Fills the macros of a template. Values are URL-encoded, the template itself is never touched.</summary>
public static partial class UrlRenderer
{
    private const string Mask = "***";

    /// <param name="value">Value of a macro; null renders as nothing.</param>
    /// <param name="secret">Value of a reference to a secret.</param>
    /// <returns>The URL to call, and the same for people's eyes, with secrets masked.</returns>
    public static (string Real, string Masked) Render(string template, Func<string, string?> value, Func<string, string> secret)
    {
        var (real, masked) = (new StringBuilder(), new StringBuilder());
        foreach (var part in Macros.Parse(template))
        {
            var isSecret = part.IsMacro && Macros.IsSecret(part.Text);
            var text = !part.IsMacro ? part.Text : Uri.EscapeDataString((isSecret ? secret(part.Text) : value(part.Text)) ?? "");
            real.Append(text);
            masked.Append(isSecret ? Mask : text);
        }
        return (real.ToString(), KnownSecrets().Replace(masked.ToString(), "$1" + Mask));
    }

    /// <summary>Parameters that are credentials wherever trackers use them.</summary>
    [GeneratedRegex(@"([?&](?:api_?key|key|token|access_token|secret|secure|password|pass|upd_key)=)[^&#]+", RegexOptions.IgnoreCase)]
    private static partial Regex KnownSecrets();
}
