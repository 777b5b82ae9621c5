using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using LeadRelay.Configuration;

namespace LeadRelay.Relayctl;

/// <summary>
/// Makes the full stack one for trying: the sample configuration, with the Sandbox where the stack has it, and the profile
/// that takes the samples' keys. The services notice by themselves; this ends when they have.
/// </summary>
/// <param name="samples">The folder of the sample configuration.</param>
/// <param name="volumes">As <see cref="Setup"/> has it; <c>sandbox-config</c> is among the parts.</param>
public sealed class SetupSandbox(string samples, string volumes, TextWriter output)
{
    /// <summary>Where the services find the part <c>sandbox-config</c>.</summary>
    private const string ConfigPath = "/sandbox-config";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Setup setup = new(volumes, output);

    public async Task RunAsync()
    {
        Configure();
        await WaitAsync();
        output.WriteLine("""
            The stack is for trying now, until `docker compose --profile sandbox down -v`. Submit a lead, approve its order, see the postback, see everything:
              curl http://127.0.0.1:8080/leads/demo -H 'X-Api-Key: demo-partner-key' --json '{"external_lead_id":"demo-1","name":"Anna Muster","phone":"0151 12345678","click_id":"c1"}'
              curl http://127.0.0.1:8090/orders/1001/status --json '{"status_id":"3","comment":"Wants the standard package"}'
              curl 'http://127.0.0.1:8090/postbacks?click_id=c1'
              curl http://127.0.0.1:8082/leads/ccc58fe1-2620-5d81-b547-59befc79fe27/timeline -H 'Authorization: Bearer demo-operator-token'
            """);
    }

    public void Configure()
    {
        foreach (var kind in (string[])["secrets", "trackers", "connections", "partners", "campaigns"])
        {
            Directory.CreateDirectory(Path.Combine(volumes, "sandbox-config", kind));
            foreach (var file in Directory.EnumerateFiles(Path.Combine(samples, kind)))
                setup.Write(Path.Combine("sandbox-config", kind), Path.GetFileName(file), File.ReadAllText(file).Replace("127.0.0.1:8090", "sandbox:8090", StringComparison.Ordinal));
        }
        setup.Write("postbackdispatcher", "Postbacks__AllowNetworks", string.Join(',', OwnNetworks()));
        foreach (var service in Setup.Services)
        {
            // In this order: the profile in force refuses the samples.
            setup.Write(service, "Profile", "sandbox");
            setup.Write(service, "Config__Path", ConfigPath);
        }
    }

    /// <summary>The stack's, seen from within it.</summary>
    private static IEnumerable<IPNetwork> OwnNetworks() =>
        from card in NetworkInterface.GetAllNetworkInterfaces()
        where card.NetworkInterfaceType is not NetworkInterfaceType.Loopback
        from address in card.GetIPProperties().UnicastAddresses
        where address.Address.AddressFamily is AddressFamily.InterNetwork
        select Network(address.Address, address.PrefixLength);

    private static IPNetwork Network(IPAddress address, int length)
    {
        var bits = BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes()) & (uint)(0xFFFFFFFFL << (32 - length));
        return new IPNetwork(new IPAddress([(byte)(bits >> 24), (byte)(bits >> 16), (byte)(bits >> 8), (byte)bits]), length);
    }

    private static async Task WaitAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        // Each replica: a name has an address for each.
        await UntilAsync("intake", 8080, HttpStatusCode.OK, "leads?click_id=none", message => message.Headers.Add("X-Api-Key", "demo-partner-key"));
        await UntilAsync("auditstore", 8082, HttpStatusCode.OK, "audit?limit=1", AsOperator);
        await UntilAsync("postbackdispatcher", 8083, HttpStatusCode.OK, "postbacks/pending?limit=1", AsOperator);
        await UntilAsync("crmwriter", 8084, HttpStatusCode.OK, "leads/in-doubt", AsOperator);
        // WebhookReceiver cannot be asked without leaving a trace. Files are looked at every four seconds, and then the configuration.
        await Task.Delay(TimeSpan.FromSeconds(5) + ConfigStore.Interval);

        static void AsOperator(HttpRequestMessage message) => message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "demo-operator-token");

        async Task UntilAsync(string service, int port, HttpStatusCode wanted, string path, Action<HttpRequestMessage> add)
        {
            var (began, said) = (TimeProvider.System.GetTimestamp(), "nothing");
            foreach (var address in await Dns.GetHostAddressesAsync(service, AddressFamily.InterNetwork))
                while (true)
                {
                    try
                    {
                        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{address}:{port}/{path}");
                        add(request);
                        using var answer = await http.SendAsync(request);
                        if (answer.StatusCode == wanted)
                            break;
                        said = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
                    }
                    catch (Exception e) when (e is HttpRequestException or OperationCanceledException) { said = e.Message; }
                    if (TimeProvider.System.GetElapsedTime(began) > Patience)
                        throw new CommandException($"{service} has not taken the sample configuration for {Patience.TotalMinutes} minutes: at {path} it says {said}");
                    await Task.Delay(TimeSpan.FromSeconds(0.5));
                }
        }
    }
}
