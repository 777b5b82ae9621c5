using System.Text.RegularExpressions;

namespace LeadRelay.Intake;

/// <summary>How a body is written.</summary>
public enum BodyForm { None, Json, Form, Multipart }

/// <summary>Tells how a body is written. Many senders say it wrong or not at all, so its beginning counts before its Content-Type.</summary>
public static partial class BodyForms
{
    public static BodyForm Of(string contentType, string text)
    {
        var type = contentType.Split(';')[0].Trim();
        var start = text.AsSpan().TrimStart();
        return start.StartsWith("{") ? BodyForm.Json
            : Boundary().IsMatch(text) ? BodyForm.Multipart
            : NameAndValue().IsMatch(text) ? BodyForm.Form
            : type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase) ? BodyForm.Json
            : type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) ? BodyForm.Form
            : BodyForm.None;
    }

    [GeneratedRegex(@"^\s*--[^\s=&]{1,200}[ \t]*\r?\n")]
    private static partial Regex Boundary();

    [GeneratedRegex("""^\s*[^\s<>"',;{}=]{1,300}=""")]
    private static partial Regex NameAndValue();
}
