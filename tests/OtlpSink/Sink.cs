using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LeadRelay.OtlpSink;

/// <summary>
/// Takes what services export by OTLP over HTTP, at Seq's addresses, and shows it: <c>/spans</c>, <c>/logs</c>, <c>/metrics</c>,
/// and <c>/found?text=…</c>: how many requests had that text anywhere in them.
/// </summary>
/// <param name="apiKey">Asked for in <c>X-Seq-ApiKey</c>; nobody's if null.</param>
public sealed class Sink(string? apiKey = null)
{
    private readonly ConcurrentQueue<byte[]> requests = new();
    private readonly ConcurrentQueue<Span> spans = new();
    private readonly ConcurrentQueue<LogLine> logs = new();
    private readonly ConcurrentQueue<Measurement> metrics = new();

    public IReadOnlyList<Span> Spans => [.. spans];

    public IReadOnlyList<LogLine> Logs => [.. logs];

    public IReadOnlyList<Measurement> Metrics => [.. metrics];

    /// <summary>How many requests had that text in them, whichever field it stood in.</summary>
    public int Found(string text)
    {
        var sought = Encoding.UTF8.GetBytes(text);
        return requests.Count(each => each.AsSpan().IndexOf(sought) >= 0);
    }

    /// <summary>The log lines, spans and measurements that have that text in them.</summary>
    public string Where(string text) =>
        string.Join('\n', Logs.Cast<object>().Concat(Spans).Concat(Metrics).Select(each => JsonSerializer.Serialize(each)).Where(each => each.Contains(text, StringComparison.Ordinal)).Take(5));

    public WebApplication Build(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenAnyIP(port));
        var app = builder.Build();
        app.MapPost("/ingest/otlp/v1/{signal}", TakeAsync);
        app.MapGet("/health", () => "ok");
        app.MapGet("/spans", () => Spans);
        app.MapGet("/logs", () => Logs);
        app.MapGet("/metrics", () => Metrics);
        app.MapGet("/found", (string text) => Found(text));
        return app;
    }

    private async Task<IResult> TakeAsync(string signal, HttpRequest request)
    {
        if (apiKey is not null && request.Headers["X-Seq-ApiKey"] != apiKey)
            return TypedResults.Unauthorized();
        if (request.ContentType is not "application/x-protobuf" || signal is not ("traces" or "logs" or "metrics"))
            return TypedResults.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var taken = body.ToArray();
        requests.Enqueue(taken);
        if (signal is "traces")
            Keep(spans, Received.Spans(taken));
        else if (signal is "logs")
            Keep(logs, Received.Logs(taken));
        else
            Keep(metrics, Received.Metrics(taken));
        return TypedResults.Bytes([], "application/x-protobuf");
    }

    private static void Keep<T>(ConcurrentQueue<T> all, IEnumerable<T> received)
    {
        foreach (var each in received)
            all.Enqueue(each);
    }

    // What tests use in their own process is a class of its own; this is the program in a container.
    private static Task Main() =>
        new Sink(Environment.GetEnvironmentVariable("Sink__ApiKey")).Build(int.Parse(Environment.GetEnvironmentVariable("Ports__OtlpSink") ?? "5341", CultureInfo.InvariantCulture)).RunAsync();
}
