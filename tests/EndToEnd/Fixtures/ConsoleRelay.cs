using System.Text.Json;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>
/// One relay for all tests of the operators' console. Nobody can look an order up in its CRM, so that a lead whose outcome is
/// lost is in doubt at once; its operators' token is in a file, so that it can be changed.
/// </summary>
public sealed class ConsoleRelay : IAsyncLifetime
{
    /// <summary>Everything but personal data in clear, unlike <see cref="Relay.PersonalDataToken"/>.</summary>
    public const string Token = "the-token-of-this-relays-operators";

    private readonly string secrets = TestRun.NewFolder("secrets");

    public Relay Relay { get; private set; } = null!;

    /// <summary>Where the console is.</summary>
    public Uri Address => Relay.Address("AuditStore");

    public async Task InitializeAsync()
    {
        SetToken(Token);
        Relay = await Relay.StartAsync(new RelayOptions
        {
            Environment = new Dictionary<string, IReadOnlyDictionary<string, string>> { ["*"] = new Dictionary<string, string> { ["Secrets__Path"] = secrets } },
            Configure = config =>
            {
                Samples.Edit(Path.Combine(config, "campaigns", "demo.json"), text => text.Replace("\"lead_id\": \"stringFields.lead_id\",", "", StringComparison.Ordinal));
                Samples.Campaign(config, "nobody-there", ($"{Samples.SandboxIn(config)}/postback", $"127.0.0.1:{TestRun.FreePort()}/postback"));
            },
        });
    }

    public async Task DisposeAsync()
    {
        if (Relay is not null)
            await Relay.DisposeAsync();
        await TestRun.DeleteAsync(secrets);
    }

    public void SetToken(string token) => Samples.Edit(Path.Combine(secrets, "Operator__Token"), _ => token);

    /// <summary>A lead that has its order.</summary>
    /// <param name="until">What must have been said of it, so that nothing of it meets what goes wrong next.</param>
    public async Task<(string Lead, string Order)> OrderedAsync(object lead, string campaign = "demo", string until = "PostbackDelivered")
    {
        var (_, answer) = await Relay.SubmitAsync(lead, campaign, headers: ("Prefer", "wait=30"));
        var order = answer.At("order_id") ?? throw new InvalidOperationException($"No order came of it: {answer}");
        await ToldAsync(answer.At("lead_id")!, until);
        return (answer.At("lead_id")!, order);
    }

    /// <summary>A lead of which nobody knows whether it has an order.</summary>
    /// <param name="kind">What becomes of the call: with <c>cut</c> it has one, with <c>status</c> none.</param>
    public async Task<string> InDoubtAsync(object lead, string kind)
    {
        await Relay.FaultAsync(new { target = "crm", kind, status = 502, times = 1 });
        var (_, answer) = await Relay.SubmitAsync(lead, headers: ("Prefer", "respond-async"));
        await ToldAsync(answer.At("lead_id")!, "OrderInDoubt");
        return answer.At("lead_id")!;
    }

    /// <summary>A lead whose first postback the tracker has refused for good.</summary>
    public async Task<(string Lead, string Order)> FailedAsync(object lead)
    {
        await Relay.FaultAsync(new { target = "tracker", kind = "status", status = 400, times = 1 });
        return await OrderedAsync(lead, until: "PostbackFailed");
    }

    /// <summary>Has SalesRender say a status of an order, also one that the Sandbox does not have.</summary>
    /// <param name="until">Waits for one more message of this kind.</param>
    public async Task SayAsync((string Lead, string Order) ordered, string status, string comment, string until)
    {
        var before = (await Relay.TimelineAsync(ordered.Lead)).Messages(until).Count;
        await Relay.SendAsync(Relay.WebhookReceiver, HttpMethod.Post, Relay.WebhookPath, new { id = ordered.Order, status, comment });
        await ToldAsync(ordered.Lead, until, before + 1);
    }

    /// <summary>Waits until the audit has so many messages of a kind about a lead.</summary>
    public Task<JsonElement> ToldAsync(string lead, string kind, int count = 1) =>
        Relay.Eventually($"the audit has the lead's {kind}", () => Relay.TimelineAsync(lead), timeline => timeline.Messages(kind).Count >= count);
}

[CollectionDefinition(nameof(ConsoleRelay))]
public sealed class ConsoleRelayTests : ICollectionFixture<ConsoleRelay>;
