using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;

namespace LeadRelay.AuditStore;

/// <summary>The console's style sheet: it stands in each page, so that nothing has to be served to those who have not signed in.</summary>
public static class Style
{
    private static readonly string Text = Read();

    public static readonly MarkupString Markup = new(Text);

    /// <summary>For the content security policy.</summary>
    public static readonly string Hash = $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Text)))}";

    private static string Read()
    {
        using var file = typeof(Style).Assembly.GetManifestResourceStream("console.css")!;
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
