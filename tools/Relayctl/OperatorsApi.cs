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

    private async Task<JsonElement> CallAsync(HttpMethod method, string path, object? body)
    {
        var address = Environment.GetEnvironmentVariable($"{service}__Url") is { Length: > 0 } given ? given : $"http://127.0.0.1:{port}";
        if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var root))
            throw new CommandException($"{service}__Url is no address: {address}");
        using var http = new HttpClient { BaseAddress = root, Timeout = Limit };
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Environment.GetEnvironmentVariable("Operator__Token")
            ?? throw new CommandException("Operator__Token is not set: it is the token that the services have."));
        try
        {
            using var response = await http.SendAsync(request);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
            return response.IsSuccessStatusCode ? answer : throw new CommandException(answer.TryGetProperty("detail", out var detail) ? $"{detail}" : $"{service} answers {(int)response.StatusCode}.");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            throw new CommandException($"{service} at {root} does not answer: {e.Message} Set {service}__Url if it is elsewhere.");
        }
    }
}
