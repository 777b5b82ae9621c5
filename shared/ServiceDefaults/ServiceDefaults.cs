using System.Diagnostics;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LeadRelay.Configuration;
using LeadRelay.Health;
using LeadRelay.Logging;
using LeadRelay.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace LeadRelay;

/// <summary>What every service has: the campaign configuration, the clock, health, problem details.</summary>
public static class ServiceDefaults
{
    /// <summary>Adds them, before anything else: the settings' files among them. The settings are those of the README: <c>Config__Path</c>, <c>Profile</c>, <c>Ports__*</c>.</summary>
    public static void AddServiceDefaults(this WebApplicationBuilder builder)
    {
        builder.Configuration.AddSettingsFromFiles();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = problem =>
        {
            var about = problem.ProblemDetails.Extensions;
            about["trace_id"] = about.TryGetValue("lead_id", out var lead) && lead is Guid leadId ? LeadTrace.IdOf(leadId).ToString()
                : Activity.Current?.TraceId.ToString() ?? problem.HttpContext.TraceIdentifier;
            if (problem.ProblemDetails is { Status: StatusCodes.Status400BadRequest, Detail: null })
                problem.ProblemDetails.Detail = "The request cannot be read: the body must be JSON, with no other members than this address knows, each of its kind.";
        });
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
            json.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping; // answers are JSON, never part of a page
        });
        builder.Services.AddReadiness();
        builder.Services.AddSingleton<Drain>().AddHostedService(services => services.GetRequiredService<Drain>());
        builder.Services.AddSingleton<MatcherPolicy, LocalPortPolicy>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Drain.Patience);
        builder.Logging.AddConsole(console => console.FormatterName = MaskedConsole.FormatterName).AddConsoleFormatter<MaskedConsole, ConsoleFormatterOptions>();
        // A trace's id is enough to find the rest of it.
        builder.Logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None); // the answer of /health/ready says it to whoever asks
        builder.WebHost.UseKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.AddTelemetry();
        builder.AddRelayConfiguration();
    }

    /// <summary>Listens for a service on <c>Ports__NAME</c> of the address <c>Ports__Bind</c> (default: all).</summary>
    public static void Listen(this WebApplicationBuilder builder, string service, int defaultPort)
    {
        var address = IPAddress.Parse(builder.Configuration["Ports:Bind"] ?? "0.0.0.0");
        var port = builder.Configuration.GetValue($"Ports:{service}", defaultPort);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, port));
        builder.Services.AddKeyedSingleton(service, new LocalPort(port));
    }

    /// <summary>Endpoints of one service: they answer on its own port alone, also in a host that has several services.</summary>
    public static RouteGroupBuilder MapService(this WebApplication app, string service) =>
        app.MapGroup("").WithMetadata(app.Services.GetRequiredKeyedService<LocalPort>(service));

    /// <summary>
    /// Problem details for whatever nobody else answers, and health on every port: <c>/health/live</c> says the process
    /// runs, <c>/health/ready</c> whether to send it work, and what is amiss.
    /// </summary>
    public static void MapServiceDefaults(this WebApplication app)
    {
        app.UseRequestSpans();
        var drain = app.Services.GetRequiredService<Drain>();
        app.Use(next => http => drain.AroundAsync(http, next));
        app.UseKnownProxies();
        app.UseRequestSubjects();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapReadiness();
    }
}
