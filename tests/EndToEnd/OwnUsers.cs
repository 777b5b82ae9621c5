using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using LeadRelay.Bus;
using LeadRelay.Contracts;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>The broker as a stack of containers has it: each service with a user of its own, over TLS, and not there yet when the services start.</summary>
public sealed class OwnUsers : IDisposable
{
    private static readonly Dictionary<string, string> Passwords = BrokerRights.Users.Keys.ToDictionary(user => user, user => $"{user}'s / secret");
    private readonly string folder = TestRun.NewFolder("users");
    private readonly int port = TestRun.FreePort();
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => key.Dispose();

    [Fact]
    public async Task Services_with_least_rights_wait_for_their_broker_and_do_all_their_work_over_TLS()
    {
        if (!RabbitNode.TakesSettings)
            return;
        MakeCertificates();
        await File.WriteAllTextAsync($"{folder}/definitions.json", Definitions());
        await using var node = new RabbitNode($"""
            load_definitions = {folder}/definitions.json
            listeners.ssl.1 = 127.0.0.1:{port}
            ssl_options.cacertfile = {folder}/ca.pem
            ssl_options.certfile = {folder}/broker.pem
            ssl_options.keyfile = {folder}/key.pem
            ssl_options.verify = verify_peer
            ssl_options.fail_if_no_peer_cert = true
            """);
        var environment = RelayOptions.AllServices.ToDictionary(service => service, service => (IReadOnlyDictionary<string, string>)new Dictionary<string, string> { ["Broker__Url"] = Url(service).AbsoluteUri });
        environment["*"] = Tls("ca");
        await using var relay = await Relay.StartAsync(new RelayOptions { Shape = RelayShape.Processes, BrokerUrl = Url("operator"), Services = [], Environment = environment });
        foreach (var service in RelayOptions.AllServices)
            await relay.StartServiceAsync(service, waitReady: false);
        await relay.Eventually("a service says why it is not ready", async () => relay.Process("CrmWriter").Output.Contains("This service is not ready", StringComparison.Ordinal));

        await node.StartAsync();
        foreach (var service in RelayOptions.AllServices)
            await relay.Eventually($"{service} is ready", async () => await Relay.GetAsync(relay.Client(service), "health/ready") is { ValueKind: JsonValueKind.Object }, TimeSpan.FromMinutes(2));

        await MainPathAsync(relay);
        Assert.Contains("No message waits", await Relayctl.DoAsync(relay, "queues"), StringComparison.Ordinal);
        await NobodyMayMoreThanHeNeedsAsync();
        await TlsIsNotToBeFooledAsync();
    }

    private static async Task MainPathAsync(Relay relay)
    {
        var (status, lead) = await relay.SubmitAsync(new { name = "Anna Muster", phone = "+4915123456789", click_id = "own-1", external_lead_id = "own-1" }, headers: ("Prefer", "wait=20"));
        Assert.True(status is HttpStatusCode.Created, $"{status} {lead}");
        await relay.SetStatusAsync(lead.GetProperty("order_id").GetString()!, "3", "Wants it");
        await relay.Eventually("both postbacks are there", async () => $"{await relay.PostbacksAsync("own-1")}".Contains("status=sale", StringComparison.Ordinal));
        var id = lead.GetProperty("lead_id").GetString()!;
        await relay.Eventually("the audit has all of it", async () => $"{await relay.TimelineAsync(id)}" is var told && told.Contains("LeadSubmitted", StringComparison.Ordinal)
            && told.Contains("OrderCreated", StringComparison.Ordinal) && told.Contains("OrderStatusChanged", StringComparison.Ordinal) && told.Contains("PostbackDelivered", StringComparison.Ordinal));
        await relay.Eventually("the partner is told, by the audit", async () => (await relay.AskAsPartnerAsync($"leads/{id}")).Body.ToString().Contains("own-1", StringComparison.Ordinal));
        foreach (var service in RelayOptions.AllServices)
            Assert.DoesNotContain("ACCESS_REFUSED", relay.Process(service).Output, StringComparison.Ordinal);
    }

