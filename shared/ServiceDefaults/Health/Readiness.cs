using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Health;

/// <summary>
/// Whether to send this process work, and what is amiss. Anybody may ask as often as they like: the checks are made once a
/// second at most (ten times while it is not ready) and have time-outs, and their sentences name no address, path or value.
/// </summary>
public sealed partial class Readiness(HealthCheckService checks, Drain drain, TimeProvider time, ILogger<Readiness> logger)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    /// <summary>Whoever waits for it to be ready wants to know soon, and it has little else to do.</summary>
    private static readonly TimeSpan FreshWhileUnready = TimeSpan.FromMilliseconds(100);

    /// <summary>Each check has one of its own, which is shorter.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);

    private readonly HashSet<string> failing = [];
    private readonly Lock asking = new();
    private Task<Answer>? latest;
    private long since;

    /// <summary>What is to be answered.</summary>
    public async Task<IResult> AskAsync()
    {
        var answer = drain.IsStopping
            ? Answer.Of("stop", "This service is stopping: it answers what it was asked before, and is to be sent nothing new.")
            : await LatestAsync().WaitAsync(Limit, time).ContinueWith(asked => asked.IsCompletedSuccessfully ? asked.Result : Answer.Of("checks", $"The checks did not end within {Limit.TotalSeconds} s: the process is overloaded."), TaskScheduler.Default);
        return TypedResults.Json(answer, statusCode: answer.Status is nameof(HealthStatus.Unhealthy) ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }

    private Task<Answer> LatestAsync()
    {
        lock (asking)
        {
            if (latest is null || (latest.IsCompleted && time.GetElapsedTime(since) > (latest is { IsCompletedSuccessfully: true, Result.Status: nameof(HealthStatus.Unhealthy) } ? FreshWhileUnready : Fresh)))
                (latest, since) = (Task.Run(CheckAsync), time.GetTimestamp());
            return latest;
        }
    }

    private async Task<Answer> CheckAsync()
    {
        var report = await checks.CheckHealthAsync(CancellationToken.None);
        return new Answer(report.Status.ToString(), report.Entries.ToDictionary(e => e.Key, e => new Part(e.Value.Status.ToString(), Text(e.Key, e.Value))));
    }

    private string? Text(string check, HealthReportEntry entry)
    {
        if (entry.Exception is null)
        {
            failing.Remove(check);
            return entry.Description;
        }
        if (failing.Add(check)) // anybody may ask once a second
            LogFailed(entry.Exception, check);
        return "The check itself failed: the service's log says how.";
    }

    [LoggerMessage(Level = LogLevel.Error, EventName = "CheckFailed", Message = "The health check {Check} failed.")]
    private partial void LogFailed(Exception e, string check);

    private sealed record Answer(string Status, IReadOnlyDictionary<string, Part> Checks)
    {
        public static Answer Of(string part, string text) =>
            new(nameof(HealthStatus.Unhealthy), new Dictionary<string, Part> { [part] = new(nameof(HealthStatus.Unhealthy), text) });
    }

    private sealed record Part(string Status, string? Text);
}

/// <summary>Health on every port: <c>/health/live</c> says the process runs, <c>/health/ready</c> whether to send it work.</summary>
public static class ReadinessExtensions
{
    public static void AddReadiness(this IServiceCollection services)
    {
        services.AddSingleton<Readiness>();
        services.AddHealthChecks().AddCheck<ConfigurationCheck>("configuration");
    }

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapReadiness(this WebApplication app)
    {
        app.MapMethods("/health/live", Methods, () => TypedResults.Text("Healthy")).ExcludeFromDescription();
        app.MapMethods("/health/ready", Methods, (Readiness readiness, HttpContext http) =>
        {
            http.Response.Headers.CacheControl = "no-store";
            return readiness.AskAsync();
        }).ExcludeFromDescription();
    }
}
