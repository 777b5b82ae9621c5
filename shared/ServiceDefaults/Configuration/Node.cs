using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>
/// A value in a configuration file and where it stands. It is read as what it should be; what it is not becomes a fault.
/// After a fault the default is returned: a file with faults makes no record, so it is never used.
/// </summary>
internal sealed partial class Node(JsonElement json, string path, FaultLog faults, bool shown = true)
{
    private const int ShownLength = 80;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public JsonValueKind Kind => json.ValueKind;

    /// <summary>The same, but faults do not show what stands there: it may be a secret written where a reference should be, or hold one.</summary>
    public Node Unshown => new(json, path, faults, shown: false);

    public T Fail<T>(string why)
    {
        faults.Add(path, shown ? Shown() : null, why);
        return default!;
    }

    public string Text()
    {
        if (json.ValueKind is not JsonValueKind.String)
            return WrongType<string>("a text in quotes");
        var text = json.GetString()!.Trim();
        if (text is "")
            return Fail<string>("It is empty; write a value, or leave the key out if it is optional.");
        return text.Any(char.IsControl) ? Fail<string>("It has a control character (a line break, a tab) in it; remove it.") : text;
    }

    /// <summary>A text to the letter: of any length, with line breaks and white space around it.</summary>
    public string FreeText() => json.ValueKind is JsonValueKind.String ? json.GetString()! : WrongType<string>("a text in quotes");

    /// <summary>The value as JSON, without white space and comments.</summary>
    public string Compact() => JsonSerializer.Serialize(json, Relaxed);

    /// <summary>A text of a form that is described in words.</summary>
    public string Text(Regex form, string description) =>
        Text() is not { } text ? null! : form.IsMatch(text) ? text : Fail<string>($"It should be {description}.");

    /// <summary>One of the words, exactly.</summary>
    public string Word(IReadOnlyCollection<string> words) =>
        Text() is not { } text ? null! : words.Contains(text) ? text : Fail<string>($"It is not known here.{Nearest.Hint(text, words)}");

    /// <summary>A member of an enumeration, written in snake_case.</summary>
    public T Choice<T>() where T : struct, Enum =>
        Word(Words.Of<T>().Keys.ToList()) is { } word ? Words.Of<T>()[word] : default;

    /// <summary>An id of the CRM; a number will do, as people copy them that way.</summary>
    public string Id()
    {
        if (json.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
            return WrongType<string>("an id: a text in quotes, or a whole number");
        if (json.ValueKind is JsonValueKind.Number)
            return json.TryGetUInt64(out var number) ? number.ToString(CultureInfo.InvariantCulture) : Fail<string>("It should be an id: a text in quotes, or a whole number.");
        var text = json.GetString()!;
        return IdForm().IsMatch(text) ? text : Fail<string>("It should be an id: 1 to 64 letters, digits, _ or -.");
    }

    public decimal Number(decimal least, decimal most)
    {
        if (json.ValueKind is not JsonValueKind.Number)
            return WrongType<decimal>("a number without quotes");
        return json.TryGetDecimal(out var number) && number >= least && number <= most
            ? number
            : Fail<decimal>(string.Create(CultureInfo.InvariantCulture, $"It should be from {least} to {most}."));
    }

    public int Whole(int least, int most) =>
        Number(least, most) is var number && number == decimal.Truncate(number) ? (int)number : Fail<int>("It should be a whole number.");

    public TimeSpan Seconds(int least, int most) => TimeSpan.FromSeconds((double)Number(least, most));

    public bool Flag() => json.ValueKind is JsonValueKind.True or JsonValueKind.False
        ? json.GetBoolean()
        : WrongType<bool>("true or false, without quotes");

    /// <summary>A base URL: absolute, <c>http(s)</c>, without user, query and fragment.</summary>
    public Uri BaseUrl()
    {
        if (Text() is not { } text)
            return null!;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            return Unshown.Fail<Uri>("It should be an absolute URL that begins with https:// or http://.");
        return url.UserInfo is "" && url.Query is "" && url.Fragment is ""
            ? url
            : Unshown.Fail<Uri>("It should have no user, no query (?) and no fragment (#).");
    }

    /// <summary>A network in CIDR notation, or one address.</summary>
    public IPNetwork Network() =>
        Text() is not { } text ? default
        : Networks.TryParse(text, out var network) ? network
        : Fail<IPNetwork>("It should be a network such as 192.0.2.0/24 or 2001:db8::/32, with nothing set behind the prefix, or one address.");

    public Secret Secret(string folder)
    {
        if (json.ValueKind is not JsonValueKind.String)
            return Unshown.Fail<Secret>(SecretReference.Advice);
        var reference = json.GetString()!;
        return SecretReference.FaultOf(reference) is { } why ? Unshown.Fail<Secret>(why) : new Secret(reference, folder);
    }

    /// <summary>What is inside a text that holds JSON.</summary>
    public T Inside<T>(Func<Node, T> read)
    {
        using var document = JsonText.Parse(Encoding.UTF8.GetBytes(json.GetString()!), path, faults);
        return document is null ? default! : read(new Node(document.RootElement, path, faults));
    }

    /// <summary>A list, with every item read.</summary>
    public IReadOnlyList<T> List<T>(Func<Node, T> read, int least, int most = int.MaxValue)
    {
        if (json.ValueKind is not JsonValueKind.Array)
            return WrongType<IReadOnlyList<T>>("a list in [brackets]") ?? [];
        var count = json.GetArrayLength();
        if (count < least || count > most)
            Fail<object>(most is int.MaxValue ? $"It should have at least {least} item(s)." : $"It should have {least} to {most} items.");
        return [.. json.EnumerateArray().Select((item, i) => read(new Node(item, $"{path}[{i}]", faults, shown)))];
    }

    /// <summary>An object; keys that <paramref name="read"/> did not ask for are faults.</summary>
    public T Object<T>(Func<Section, T> read)
    {
        if (json.ValueKind is not JsonValueKind.Object)
            return WrongType<T>("an object in {braces}");
        var section = new Section(json, path, faults);
        var result = read(section);
        section.RefuseTheRest();
        return result;
    }

    private T WrongType<T>(string wanted) => Fail<T>($"It should be {wanted}{(json.ValueKind is JsonValueKind.Null ? "; leave the key out instead of null" : "")}.");

    private string Shown()
    {
        var raw = json.ValueKind switch
        {
            JsonValueKind.Object => "{…}",
            JsonValueKind.Array => "[…]",
            _ => json.GetRawText(),
        };
        return raw.Length <= ShownLength ? raw : raw[..ShownLength] + "…";
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex IdForm();
}
