using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LeadRelay.Telemetry;

/// <summary>
/// Logs, traces and metrics by OTLP, as OpenTelemetry's own variables say. Logs and traces go out where
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> (or the one of the signal) is set; metrics only to a
/// <c>OTEL_EXPORTER_OTLP_METRICS_ENDPOINT</c> of their own, as Seq takes none. The service is named by its program unless
/// <c>OTEL_SERVICE_NAME</c> names it.
/// </summary>
public static class Exporting
{
    private const string MassTransit = "MassTransit";

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DistributedContextPropagator, NobodysTrace>();
        var settings = builder.Configuration;
        bool IsSet(string signal) => !string.IsNullOrWhiteSpace(settings[$"OTEL_EXPORTER_OTLP_{signal}ENDPOINT"]);
        // The variables are looked for in the settings, so they can also be files.
        void ReadSettings(IServiceCollection services) => services.AddSingleton<IConfiguration>(settings);
        var resource = ResourceBuilder.CreateEmpty().AddService(builder.Environment.ApplicationName.Split('.')[^1], serviceInstanceId: Environment.MachineName).AddTelemetrySdk().AddEnvironmentVariableDetector();

        if (IsSet("") || IsSet("LOGS_"))
        {
            builder.Logging.AddOpenTelemetry(logs =>
            {
                (logs.IncludeScopes, logs.IncludeFormattedMessage) = (true, true);
                logs.SetResourceBuilder(resource).AddProcessor(new ExportedEntry()).AddOtlpExporter();
            });
        }
        if (IsSet("") || IsSet("TRACES_"))
        {
            builder.Services.AddSingleton<IHostedService>(_ => new Provider(() => Sdk.CreateTracerProviderBuilder().ConfigureServices(ReadSettings)
                .SetResourceBuilder(resource).AddSource(LeadTrace.Source.Name, "Microsoft.AspNetCore").AddProcessor(new KnownTags()).AddOtlpExporter().Build()));
        }
        if (IsSet("METRICS_"))
        {
            builder.Services.AddSingleton<IHostedService>(_ => new Provider(() => Sdk.CreateMeterProviderBuilder().ConfigureServices(ReadSettings)
                .SetResourceBuilder(resource).AddMeter(Metrics.Meter.Name, MassTransit, "Microsoft.AspNetCore.Hosting", "System.Runtime").AddView(Bounded).AddOtlpExporter().Build()));
        }
    }

    /// <summary>MassTransit names each of Intake's queues, which have a new name at each start: series without end.</summary>
    private static MetricStreamConfiguration? Bounded(Instrument instrument) =>
        instrument.Meter.Name is MassTransit ? new MetricStreamConfiguration { TagKeys = ["messaging.masstransit.message_type", "messaging.masstransit.consumer_type", "messaging.masstransit.exception_type"] } : null;

    /// <summary>Begins before the services do; at the end it sends what is left, for a few seconds.</summary>
    private sealed class Provider(Func<BaseProvider> build) : IHostedLifecycleService
    {
        private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(3);
        private BaseProvider? provider;

        public Task StartingAsync(CancellationToken cancellationToken)
        {
            provider = build();
            return Task.CompletedTask;
        }

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.Run(() =>
        {
            _ = provider switch
            {
                TracerProvider traces => traces.Shutdown((int)LastWords.TotalMilliseconds),
                MeterProvider metrics => metrics.Shutdown((int)LastWords.TotalMilliseconds),
                _ => true,
            };
        }, CancellationToken.None);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>What is not known to say nothing of a person, and to hold no key, stays here: libraries, too, set tags on our spans.</summary>
    private sealed class KnownTags : BaseProcessor<Activity>
    {
        private static readonly HashSet<string> Known =
            [nameof(Subject.LeadId), nameof(Subject.OrderId), nameof(Subject.Campaign), "http.request.method", "http.route", "http.response.status_code", "server.address", "error.type"];

        public override void OnEnd(Activity data)
        {
            foreach (var (name, _) in data.TagObjects.Where(tag => !Known.Contains(tag.Key)).ToArray())
                data.SetTag(name, null);
        }
    }
}
