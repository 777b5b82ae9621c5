using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>What came back from the console.</summary>
/// <param name="Headers">With those of the body.</param>
public sealed record ConsoleAnswer(HttpStatusCode Status, string? Location, string Text, IReadOnlyDictionary<string, string> Headers);

/// <summary>Somebody who calls the console without a browser: keeps cookies, follows nothing, and sends the forms he likes.</summary>
public sealed partial class ConsoleCaller : IDisposable
{
    private const string Field = "__RequestVerificationToken";
    private readonly HttpClient http;

    public ConsoleCaller(Uri address) =>
        http = new HttpClient(new SocketsHttpHandler { CookieContainer = Cookies, AllowAutoRedirect = false }) { BaseAddress = address };

    public CookieContainer Cookies { get; } = new();

    public static async Task<ConsoleCaller> SignedInAsync(Uri address, string token = ConsoleRelay.Token)
    {
        var caller = new ConsoleCaller(address);
        Assert.Equal(HttpStatusCode.SeeOther, (await caller.SignInAsync(token)).Status);
        return caller;
    }

    /// <summary>The console for whoever has signed in, as a browser without scripts has it: follows where it is led.</summary>
    public static async Task<HttpClient> BrowserAsync(Uri address, string token)
    {
        using var caller = await SignedInAsync(address, token);
        return new HttpClient(new SocketsHttpHandler { CookieContainer = caller.Cookies }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public async Task<ConsoleAnswer> SignInAsync(string token, string to = "") =>
        await PostAsync("/sign-in", ("token", token), ("to", to), (Field, await FieldOfAsync("/sign-in")));

    public Task<ConsoleAnswer> GetAsync(string path, string accept = "text/html", params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, [("Accept", accept), .. headers]);

    public Task<ConsoleAnswer> PostAsync(string path, params (string Name, string Value)[] fields) =>
        SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))), [("Accept", "text/html")]);

    public Task<ConsoleAnswer> PostJsonAsync(string path, string json) => PostTextAsync(path, json, "application/json");

    public Task<ConsoleAnswer> PostTextAsync(string path, string text, string type)
    {
        var body = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        body.Headers.TryAddWithoutValidation("Content-Type", type);
        return SendAsync(HttpMethod.Post, path, body, []);
    }

    /// <summary>Sends a form as a browser does, with what a page of ours has put into it.</summary>
    /// <param name="page">The page that it is on.</param>
    public async Task<ConsoleAnswer> PostFromAsync(string page, string path, params (string Name, string Value)[] fields) =>
        await PostAsync(path, [.. fields, (Field, await FieldOfAsync(page))]);

    /// <summary>Sends a form with a field of somebody's choice that says where it comes from; null means none.</summary>
    public Task<ConsoleAnswer> PostWithAsync(string? field, string path, params (string Name, string Value)[] fields) =>
        PostAsync(path, field is null ? fields : [.. fields, (Field, field)]);

    /// <summary>What the forms of a page carry, so that they are known to be its own.</summary>
    public async Task<string> FieldOfAsync(string page)
    {
        var answer = await GetAsync(page);
        return FieldIn().Match(answer.Text) is { Success: true } found ? found.Groups[1].Value
            : throw new InvalidOperationException($"{page} has no form: {answer.Status} {answer.Text}");
    }

    /// <summary>Sends a request's first line just as it is given, which an <see cref="HttpClient"/> would tidy up, and returns the answer's head.</summary>
    public static async Task<string> SendRawAsync(Uri address, string line)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{line} HTTP/1.1\r\nHost: {address.Authority}\r\nAccept: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        return (await reader.ReadToEndAsync()).Split("\r\n\r\n")[0];
    }

    public void Dispose() => http.Dispose();

    private async Task<ConsoleAnswer> SendAsync(HttpMethod method, string path, HttpContent? body, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        // A body that is too large is refused by its length, and the connection closed: whoever is still sending then does not hear why.
        request.Headers.ExpectContinue = body is not null;
        using var answer = await http.SendAsync(request);
        return new ConsoleAnswer(answer.StatusCode, answer.Headers.Location?.OriginalString, await answer.Content.ReadAsStringAsync(),
            answer.Headers.Concat(answer.Content.Headers).ToDictionary(header => header.Key, header => string.Join("; also ", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    [GeneratedRegex("""name="__RequestVerificationToken" value="([^"]+)""")]
    private static partial Regex FieldIn();
}
