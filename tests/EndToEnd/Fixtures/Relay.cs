using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using LeadRelay.Bus;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>
/// A whole relay for a test: the Sandbox as its CRM and tracker, a copy of <c>config/</c> that points there, an empty
/// data folder, ports of its own, and processes. Nothing is left of it when it is disposed of.
/// </summary>
public sealed partial class Relay : IAsyncDisposable
{
    public const string OperatorToken = "demo-operator-token";
    public const string PersonalDataToken = "demo-personal-data-token";
    public const string WebhookPath = "/webhooks/sandbox/demo-webhook-secret";
    private const string SandboxInSamples = "127.0.0.1:8090";

    private readonly RelayOptions options;
    private readonly string folder = TestRun.NewFolder("relay");
    private readonly ConcurrentDictionary<(string Service, int Replica), int> ports = new();
    private readonly ConcurrentDictionary<(string Service, int Replica), ServiceProcess> processes = new();
    private readonly ConcurrentDictionary<(string Service, int Replica), HttpClient> clients = new();

#if MONGODB
    private readonly MongoDatabase database = new();

    private string StoreUrl => database.Url;
#else
    private string StoreUrl => $"sqlite:{DataFolder}/";
#endif

    private Relay(RelayOptions options) => this.options = options;

    /// <summary>The virtual host it works in; null in memory.</summary>
    public Uri? BrokerUrl { get; private set; }

    /// <summary>The node that has the virtual host, if the relay was given one.</summary>
    public RabbitNode? Node => options.Node;

    /// <summary>The further settings that everybody has.</summary>
    public IReadOnlyDictionary<string, string> CommonSettings => options.Environment.GetValueOrDefault("*") ?? new Dictionary<string, string>();

    /// <summary>Where the ledgers and the audit are, unless that is a MongoDB.</summary>
    public string DataFolder => Path.Combine(folder, "data");

    /// <summary>The copy of <c>config/</c>; a change in it is noticed by the services.</summary>
    public string ConfigFolder => Path.Combine(folder, "config");

    /// <summary>Where a door keeps what the broker does not take.</summary>
    public string SpoolFolder(string service, int replica = 1) => Path.Combine(folder, "spool", string.Create(CultureInfo.InvariantCulture, $"{service}-{replica}"));

    public HttpClient WebhookReceiver => Client("WebhookReceiver");

    /// <summary>With the token that may read personal data, as the other two operators' APIs.</summary>
    public HttpClient AuditStore => Client("AuditStore");

    public HttpClient PostbackDispatcher => Client("PostbackDispatcher");

    public HttpClient CrmWriter => Client("CrmWriter");

    public HttpClient Sandbox => Client("Sandbox");

    public HttpClient Intake(int replica = 1) => Client("Intake", replica);

