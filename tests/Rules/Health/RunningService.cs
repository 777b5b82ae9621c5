using System.Net;
using System.Text.Json;
using LeadRelay.AuditStore;
using LeadRelay.Bus;
using LeadRelay.CrmWriter;
using LeadRelay.Intake;
using LeadRelay.PostbackDispatcher;
using LeadRelay.Tests.Rules.Configuration;
using LeadRelay.WebhookReceiver;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Tests.Rules.Health;

/// <summary>A service in this process, on a port that the system gives it, with folders of its own.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    /// <summary>Nobody listens there.</summary>
    public const string NoBroker = "amqp://broker-user:broker-password@127.0.0.1:1/broker-host";

    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private RunningService(WebApplication app, ConfigFolder config, string folder) => (App, Config, Folder) = (app, config, folder);

    public WebApplication App { get; }

    public ConfigFolder Config { get; }

    public string Folder { get; }

    /// <summary>With the broker in memory; <c>Standalone</c> is all five.</summary>
    public static Task<RunningService> StartAsync(string service, Action<WebApplicationBuilder>? change = null) => StartAsync(service, "", withSpool: true, change);

    /// <param name="broker">Its address.</param>
    public static async Task<RunningService> StartAsync(string service, string broker, bool withSpool, Action<WebApplicationBuilder>? change = null)
    {
        var folder = Directory.CreateTempSubdirectory("health-").FullName;
        var config = new ConfigFolder().Write("token", "a-token").Set(ConfigFolder.Connection, "token", "\"file:token\"").Set(ConfigFolder.Connection, "webhook/secrets", """["file:token"]""");
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Ports:Bind"] = "127.0.0.1", ["Ports:Intake"] = "0", ["Ports:CrmWriter"] = "0", ["Ports:WebhookReceiver"] = "0", ["Ports:PostbackDispatcher"] = "0", ["Ports:AuditStore"] = "0",
            ["Broker:Url"] = broker, ["Store:Url"] = $"sqlite:{folder}/data", ["Spool:Path"] = withSpool ? $"{folder}/spool" : "", ["Config:Path"] = config.Path,
            ["Operator:Token"] = "an-operator", ["Privacy:Key"] = "a-key-of-sixteen-characters",
        });
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        change?.Invoke(builder);
        builder.AddRelayBus(isWhole: true, Consumers(service));
        if (service is IntakeService.Name or "Standalone")
            builder.AddIntake();
        if (service is CrmWriterService.Name or "Standalone")
            builder.AddCrmWriter();
        if (service is WebhookReceiverService.Name or "Standalone")
            builder.AddWebhookReceiver();
        if (service is PostbackDispatcherService.Name or "Standalone")
            builder.AddPostbackDispatcher();
        if (service is AuditStoreService.Name or "Standalone")
            builder.AddAuditStore();
        var app = builder.Build();
        app.MapServiceDefaults();
        await app.StartAsync();
        return new RunningService(app, config, folder);
    }

    /// <summary>Nobody else can write the file until this is disposed of.</summary>
    public static SqliteConnection Lock(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 30 }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        command.ExecuteNonQuery();
        return connection;
    }

    public Task<HttpResponseMessage> GetAsync(string path) => http.GetAsync(new Uri(new Uri(App.Urls.First()), path));

    public async Task<(HttpStatusCode Status, JsonElement Body)> ReadyAsync()
    {
        using var answer = await GetAsync("health/ready");
        return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync()));
    }

    /// <summary>Asks until a part is as it should be; returns the last answer.</summary>
    public async Task<(HttpStatusCode Status, string Text, string Whole)> UntilAsync(string part, string status)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            var (code, body) = await ReadyAsync();
            if (body.GetProperty("checks").TryGetProperty(part, out var check) && check.GetProperty("status").GetString() == status)
                return (code, check.GetProperty("text").GetString() ?? "", body.GetRawText());
            Assert.False(limit.IsCancellationRequested, $"{part} did not become {status}: {body}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await App.DisposeAsync();
        Config.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(Folder, recursive: true);
    }

    private static Action<IBusRegistrationConfigurator>[] Consumers(string service) => service switch
    {
        CrmWriterService.Name => [CrmWriterService.Consumers],
        PostbackDispatcherService.Name => [PostbackDispatcherService.Consumers],
        AuditStoreService.Name => [AuditStoreService.Consumers],
        "Standalone" => [CrmWriterService.Consumers, PostbackDispatcherService.Consumers, AuditStoreService.Consumers],
        _ => [],
    };
}
