using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>Reads how a postback is sent: by GET, or by POST with a <c>form</c>, a <c>json</c> or a <c>body</c>.</summary>
internal static partial class PostbackBodyReader
{
    public const string Form = "application/x-www-form-urlencoded";

    public static readonly IReadOnlyList<string> Keys = ["method", .. Bodies, "content_type"];

    private const int LimitBytes = 16 * 1024;

    private static readonly string[] Methods = ["GET", "POST"];

    /// <summary>Macros that always have a value when a postback is sent.</summary>
    private static readonly string[] NeverEmpty = ["click_id", "status", "event", "campaign", "timestamp"];

    private static string[] Bodies => ["form", "json", "body"];

    public static (string Method, PostbackBody? Body) Read(Section section)
    {
        var given = Bodies.Where(section.Has).ToArray();
        var form = section.Optional("form", n => Checked(n, Form, n.Unshown.Object(ReadForm)), null);
        var json = section.Optional("json", n => Checked(n, "application/json", ReadJson(n)), null);
        var contentType = section.Optional("content_type", ReadContentType, null);
        var text = section.Optional("body", n => Checked(n, contentType ?? "", ReadText(n.Unshown)), null);
        var method = section.Optional("method", n => n.Word(Methods), given.Length > 0 ? "POST" : "GET");
        foreach (var other in given.Skip(1))
            section.Fail(other, $"There is {given[0]} already: a request has one body, so keep one of the two.");
        if (section.Has("body") && !section.Has("content_type"))
            section.Fail("content_type", "It is missing: it says what body is, and so how values are escaped in it, as text/plain or application/xml.");
        if (section.Has("content_type") && !section.Has("body"))
            section.Fail("content_type", "It belongs to a body; form and json bring their own.");
        if (method is "POST" && given.Length is 0)
            section.Fail("method", "A POST needs form, json or body: an empty one tells a tracker nothing. What stands in the URL goes by GET.");
        if (method is "GET" && given.Length > 0)
            section.Fail(given[0], "A GET has no body; leave method out, or make it POST.");
        return (method, form ?? json ?? text);
    }

    private static PostbackBody? Checked(Node node, string contentType, string? template)
    {
        if (template is null)
            return null;
        if (Encoding.UTF8.GetByteCount(template) > LimitBytes)
            return node.Unshown.Fail<PostbackBody>("It is larger than 16 KB; send less.");
        if (!PostbackBody.IsForm(contentType) && Macros.ParseBody(template).Any(part => part.IsMacro && Macros.IsRaw(part.Text)))
            return node.Unshown.Fail<PostbackBody>(Macros.RawElsewhere);
        return Macros.ParseBody(template).Any(part => part.IsMacro ? NeverEmpty.Contains(part.Text) || Macros.IsSecret(part.Text) || Macros.IsMapping(part.Text) : !string.IsNullOrWhiteSpace(part.Text))
            ? new PostbackBody(contentType, template)
            : node.Unshown.Fail<PostbackBody>("It is empty, or is where its macros are: a POST needs something to say; add {click_id}.");
    }

    /// <summary>Null when it has a fault.</summary>
    private static string? ReadForm(Section section)
    {
        var fields = new List<string>();
        var isWhole = true;
        foreach (var (name, node) in section.Entries())
        {
            if (name is "")
                isWhole = node.Unshown.Fail<bool>("It has no name; write the parameter's.");
            isWhole &= IsName(name, node);
            if (ReadValue(node.Unshown) is not { } value)
                isWhole = false;
            else
                fields.Add($"{Uri.EscapeDataString(name)}={string.Concat(Macros.ParseBody(value).Select(part => part.IsMacro ? $"{{{part.Text}}}" : Uri.EscapeDataString(part.Text)))}");
        }
        return isWhole ? string.Join('&', fields) : null;
    }

    private static string? ReadJson(Node node) =>
        node.Kind is not JsonValueKind.Object ? node.Unshown.Fail<string>("It should be an object in {braces}.")
        : AreValues(node) ? node.Compact()
        : null;

    private static bool AreValues(Node node) => node.Kind switch
    {
        JsonValueKind.String => ReadValue(node.Unshown) is not null,
        JsonValueKind.Array => node.List(AreValues, 0).All(isValue => isValue),
        JsonValueKind.Object => node.Object(section => section.Entries().Select(entry => AreValues(entry.Value) & IsName(entry.Key, entry.Value)).ToList()).All(isValue => isValue),
        _ => true,
    };

    /// <summary>Macros in names are refused: two fields might get one name.</summary>
    private static bool IsName(string name, Node node) =>
        !Macros.ParseBody(name).Any(part => part.IsMacro) || node.Unshown.Fail<bool>("It has a macro in its name; macros belong in the values.");

    /// <summary>A value of a form or of JSON.</summary>
    private static string? ReadValue(Node node) =>
        node.FreeText() is not { } text ? null
        : SecretReference.FaultOf(text) is null ? node.Fail<string>($"In a body a reference to a secret stands in braces: {{{text}}}.")
        : PostbackUrl.IsPlaceholder(text) ? node.Fail<string>("It is a placeholder that somebody meant to be replaced; write a macro or a value.")
        : FaultOf(text) is { } why ? node.Fail<string>(why)
        : text;

    private static string? ReadText(Node node) =>
        node.FreeText() is not { } text ? null
        : FaultOf(text) is { } why ? node.Fail<string>(why)
        : text;

    /// <summary>Why a text of a body cannot be used; null when it can.</summary>
    private static string? FaultOf(string text)
    {
        if (OtherBraces().IsMatch(text))
            return Macros.SingleBraces;
        foreach (var part in Macros.ParseBody(text))
        {
            if (part.IsMacro && Macros.FaultOf(part.Text) is { } why)
                return why;
            if (!part.IsMacro && StrangeName().IsMatch(part.Text))
                return "It has a macro in it whose name cannot be told from other text in braces; in a body a name is of letters, digits, _ . : / and -.";
        }
        return null;
    }

    private static string? ReadContentType(Node node)
    {
        if (node.Text() is not { } text)
            return null;
        if (!MediaTypeHeaderValue.TryParse(text, out var type))
            return node.Fail<string>("It should be a content type, as text/plain or application/xml.");
        if (type.MediaType!.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
            return node.Fail<string>("Multipart bodies are not made here; write form instead.");
        return type.CharSet is null || type.CharSet.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase) ? text : node.Fail<string>("Bodies are sent as UTF-8; leave the charset out.");
    }

    /// <summary>Macros as other systems write them.</summary>
    [GeneratedRegex(@"\{\{[A-Za-z0-9_.:/-]+\}\}|\$\{[A-Za-z0-9_.:/-]+\}")]
    private static partial Regex OtherBraces();

    [GeneratedRegex(@"\{(env:|file:|param\.)[^{}]*\}")]
    private static partial Regex StrangeName();
}
