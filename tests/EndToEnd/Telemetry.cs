using System.Net;
using LeadRelay.OtlpSink;
using Microsoft.AspNetCore.Builder;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>What five services export by OTLP, to a sink that stands where Seq would.</summary>
public sealed class Telemetry(Telemetry.Exported exported) : IClassFixture<Telemetry.Exported>
{
    private const string SinkKey = "seq-key-2718", Token = "crm-token-4711", WebhookSecret = "hook-secret-1618", PostbackKey = "keitaro-key-0815";
    private const string Phone = "15123456789", Name = "Zebulonia", Email = "zebulonia@canary.example", Comment = "Zebulonia's doorbell is broken";

    /// <summary>A trace that a caller says he is in, and not to be sampled.</summary>
    private const string Stranger = "0af7651916cd43dd8448eb211c80319c";

    private readonly Relay relay = exported.Relay;
    private readonly Sink sink = exported.Sink;

    [Fact]
    public async Task One_lead_is_one_trace_through_all_services_it_touched()
    {
        var (status, answer) = await relay.SubmitAsync(new { name = Name, phone = "0" + Phone, email = Email, comment = Comment, again = "+49" + Phone, click_id = "traced" },
            headers: ("traceparent", $"00-{Stranger}-00f067aa0ba902b7-00"));
        Assert.Equal(HttpStatusCode.Created, status);
        var (lead, order) = (Guid.Parse(answer.At("lead_id")!), answer.At("order_id")!);
        await relay.SetStatusAsync(order, "3", Comment);
        await relay.Eventually("the audit has it all", () => relay.TimelineAsync(lead.ToString()), t => t.Messages("PostbackAttempted").Count is 2);

        var spans = await relay.Eventually("the trace is complete", () => Task.FromResult(sink.Spans.Where(s => s.TraceId == lead.ToString("N")).ToArray()),
            trace => trace.Count(s => s.Name is "tracker") is 2 && trace.Any(s => s is { Service: "Intake", Kind: 2 }) && trace.Any(s => s.Name is "store PostbackAttempted") && trace.Any(s => s.Service is "WebhookReceiver" && s.Kind is 2));
        Assert.Equal(["AuditStore", "CrmWriter", "Intake", "PostbackDispatcher", "WebhookReceiver"], spans.Select(s => s.Service).Distinct().Order());
        Assert.Single(spans, s => s is { Service: "Intake", Name: "POST /leads/{alias}", Kind: 2 } && s.Tags["http.response.status_code"] is "201");
        Assert.Single(spans, s => s is { Service: "CrmWriter", Name: "SalesRender", Kind: 3 } && s.Tags["http.response.status_code"] is "200");
        var handled = Assert.Single(spans, s => s is { Service: "CrmWriter", Name: "handle LeadSubmitted", Kind: 5 });
        Assert.Equal("publish LeadSubmitted", spans.Single(s => s.SpanId == handled.Parent).Name);
        Assert.All(spans, s => Assert.False(s.IsError, s.Name));
        Assert.Equal(0, sink.Found(Stranger));
        Assert.All(spans.Where(s => s.Name is not ("SalesRender" or "tracker")), s => Assert.Equal(lead.ToString(), s.Tags["LeadId"]));
    }

    [Fact]
    public async Task Every_service_exports_logs_traces_and_metrics()
    {
        string[] services = ["AuditStore", "CrmWriter", "Intake", "PostbackDispatcher", "WebhookReceiver"];
        await AllExportedAsync();
        Assert.Equal(services, sink.Spans.Select(s => s.Service).Distinct().Order());
        Assert.Equal(services, sink.Logs.Select(l => l.Service).Distinct().Order());
        Assert.Equal(services, sink.Metrics.Select(m => m.Service).Distinct().Order());
        Assert.Contains(sink.Metrics, m => m is { Service: "CrmWriter", Name: "leadrelay.orders" } && m.Tags["outcome"] is "created");
        var accepted = sink.Logs.First(l => l.Attributes.GetValueOrDefault("Event") is "LeadSubmitted");
        Assert.Equal(accepted.TraceId, accepted.Attributes["LeadId"].Replace("-", "", StringComparison.Ordinal));
    }

    /// <summary>Exports are in order: what is about one more lead comes after all that was before it.</summary>
    private async Task AllExportedAsync()
    {
        var click = $"last-{Guid.CreateVersion7():N}";
        await relay.SetStatusAsync(await relay.OrderAsync("demo", click), "3");
        var metrics = sink.Metrics.Count;
        await relay.Eventually("its log lines came", () => Task.FromResult(sink.Logs), logs =>
            logs.Count(l => l.Attributes.GetValueOrDefault("ClickId") == click && l.Attributes.GetValueOrDefault("Event") is "PostbackDelivered") is 2);
        var lead = sink.Logs.First(l => l.Attributes.GetValueOrDefault("ClickId") == click).TraceId;
        await relay.Eventually("its spans came", () => Task.FromResult(sink.Spans), spans => spans.Count(s => s.TraceId == lead && s.Name is "store PostbackDelivered") is 2);
        await relay.Eventually("metrics came", () => Task.FromResult(sink.Metrics), all => all.Skip(metrics).Select(m => m.Service).Distinct().Count() is 5);
    }