    /// <summary>Starts it, and returns when all of it is ready.</summary>
    public static async Task<Relay> StartAsync(RelayOptions? options = null)
    {
        var relay = new Relay(options ?? new RelayOptions());
        try
        {
            await relay.StartAllAsync();
            return relay;
        }
        catch
        {
            await relay.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a service that is not running: for the first time, or again after <see cref="Kill"/> or <see cref="StopAsync"/>, on the same port.</summary>
    /// <param name="program">A test's program that is the service and something else; the service itself if not given.</param>
    /// <param name="environment">Further settings, of this start alone.</param>
    public async Task<ServiceProcess> StartServiceAsync(
        string service, int replica = 1, bool waitReady = true, string? program = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var process = Launch(service, replica, program, environment);
        if (waitReady)
            await process.WaitReadyAsync(Address(service, replica));
        return process;
    }

    /// <summary>SIGKILL. In the standalone shape every service's name means the one process.</summary>
    public void Kill(string service, int replica = 1) => Process(service, replica).Kill();

    /// <summary>SIGTERM; returns the exit code.</summary>
    public Task<int> StopAsync(string service, int replica = 1) => Process(service, replica).StopAsync();

    public ServiceProcess Process(string service, int replica = 1) =>
        processes.TryGetValue(Key(service, replica), out var process) ? process : throw new InvalidOperationException($"{service} {replica} was not started.");

    public Uri Address(string service, int replica = 1) => new($"http://127.0.0.1:{Port(service, replica)}/");

    /// <summary>A client with the service's address, and the operator's token where that is what one comes with.</summary>
    public HttpClient Client(string service, int replica = 1) => clients.GetOrAdd((service, replica), key =>
    {
        var client = new HttpClient { BaseAddress = Address(key.Service, key.Replica), Timeout = TimeSpan.FromSeconds(60) };
        if (key.Service is "AuditStore" or "PostbackDispatcher" or "CrmWriter")
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", PersonalDataToken);
        return client;
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.Values)
            await process.DisposeAsync();
        foreach (var client in clients.Values)
            client.Dispose();
        await TestRun.DeleteAsync(folder);
#if MONGODB
        await database.DisposeAsync();
#endif
        if (Node is not null && BrokerUrl is not null)
        {
            try
            {
                await Node.DropVirtualHostAsync(BrokerUrl);
            }
            catch (HttpRequestException)
            {
                // The test left its node dead; then there is nothing to drop.
            }
        }
    }

    private async Task StartAllAsync()
    {
        var standalone = options.Shape == RelayShape.Standalone;
        BrokerUrl = options.BrokerUrl ?? (Node is null ? null : await Node.NewVirtualHostAsync());
        if (!standalone && BrokerUrl is null)
            throw new InvalidOperationException("Several processes need a broker between them: give Node or BrokerUrl.");
        if (standalone && options.Replicas.Values.Any(count => count != 1))
            throw new InvalidOperationException("The standalone relay has one of each service.");

        Directory.CreateDirectory(DataFolder);
        CopyConfig();
        options.Configure?.Invoke(ConfigFolder);

        (string Service, int Replica)[] wanted =
        [
            ("Sandbox", 1),
            .. standalone
                ? [("Standalone", 1)]
                : options.Services.SelectMany(service => Enumerable.Range(1, options.Replicas.GetValueOrDefault(service, 1)).Select(replica => (service, replica))),
        ];
        foreach (var (service, replica) in wanted)
            Launch(service, replica);
        await Task.WhenAll(wanted.Select(each => Process(each.Service, each.Replica).WaitReadyAsync(Address(each.Service, each.Replica))));
    }

    private ServiceProcess Launch(string service, int replica, string? program = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var key = Key(service, replica);
        if (processes.TryGetValue(key, out var running) && !running.HasExited)
            throw new InvalidOperationException($"{running.Name} is running.");
        var settings = Settings(key.Service, key.Replica);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            settings[name] = value;
        var process = processes[key] = ServiceProcess.Start(program ?? key.Service, settings, replica == 1 ? key.Service : $"{key.Service} {replica}", folder);
        _ = StartAgainAsync(process, service, replica);
        return process;
    }

    /// <summary>As compose does with a service that ends itself to be started again.</summary>
    private async Task StartAgainAsync(ServiceProcess process, string service, int replica)
    {
        if (await process.EndAsync() is BusGuard.ExitCode)
            Launch(service, replica);
    }

    private Dictionary<string, string> Settings(string service, int replica)
    {
        var settings = new Dictionary<string, string>
        {
            ["Ports__Bind"] = "127.0.0.1",
            ["Ports__Sandbox"] = PortText("Sandbox"),
            ["Sandbox__WebhookUrl"] = $"http://127.0.0.1:{PortText("WebhookReceiver")}{WebhookPath}",
            ["Broker__Url"] = BrokerUrl?.AbsoluteUri ?? "",
            ["Store__Url"] = StoreUrl,
            ["Spool__Path"] = SpoolFolder(service, replica),
            ["Config__Path"] = ConfigFolder,
            ["Operator__Token"] = OperatorToken,
            ["Operator__PersonalDataToken"] = PersonalDataToken,
            ["Privacy__Key"] = "demo-privacy-key",
            ["Profile"] = "embedded",
            ["Postbacks__AllowNetworks"] = "127.0.0.0/8",
            ["DOTNET_gcServer"] = "0",
            ["DOTNET_TieredPGO"] = "0",
            // Where the program's own files are; the working directory is a temporary folder, so that a relative path cannot hit the repository.
            ["ASPNETCORE_CONTENTROOT"] = TestRun.Program(service),
        };
        foreach (var each in RelayOptions.AllServices)
            settings[$"Ports__{each}"] = PortText(each, each == service ? replica : 1);
        string[] whose = service == "Standalone" ? ["*", .. RelayOptions.AllServices, service] : ["*", service];
        foreach (var (name, value) in whose.Where(options.Environment.ContainsKey).SelectMany(each => options.Environment[each]))
            settings[name] = value;
        return settings;
    }

    private void CopyConfig()
    {
        var samples = Path.Combine(TestRun.Repository, "config");
        foreach (var file in Directory.EnumerateFiles(samples, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(ConfigFolder, Path.GetRelativePath(samples, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllText(copy, File.ReadAllText(file).Replace(SandboxInSamples, $"127.0.0.1:{PortText("Sandbox")}", StringComparison.Ordinal));
        }
    }

    /// <summary>The standalone process answers for every service.</summary>
    private (string Service, int Replica) Key(string service, int replica) =>
        options.Shape == RelayShape.Standalone && service != "Sandbox" ? ("Standalone", 1) : (service, replica);

    private int Port(string service, int replica = 1) =>
        ports.GetOrAdd((service == "Standalone" ? "Intake" : service, replica), _ => TestRun.FreePort());

    private string PortText(string service, int replica = 1) => Port(service, replica).ToString(CultureInfo.InvariantCulture);
}
