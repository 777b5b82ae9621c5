using System.Text.Encodings.Web;
using System.Text.Json;

namespace LeadRelay.Sandbox;

/// <summary>
/// A stand-in SalesRender and stand-in trackers in one process, for trying, demos and tests. Everything is in memory and gone with it.
/// </summary>
public static class SandboxApp
{
    public static WebApplication Build(params string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        var settings = builder.Configuration;
        builder.WebHost.UseUrls($"http://{settings["Ports:Bind"] ?? "127.0.0.1"}:{settings["Ports:Sandbox"] ?? "8090"}");
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            // People read these answers in a terminal, names in Cyrillic included.
            json.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(settings.GetSection("Sandbox").Get<SandboxOptions>() ?? new SandboxOptions());
        builder.Services.AddSingleton(services => new Crm(services.GetRequiredService<TimeProvider>(), services.GetRequiredService<SandboxOptions>().LastOrderFile));
        builder.Services.AddSingleton<CrmApi>();
        builder.Services.AddSingleton<Webhooks>();
        builder.Services.AddSingleton<Tracker>();
        builder.Services.AddSingleton<Faults>();

        var app = builder.Build();
        app.MapCrm();
        app.MapOperator();
        app.MapTracker();
        app.MapControl();
        return app;
    }
}