    [Fact]
    public async Task No_token_secret_key_phone_number_name_or_address_is_in_any_log_line_trace_or_metric()
    {
        var person = new { name = Name, phone = "0" + Phone, email = Email, comment = Comment, again = "+49" + Phone, click_id = "canary", api_key = "demo-partner-key" };
        // The whole path, with a tracker and a SalesRender that fail once on the way.
        await relay.FaultAsync(new { target = "crm", kind = "status", status = 429, times = 1 });
        await relay.FaultAsync(new { target = "tracker", kind = "status", status = 500, times = 1 });
        var (_, answer) = await relay.SubmitAsync(person, headers: ("Prefer", "wait=30"));
        var (lead, order) = (answer.At("lead_id")!, answer.At("order_id")!);
        await relay.SetStatusAsync(order, "3", Comment);
        await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, $"webhooks/sandbox/{WebhookSecret}?comment={Uri.EscapeDataString(Comment)}&phone=%2B49{Phone}", new { id = order, status = "4", comment = Comment, phone = "+49" + Phone });

        // What is refused, and what fails.
        await relay.SubmitAsync(person with { phone = "12" });
        await relay.SubmitAsync($$"""{ "phone": "0{{Phone}}", "name": "{{Name}}", "email": "{{Email}}", """);
        await relay.SubmitAsync(person, alias: "nobody");
        await relay.SubmitAsync(person with { api_key = "guessed" }, key: null);
        await relay.FaultAsync(new { target = "crm", kind = "errors", code = "ERR_NO", times = 1 });
        await relay.SubmitAsync(person with { name = Name + " the second" });
        await relay.FaultAsync(new { target = "crm", kind = "garbage", times = 1 });
        await relay.SubmitAsync(person with { name = Name + " the third" }, headers: ("Prefer", "wait=1"));
        await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, $"webhooks/sandbox/{WebhookSecret}", new { hello = Name, phone = "+49" + Phone });
        await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, $"webhooks/sandbox/{WebhookSecret}x", person);
        await Relay.SendAsync(relay.WebhookReceiver, HttpMethod.Post, $"webhooks/sandbox/{WebhookSecret}", "{ \"phone\": \"+49" + Phone);

        // What operators and partners read, and change.
        foreach (var query in new[] { $"audit?phone=%2B49{Phone}&personal=true", $"audit?comment={Name}&personal=true", $"leads/{lead}/timeline?personal=true", $"audit/export?campaign=demo&format=csv&personal=true" })
            await Relay.SendAsync(relay.AuditStore, HttpMethod.Get, query);
        await Relay.SendAsync(relay.Intake(), HttpMethod.Get, $"leads?click_id={Email}&api_key=demo-partner-key", null, ("X-Api-Key", "demo-partner-key"));
        await Relay.SendAsync(relay.PostbackDispatcher, HttpMethod.Post, "postbacks/test", new { campaign = "demo", @event = "approve", click_id = Email });
        await Relay.SendAsync(relay.AuditStore, HttpMethod.Post, "audit/forget", new { lead_id = lead, reason = $"{Name} asks for it" });

        await relay.Eventually("trackers were called", () => relay.AuditAsync("kind=PostbackAttempted&order_id=" + order), found => found.Messages("PostbackAttempted").Count >= 2);
        await AllExportedAsync();
        string[] canaries = [Token, WebhookSecret, PostbackKey, Phone, Name, Email, "doorbell", SinkKey, "demo-partner-key", Relay.OperatorToken, Relay.PersonalDataToken, "demo-privacy-key"];
        Assert.NotEqual(0, sink.Found(lead));
        Assert.All(canaries, canary => Assert.True(sink.Found(canary) is 0, $"{canary} was exported: {sink.Where(canary)}"));
        Assert.All(RelayOptions.AllServices, service => Assert.All(canaries, canary => Assert.DoesNotContain(canary, relay.Process(service).Output, StringComparison.Ordinal)));
    }

    /// <summary>Five services that export, and the sink. Nothing gets in without its key.</summary>
    public sealed class Exported : IAsyncLifetime
    {
        private WebApplication app = null!;

        public Sink Sink { get; } = new(SinkKey);

        public Relay Relay { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            var port = TestRun.FreePort();
            app = Sink.Build(port);
            await app.StartAsync();
            Relay = await OnRabbitMq.StartAsync(new RelayOptions
            {
                Environment = new Dictionary<string, IReadOnlyDictionary<string, string>>
                {
                    ["*"] = new Dictionary<string, string>
                    {
                        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{port}/ingest/otlp",
                        ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] = $"http://127.0.0.1:{port}/ingest/otlp/v1/metrics",
                        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                        ["OTEL_EXPORTER_OTLP_HEADERS"] = $"X-Seq-ApiKey={SinkKey}",
                        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
                        ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
                        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
                        // Whoever looks for a fault turns this on; what is secret stays so.
                        ["Logging__LogLevel__Default"] = "Debug",
                        ["CRM_TOKEN"] = Token,
                        ["KEITARO_KEY"] = PostbackKey,
                        ["WEBHOOK_SECRET"] = WebhookSecret,
                    },
                    ["Sandbox"] = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "" },
                },
                Configure = config =>
                {
                    Samples.Edit(Path.Combine(config, "connections", "sandbox.json"), text => text
                        .Replace("file:secrets/sandbox-token", "env:CRM_TOKEN", StringComparison.Ordinal)
                        .Replace("\"file:secrets/demo-webhook-secret\"", "\"file:secrets/demo-webhook-secret\", \"env:WEBHOOK_SECRET\"", StringComparison.Ordinal));
                    Samples.Edit(Path.Combine(config, "campaigns", "demo.json"), text => text.Replace("/postback?", "/postback?key={env:KEITARO_KEY}&again={param.again}&words={comment}&", StringComparison.Ordinal));
                },
            });
        }

        public async Task DisposeAsync()
        {
            if (Relay is not null)
                await Relay.DisposeAsync();
            await app.DisposeAsync();
        }
    }
}
