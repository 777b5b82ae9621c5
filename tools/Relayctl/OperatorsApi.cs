using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace LeadRelay.Relayctl;

/// <summary>Calls a service's operators' API: at <c>SERVICE__Url</c>, with the token in <c>Operator__Token</c>.</summary>
/// <param name="port">Of the service on this machine, where no address is given.</param>
internal sealed class OperatorsApi(string service, int port)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    public Task<JsonElement> GetAsync(string path) => CallAsync(HttpMethod.Get, path, null);

    public Task<JsonElement> PostAsync(string path, object body) => CallAsync(HttpMethod.Post, path, body);

    /// <summary>Writes a file to a stream as it comes, however long that takes.</summary>
    /// <exception cref="CommandException">It was refused, or it broke off: what was written is not all of it.</exception>
    public async Task DownloadAsync(string path, Stream file)
    {
        var root = Root();
        using var http = new HttpClient { BaseAddress = root, Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token());
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (!response.IsSuccessStatusCode)
                throw new CommandException(Member(await response.Content.ReadFromJsonAsync<JsonElement>(), "detail") ?? $"{service} answers {(int)response.StatusCode}.");
            await response.Content.CopyToAsync(file);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            throw new CommandException($"{service} at {root} broke off, and what was written is not all of it, or it does not answer: {e.Message} Set {service}__Url if it is elsewhere.");
        }
    }

    private Uri Root()
    {
        var address = Environment.GetEnvironmentVariable($"{service}__Url") is { Length: > 0 } given ? given : $"http://127.0.0.1:{port}";
        if (!Uri.TryCreate(address.Trim().TrimEnd('/') + "/", UriKind.Absolute, out var root) || root.Scheme is not ("http" or "https"))
            throw new CommandException($"{service}__Url must be an address as http://ops-host:{port}, not {address}.");
        return root;
    }

    private async Task<JsonElement> CallAsync(HttpMethod method, string path, object? body)
    {
        var root = Root();
        using var http = new HttpClient { BaseAddress = root, Timeout = Limit };
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token());
        var mayHaveChanged = method != HttpMethod.Get;
        try
        {
            using var response = await http.SendAsync(request);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
            if (response.IsSuccessStatusCode)
                return answer;
            var text = Member(answer, "detail") ?? $"{service} answers {(int)response.StatusCode}.";
            throw mayHaveChanged && (int)response.StatusCode >= 500 && Member(answer, "title") is not "nothing was sent" ? new OutcomeUnknownException(text) : new CommandException(text);
        }
        catch (Exception e) when (mayHaveChanged && (e is OperationCanceledException or JsonException || (e is HttpRequestException sent && !NeverArrived(sent))))
        {
            throw new OutcomeUnknownException($"Nobody knows whether it was done: {service} at {root} did not answer as it should: {e.Message} Look before you say it again.");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            throw new CommandException($"{service} at {root} does not answer: {e.Message} Set {service}__Url if it is elsewhere.");
        }
    }

    private static bool NeverArrived(HttpRequestException e) =>
        e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;

    private static string? Member(JsonElement answer, string name) =>
        answer.ValueKind is JsonValueKind.Object && answer.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static string Token()
    {
        var token = Environment.GetEnvironmentVariable("Operator__Token")?.Trim();
        if (string.IsNullOrEmpty(token))
            throw new CommandException("Operator__Token is not set: it is the token that the services have.");
        return token.All(c => c is > ' ' and <= '~') ? token
            : throw new CommandException("Operator__Token has a character that cannot be sent (white space inside, or none of ASCII): give the services and this command a token of letters and digits.");
    }
}