    private async Task NobodyMayMoreThanHeNeedsAsync()
    {
        string[] queues = [Topology.Audit, Topology.CrmWriter, Topology.PostbackDispatcher, Topology.DeadLetters];
        foreach (var user in BrokerRights.Users.Keys)
        {
            await using var connection = await Address(Url(user), "ca").ConnectAsync("trying");
            async Task IsRefusedAsync(string what, Func<IChannel, Task> deed)
            {
                await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
                var answer = await Record.ExceptionAsync(() => deed(channel));
                Assert.True(answer?.ToString().Contains("ACCESS_REFUSED", StringComparison.Ordinal) is true, $"{user} may {what}: {answer?.Message}");
            }

            foreach (var queue in queues.Where(queue => queue != user && !(user is "auditstore" && queue is Topology.Audit or Topology.DeadLetters)))
            {
                if (user is not "operator" || queue is not Topology.DeadLetters)
                {
                    await IsRefusedAsync($"read {queue}", channel => channel.BasicGetAsync(queue, autoAck: false));
                    await IsRefusedAsync($"empty {queue}", channel => channel.QueuePurgeAsync(queue));
                }
                await IsRefusedAsync($"delete {queue}", channel => channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false));
                await IsRefusedAsync($"unbind {queue}", channel => channel.QueueUnbindAsync(queue, Topology.Bindings[queue].First(), ""));
            }
            await IsRefusedAsync("make a queue", channel => channel.QueueDeclareAsync("mine", durable: true, exclusive: false, autoDelete: false));
            if (user is not "operator")
                await IsRefusedAsync("write past the exchanges", channel => channel.BasicPublishAsync("", Topology.CrmWriter, ReadOnlyMemory<byte>.Empty).AsTask());
            foreach (var contract in Topology.Contracts.Keys.Where(contract => BrokerRights.Published.GetValueOrDefault(user)?.Contains(contract) is not true))
                await IsRefusedAsync($"publish {contract.Name}", channel => channel.BasicPublishAsync(Topology.ExchangeOf(contract), "", ReadOnlyMemory<byte>.Empty).AsTask());
            // The client learns of it with the first thing it wants to do there.
            var refused = await Record.ExceptionAsync(async () =>
            {
                await using var elsewhere = await Address(Url(user, "%2f"), "ca").ConnectAsync("elsewhere");
                await using var channel = await elsewhere.CreateChannelAsync();
            });
            Assert.Contains("NOT_ALLOWED", $"{refused}", StringComparison.Ordinal);
        }
    }

    private async Task TlsIsNotToBeFooledAsync()
    {
        foreach (var (url, authority, why) in new[] { (Url("operator"), "other", "TLS failed"), (new UriBuilder(Url("operator")) { Host = "127.0.0.1" }.Uri, "ca", "TLS failed"), (Url("operator"), null, "TLS failed") })
        {
            var refused = await Assert.ThrowsAsync<BrokerUnreachableException>(() => Address(url, authority).ConnectAsync("fooled"));
            Assert.StartsWith(why, BrokerAddress.Explain(refused), StringComparison.Ordinal);
        }
        await Assert.ThrowsAnyAsync<Exception>(() => BrokerAddress.Of(new ConfigurationBuilder()
            .AddInMemoryCollection([new("Broker:Url", Url("operator").AbsoluteUri), new("Broker:CaFile", $"{folder}/ca.pem")]).Build()).ConnectAsync("nobody"));
    }

    private Uri Url(string user, string virtualHost = BrokerDefinitions.VirtualHost) => new($"amqps://{user.ToLowerInvariant()}:{Uri.EscapeDataString(Passwords[user.ToLowerInvariant()])}@localhost:{port}/{virtualHost}");

    private BrokerAddress Address(Uri url, string? authority) => BrokerAddress.Of(new ConfigurationBuilder()
        .AddInMemoryCollection([new("Broker:Url", url.AbsoluteUri), .. Tls(authority).Select(setting => new KeyValuePair<string, string?>(setting.Key.Replace("__", ":", StringComparison.Ordinal), setting.Value))]).Build());

    private Dictionary<string, string> Tls(string? authority) => new()
    {
        ["Broker__CaFile"] = authority is null ? "" : $"{folder}/{authority}.pem",
        ["Broker__CertificateFile"] = $"{folder}/relay.pem",
        ["Broker__KeyFile"] = $"{folder}/key.pem",
    };

    /// <summary>As they are, with the administrator whom the fixture works as.</summary>
    private static string Definitions()
    {
        var definitions = JsonNode.Parse(BrokerDefinitions.Of(Passwords))!;
        definitions["vhosts"]!.AsArray().Add(new JsonObject { ["name"] = "/" });
        definitions["users"]!.AsArray().Add(new JsonObject { ["name"] = RabbitNode.User, ["password"] = RabbitNode.User, ["tags"] = "administrator" });
        definitions["permissions"]!.AsArray().Add(new JsonObject { ["user"] = RabbitNode.User, ["vhost"] = "/", ["configure"] = ".*", ["write"] = ".*", ["read"] = ".*" });
        return definitions.ToJsonString();
    }

    private void MakeCertificates()
    {
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        X509Certificate2 Authority(string name)
        {
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
            return request.CreateSelfSigned(from, to);
        }
        void Write(string name, X509Certificate2 certificate) => File.WriteAllText($"{folder}/{name}.pem", certificate.ExportCertificatePem());
        void Issue(string name, X509Certificate2 authority, byte serial, string purpose)
        {
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("localhost");
            request.CertificateExtensions.Add(names.Build());
            using var issued = request.Create(authority, from, to, [serial]);
            Write(name, issued);
        }

        using var ca = Authority("ca");
        using var other = Authority("other");
        Write("ca", ca);
        Write("other", other);
        Issue("broker", ca, 1, "1.3.6.1.5.5.7.3.1");
        Issue("relay", ca, 2, "1.3.6.1.5.5.7.3.2");
        File.WriteAllText($"{folder}/key.pem", key.ExportPkcs8PrivateKeyPem());
    }
}
