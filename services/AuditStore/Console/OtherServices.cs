using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadRelay.AuditStore;

/// <summary>
/// The services whose operators' APIs the console calls: at <c>CrmWriter__Url</c>, <c>PostbackDispatcher__Url</c>,
/// <c>Intake__Url</c> and <c>WebhookReceiver__Url</c>, else on this machine, with <c>Operator__Token</c>.
/// </summary>
public sealed class OtherServices(IConfiguration settings) : IDisposable
{
    public static readonly IReadOnlyDictionary<string, int> Ports = new Dictionary<string, int>
    {
        ["Intake"] = 8080, ["CrmWriter"] = 8084, ["WebhookReceiver"] = 8081, ["PostbackDispatcher"] = 8083, [AuditStoreService.Name] = 8082,
    };

    /// <summary>Somebody looks at a page.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    /// <summary>Theirs is 30 s.</summary>
    private static readonly TimeSpan Deed = TimeSpan.FromSeconds(35);

    private static readonly JsonSerializerOptions Snake = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    // Replicas come and go: their name is looked up again.
    private readonly HttpClient http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(1), UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Reads something; or a sentence why not.</summary>
    public async Task<Answered<T>> GetAsync<T>(string service, string path, CancellationToken ct) where T : class
    {
        using var limit = Limit(Look, ct);
        return await ReadAsync<T>(service, () => Api(service, Root(service)).GetAsync(path, limit.Token));
    }

    /// <summary>Has something done, and returns what to say of it.</summary>
    /// <param name="done">Said when it was.</param>
    public async Task<Said> PostAsync(string service, string path, object body, string done, CancellationToken ct)
    {
        using var limit = Limit(Deed, ct);
        try
        {
            await Api(service, Root(service)).PostAsync(path, body, limit.Token);
            return new Said(true, done);
        }
        catch (Exception e) when (e is OperatorsApiException or FormatException) { return new Said(false, e.Message); }
    }

    /// <summary>How each replica of a service is.</summary>
    public Task<IReadOnlyList<Answered<Health>>> HealthAsync(string service, CancellationToken ct) => OfEachAsync<Health>(service, (replica, limit) => replica.HealthAsync(limit), ct);

    /// <summary>What each replica of a service leaves alone for a while.</summary>
    public Task<IReadOnlyList<Answered<PauseList>>> PausesAsync(string service, CancellationToken ct) => OfEachAsync<PauseList>(service, (replica, limit) => replica.GetAsync("pauses", limit), ct);

    public void Dispose() => http.Dispose();

    /// <summary>Asks every address that the service's name has.</summary>
    private async Task<IReadOnlyList<Answered<T>>> OfEachAsync<T>(string service, Func<OperatorsApi, CancellationToken, Task<JsonElement>> ask, CancellationToken ct) where T : class
    {
        using var limit = Limit(Look, ct);
        try
        {
            var root = Root(service);
            // With TLS the certificate is the name's, and there is one to ask.
            var hosts = root.Scheme == Uri.UriSchemeHttps ? [root.Host] : (await Dns.GetHostAddressesAsync(root.Host, limit.Token)).Select(address => address.ToString()).ToArray();
            return await Task.WhenAll(hosts.Select(async host =>
                await ReadAsync<T>(service, () => ask(Api(service, new UriBuilder(root) { Host = host }.Uri), limit.Token)) with { From = host }));
        }
        catch (Exception e) when (e is SocketException or FormatException or OperationCanceledException)
        {
            return [new Answered<T>(null, $"{service} cannot be found: {e.Message} Set {service}__Url.")];
        }
    }

    private static async Task<Answered<T>> ReadAsync<T>(string service, Func<Task<JsonElement>> ask) where T : class
    {
        try { return new((await ask()).Deserialize<T>(Snake), null); }
        catch (Exception e) when (e is OperatorsApiException or FormatException) { return new(null, e.Message); }
        catch (JsonException) { return new(null, $"{service} answers with something that this version of the console cannot read."); }
    }

    private string Token => settings["Operator:Token"] ?? "";

    private Uri Root(string service) =>
        OperatorsApi.Root(service, settings[$"{service}:Url"], settings.GetValue($"Ports:{service}", Ports[service]));

    private OperatorsApi Api(string service, Uri root) => new(http, service, root, Token);

    private static CancellationTokenSource Limit(TimeSpan limit, CancellationToken ct)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(ct);
        source.CancelAfter(limit);
        return source;
    }
}

/// <summary>An answer, or a sentence why there is none.</summary>
/// <param name="From">Which replica.</param>
public sealed record Answered<T>(T? Value, string? Fault, string? From = null) where T : class;
