using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace LeadRelay;

/// <summary>A service's operators' API, as its clients call it: with the operator's token, and a sentence when it does not work out.</summary>
/// <param name="service">Its name, for people; its address is the setting <c>SERVICE__Url</c>.</param>
/// <param name="root">Its address, with a slash at the end.</param>
public sealed class OperatorsApi(HttpClient http, string service, Uri root, string token)
{
    /// <summary>The address in a setting, or that of this machine.</summary>
    /// <exception cref="FormatException">It is none; the sentence says so.</exception>
    public static Uri Root(string service, string? setting, int port)
    {
        var address = string.IsNullOrWhiteSpace(setting) ? $"http://127.0.0.1:{port}" : setting;
        return Uri.TryCreate(address.Trim().TrimEnd('/') + "/", UriKind.Absolute, out var root) && root.Scheme is "http" or "https" ? root
            : throw new FormatException($"{service}__Url must be an address as http://ops-host:{port}, not {address}.");
    }

    /// <exception cref="OperatorsApiException">It was refused, or there was no answer.</exception>
    public Task<JsonElement> GetAsync(string path, CancellationToken ct = default) => CallAsync(HttpMethod.Get, path, null, ct);

    /// <summary>Reads <c>/health/ready</c>, of one that is not ready, too.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task<JsonElement> HealthAsync(CancellationToken ct) => CallAsync(HttpMethod.Get, "health/ready", null, ct, alsoAnswers: HttpStatusCode.ServiceUnavailable);

    /// <inheritdoc cref="GetAsync"/>
    public Task<JsonElement> PostAsync(string path, object body, CancellationToken ct = default) => CallAsync(HttpMethod.Post, path, body, ct);

    /// <summary>Writes a file to a stream as it comes, however long that takes.</summary>
    /// <exception cref="OperatorsApiException">It was refused, or it broke off: what was written is not all of it.</exception>
    public async Task DownloadAsync(string path, Stream file)
    {
        using var request = Request(HttpMethod.Get, path);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (!response.IsSuccessStatusCode)
                throw new OperatorsApiException(Member(await response.Content.ReadFromJsonAsync<JsonElement>(), "detail") ?? $"{service} answers {(int)response.StatusCode}.");
            await response.Content.CopyToAsync(file);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            throw new OperatorsApiException($"{service} at {root} broke off, and what was written is not all of it, or it does not answer: {e.Message} Set {service}__Url if it is elsewhere.");
        }
    }

    private async Task<JsonElement> CallAsync(HttpMethod method, string path, object? body, CancellationToken ct, HttpStatusCode? alsoAnswers = null)
    {
        using var request = Request(method, path);
        request.Content = body is null ? null : JsonContent.Create(body);
        var mayHaveChanged = method != HttpMethod.Get;
        try
        {
            using var response = await http.SendAsync(request, ct);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>(ct);
            if (response.IsSuccessStatusCode || response.StatusCode == alsoAnswers)
                return answer;
            throw new OperatorsApiException(Member(answer, "detail") ?? $"{service} answers {(int)response.StatusCode}.")
            {
                IsUnknown = mayHaveChanged && (int)response.StatusCode >= 500 && Member(answer, "title") is not "nothing was sent",
            };
        }
        catch (Exception e) when (mayHaveChanged && (e is OperationCanceledException or JsonException || (e is HttpRequestException sent && !NeverArrived(sent))))
        {
            throw new OperatorsApiException($"Nobody knows whether it was done: {service} at {root} did not answer as it should: {e.Message} Look before you say it again.") { IsUnknown = true };
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            throw new OperatorsApiException($"{service} at {root} does not answer: {e.Message} Set {service}__Url if it is elsewhere.");
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path) =>
        new(method, new Uri(root, path)) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };

    private static bool NeverArrived(HttpRequestException e) =>
        e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;

    private static string? Member(JsonElement answer, string name) =>
        answer.ValueKind is JsonValueKind.Object && answer.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}

/// <summary>A call did not work out; the message is a sentence for a person.</summary>
public sealed class OperatorsApiException(string message) : Exception(message)
{
    /// <summary>It may have been done all the same.</summary>
    public bool IsUnknown { get; init; }
}
