using System.Net;
using LeadRelay.OtlpSink;
using Microsoft.AspNetCore.Builder;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>What five services export by OTLP, to a sink that stands where Seq would.</summary>
public sealed class Telemetry(Telemetry.Exported exported) : IClassFixture<Telemetry.Exported>
{
    private const string SinkKey = "seq-key-2718", Token = "crm-token-4711", WebhookSecret = "hook-secret-1618", PostbackKey = "keitaro-key-0815";
    private const string Phone = "15123456789", Name = "Zebulonia", Email = "zebulonia@canary.example", Comment = "Zebulonia's doorbell is broken";

    private readonly Relay relay = exported.Relay;
    private readonly Sink sink = exported.Sink;

    [Fact]
    public async Task One_lead_is_one_trace_through_all_services_and_no_canary_is_in_any_log_line_trace_or_metric()
    {
        var (status, answer) = await relay.SubmitAsync(new { name = Name, phone = "0" + Phone, email = Email, comment = Comment, again = "+49" + Phone, click_id = "traced" });
        Assert.Equal(HttpStatusCode.Created, status);
        var (lead, order) = (Guid.Parse(answer.At("lead_id")!), answer.At("order_id")!);
        await relay.SetStatusAsync(order, "3", Comment);
        await relay.Eventually("the audit has it all", () => relay.TimelineAsync(lead.ToString()), t => t.Messages("PostbackAttempted").Count is 2);

        var spans = await relay.Eventually("the trace is complete", () => Task.FromResult(sink.Spans.Where(s => s.TraceId == lead.ToString("N")).ToArray()),
            trace => trace.Count(s => s.Name is "tracker") is 2 && trace.Any(s => s.Name is "store PostbackAttempted") && trace.Any(s => s.Service is "WebhookReceiver" && s.Kind is 2));
        Assert.Equal(["AuditStore", "CrmWriter", "Intake", "PostbackDispatcher", "WebhookReceiver"], spans.Select(s => s.Service).Distinct().Order());
        Assert.Single(spans, s => s is { Service: "Intake", Name: "POST /leads/{alias}", Kind: 2 } && s.Tags["http.response.status_code"] is "201");
        Assert.Single(spans, s => s is { Service: "CrmWriter", Name: "SalesRender", Kind: 3 } && s.Tags["http.response.status_code"] is "200");
        var handled = Assert.Single(spans, s => s is { Service: "CrmWriter", Name: "handle LeadSubmitted", Kind: 5 });
        Assert.Equal("publish LeadSubmitted", spans.Single(s => s.SpanId == handled.Parent).Name);
        Assert.All(spans, s => Assert.False(s.IsError, s.Name));
        File.WriteAllLines("/tmp/me/spans.txt", sink.Spans.OrderBy(s => s.TraceId).Select(s => $"{s.TraceId} {s.Service} {s.Scope} {s.Kind} {s.Name} p={s.Parent} links={string.Join(",", s.Links)} {string.Join(" ", s.Tags.Select(t => t.Key + "=" + t.Value))}")); File.WriteAllLines("/tmp/me/logs.txt", sink.Logs.Select(l => $"{l.Service} {l.Category} {l.Severity} {l.TraceId} {l.Body} {string.Join(" ", l.Attributes.Select(t => t.Key + "=" + t.Value))}")); File.WriteAllLines("/tmp/me/metrics.txt", sink.Metrics.Select(m => $"{m.Service} {m.Meter} {m.Name} {m.Unit} {string.Join(" ", m.Tags.Select(t => t.Key + "=" + t.Value))}").Distinct());
        Assert.All(spans.Where(s => s.Name is not ("SalesRender" or "tracker")), s => Assert.Equal(lead.ToString(), s.Tags["LeadId"]));
    }

    [Fact]
    public async Task Every_service_exports_logs_traces_and_metrics()
    {
        string[] services = ["AuditStore", "CrmWriter", "Intake", "PostbackDispatcher", "WebhookReceiver"];
        await relay.SetStatusAsync(await relay.OrderAsync("demo", "exported"), "3");
        Task<string[]> From(IEnumerable<string> all) => Task.FromResult<string[]>([.. all.Distinct().Order()]);
        await relay.Eventually("spans", () => From(sink.Spans.Select(s => s.Service)), found => services.All(found.Contains));
        await relay.Eventually("log lines", () => From(sink.Logs.Select(l => l.Service)), found => services.All(found.Contains));
        await relay.Eventually("metrics", () => From(sink.Metrics.Select(m => m.Service)), found => services.All(found.Contains));
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
