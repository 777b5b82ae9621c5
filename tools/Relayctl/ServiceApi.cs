using System.Text.Json;

namespace LeadRelay.Relayctl;

/// <summary>Calls a service's operators' API: at <c>SERVICE__Url</c>, with the token in <c>Operator__Token</c>.</summary>
/// <param name="port">Of the service on this machine, where no address is given.</param>
internal sealed class ServiceApi(string service, int port)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    public Task<JsonElement> GetAsync(string path) => CallAsync(Limit, api => api.GetAsync(path));

    public Task<JsonElement> PostAsync(string path, object body) => CallAsync(Limit, api => api.PostAsync(path, body));

    /// <inheritdoc cref="OperatorsApi.DownloadAsync"/>
    public Task DownloadAsync(string path, Stream file) => CallAsync(Timeout.InfiniteTimeSpan, async api =>
    {
        await api.DownloadAsync(path, file);
        return true;
    });

    private async Task<T> CallAsync<T>(TimeSpan limit, Func<OperatorsApi, Task<T>> call)
    {
        using var http = new HttpClient { Timeout = limit };
        try { return await call(new OperatorsApi(http, service, OperatorsApi.Root(service, Environment.GetEnvironmentVariable($"{service}__Url"), port), Token())); }
        catch (FormatException e) { throw new CommandException(e.Message); }
        catch (OperatorsApiException e) { throw e.IsUnknown ? new OutcomeUnknownException(e.Message) : new CommandException(e.Message); }
    }

    private static string Token()
    {
        var token = Environment.GetEnvironmentVariable("Operator__Token")?.Trim();
        if (string.IsNullOrEmpty(token))
            throw new CommandException("Operator__Token is not set: it is the token that the services have.");
        return token.All(c => c is > ' ' and <= '~') ? token
            : throw new CommandException("Operator__Token has a character that cannot be sent (white space inside, or none of ASCII): give the services and this command a token of letters and digits.");
    }
}
