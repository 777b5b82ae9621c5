using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>One queue as the management API sees it, at most about a second old.</summary>
/// <param name="Messages">Ready and unacknowledged ones.</param>
public sealed record QueueInfo(long Messages, long Ready, long Unacknowledged, int Consumers);

/// <summary>
/// A real RabbitMQ. <see cref="SharedAsync"/> is the run's, started when first asked for; each user makes a virtual host in it.
/// A test that kills the broker makes a node of its own, since it would kill everybody's.
/// </summary>
/// <param name="settings">Further lines of rabbitmq.conf, where <see cref="TakesSettings"/>.</param>
public sealed class RabbitNode(string? settings = null) : IAsyncDisposable
{
    /// <summary>Whether nodes can be had that are set up in a test's own way.</summary>
    public static bool TakesSettings => Environment.GetEnvironmentVariable("TEST_BROKER_URL") is null or "" && File.Exists(NativeRabbit.Server);

    internal const string User = "guest";

    /// <summary>How long to let a new quorum queue be before <see cref="Kill"/>.</summary>
    public static readonly TimeSpan QueueSettles = TimeSpan.FromSeconds(2);

    private static readonly Lazy<Task<RabbitNode>> Shared = new(async () =>
    {
        var node = new RabbitNode();
        await node.StartAsync();
        return node;
    });

    private RabbitHost? host;
    private HttpClient? management;

    /// <summary>The run's own node. It ends with the run.</summary>
    public static Task<RabbitNode> SharedAsync() => Shared.Value;

    /// <summary>Its address, without a virtual host.</summary>
    public Uri Address => Host.Amqp;

    /// <summary>The Erlang machine's process; null when it is not one of this machine's that we started.</summary>
    public int? ProcessId => Host.ProcessId;

    private RabbitHost Host => host ?? throw new InvalidOperationException("The node is not started.");

    private HttpClient Management => management ?? throw new InvalidOperationException("The node is not started.");

    /// <summary>Starts it and waits until it can be worked with.</summary>
    public async Task StartAsync()
    {
        host = await RabbitHost.ChooseAsync(settings);
        management = new HttpClient { BaseAddress = host.Management, Timeout = TimeSpan.FromSeconds(10) };
        management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Login())));
        await host.StartAsync();
        await WaitReadyAsync();
    }

    /// <summary>
    /// SIGKILL of the Erlang machine; returns when it is dead. RabbitMQ 3.10 writes down a new quorum queue's existence
    /// half a second late: one declared less than <see cref="QueueSettles"/> ago may answer nobody after the restart.
    /// </summary>
    /// <exception cref="NotSupportedException">The broker was given by TEST_BROKER_URL.</exception>
    public void Kill() => Host.Kill();

    /// <summary>It says nothing any more, and its connections stay open, until <see cref="Resume"/>.</summary>
    public void Pause() => Host.Pause(true);

    public void Resume() => Host.Pause(false);

    /// <summary>Starts it again after <see cref="Kill"/>, on the same data and ports, and waits until it can be worked with.</summary>
    public async Task RestartAsync()
    {
        await Host.StartAsync();
        await WaitReadyAsync();
    }

    /// <summary>A virtual host nobody else has.</summary>
    /// <returns>Its address, for <c>Broker__Url</c>.</returns>
    public async Task<Uri> NewVirtualHostAsync()
    {
        var name = $"t{Guid.CreateVersion7():N}";
        await DemandAsync(HttpMethod.Put, $"api/vhosts/{name}", new { });
        await DemandAsync(HttpMethod.Put, $"api/permissions/{name}/{Uri.EscapeDataString(Login().Split(':')[0])}", new { configure = ".*", write = ".*", read = ".*" });
        return new Uri(Host.Amqp, $"/{name}");
    }

    public Task DropVirtualHostAsync(Uri virtualHost) => DemandAsync(HttpMethod.Delete, $"api/vhosts/{Name(virtualHost)}");

    /// <summary>The queues of a virtual host by their names.</summary>
    public async Task<IReadOnlyDictionary<string, QueueInfo>> QueuesAsync(Uri virtualHost)
    {
        // Lengths come from the queues themselves this way; the statistics otherwise shown are up to five seconds old.
        var queues = await Management.GetFromJsonAsync<JsonElement>($"api/queues/{Name(virtualHost)}?disable_stats=true&enable_queue_totals=true");
        var consumers = await Management.GetFromJsonAsync<JsonElement>($"api/consumers/{Name(virtualHost)}");
        var consumersOf = consumers.EnumerateArray().CountBy(consumer => consumer.GetProperty("queue").GetProperty("name").GetString()!).ToDictionary();

        static long Number(JsonElement queue, string field) =>
            queue.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;

        return queues.EnumerateArray().ToDictionary(queue => queue.GetProperty("name").GetString()!, queue => new QueueInfo(
            Number(queue, "messages"),
            Number(queue, "messages_ready"),
            Number(queue, "messages_unacknowledged"),
            consumersOf.GetValueOrDefault(queue.GetProperty("name").GetString()!)));
    }

    /// <summary>Closes every connection of a virtual host from the broker's side.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> CloseConnectionsAsync(Uri virtualHost)
    {
        var connections = await Management.GetFromJsonAsync<JsonElement>($"api/vhosts/{Name(virtualHost)}/connections");
        var closed = 0;
        foreach (var connection in connections.EnumerateArray())
        {
            using var answer = await Management.DeleteAsync(new Uri($"api/connections/{Uri.EscapeDataString(connection.GetProperty("name").GetString()!)}", UriKind.Relative));
            if (answer.IsSuccessStatusCode)
                closed++;
            else if (answer.StatusCode != HttpStatusCode.NotFound)
                answer.EnsureSuccessStatusCode();
        }
        return closed;
    }

    public async ValueTask DisposeAsync()
    {
        management?.Dispose();
        if (host is not null)
            await host.DisposeAsync();
        (host, management) = (null, null);
    }

    /// <summary>Ready is: one can log in, the management API answers, and every virtual host is up.</summary>
    private async Task WaitReadyAsync()
    {
        var started = Stopwatch.GetTimestamp();
        var last = "";
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(90))
        {
            if (Host.HasExited)
                break;
            try
            {
                await using (await new ConnectionFactory { Uri = Host.Amqp, AutomaticRecoveryEnabled = false }.CreateConnectionAsync())
                {
                }
                using var answer = await Management.GetAsync(new Uri("api/health/checks/virtual-hosts", UriKind.Relative));
                if (answer.IsSuccessStatusCode)
                    return;
                last = $"the management API says {(int)answer.StatusCode}";
            }
            catch (Exception notYet) when (notYet is BrokerUnreachableException or HttpRequestException or OperationCanceledException or IOException or OperationInterruptedException)
            {
                last = notYet.Message;
            }
            await Task.Delay(100);
        }
        throw new InvalidOperationException($"RabbitMQ {(Host.HasExited ? "ended" : "was not ready in 90 s")} ({last}). What it wrote:\n{Host.Log()}");
    }

    private async Task DemandAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await Management.SendAsync(request);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private string Login() => Host.Amqp.UserInfo is { Length: > 0 } given ? Uri.UnescapeDataString(given) : $"{User}:{User}";

    private static string Name(Uri virtualHost) => virtualHost.AbsolutePath.Trim('/');
}
