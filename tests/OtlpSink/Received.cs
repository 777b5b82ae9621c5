using System.Globalization;

namespace LeadRelay.OtlpSink;

/// <summary>A span, as far as tests ask.</summary>
/// <param name="Kind">1 internal, 2 server, 3 client, 4 producer, 5 consumer.</param>
/// <param name="Links">The trace ids it is linked to.</param>
public sealed record Span(string Service, string Scope, string TraceId, string SpanId, string? Parent, string Name, int Kind, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<string> Links, bool IsError);

/// <summary>A log line.</summary>
public sealed record LogLine(string Service, string Category, string? TraceId, string Severity, string Body, IReadOnlyDictionary<string, string> Attributes);

/// <summary>A point of a metric: of a histogram, the count.</summary>
public sealed record Measurement(string Service, string Meter, string Name, string Unit, IReadOnlyDictionary<string, string> Tags, double Value);

/// <summary>Reads OTLP requests. The numbers are those of opentelemetry-proto 1.x.</summary>
public static class Received
{
    public static IEnumerable<Span> Spans(byte[] request) =>
        from resource in new Field(request).All(1)
        from scope in resource.All(2)
        from span in scope.All(2)
        select new Span(Service(resource), ScopeName(scope), span.Hex(1)!, span.Hex(2)!, span.Hex(4), span.Text(5) ?? "", (int)(span.Number(6) ?? 0), Attributes(span, 9),
            [.. span.All(13).Select(link => link.Hex(1)!)], span.One(15)?.Number(3) is 2);

    public static IEnumerable<LogLine> Logs(byte[] request) =>
        from resource in new Field(request).All(1)
        from scope in resource.All(2)
        from line in scope.All(2)
        select new LogLine(Service(resource), ScopeName(scope), line.Hex(9), line.Text(3) ?? "", Value(line.One(5)), Attributes(line, 6));

    public static IEnumerable<Measurement> Metrics(byte[] request) =>
        from resource in new Field(request).All(1)
        from scope in resource.All(2)
        from metric in scope.All(2)
        from points in metric.All(5).Concat(metric.All(7)).Concat(metric.All(9))
        let isHistogram = metric.One(9) is not null
        from point in points.All(1)
        let value = isHistogram ? point.Number(4) ?? 0 : point.Number(6) is { } whole ? (long)whole : BitConverter.UInt64BitsToDouble(point.Number(4) ?? 0)
        select new Measurement(Service(resource), ScopeName(scope), metric.Text(1)!, metric.Text(3) ?? "", Attributes(point, isHistogram ? 9 : 7), value);

    private static string Service(Field resource) => resource.One(1) is { } about ? Attributes(about, 1).GetValueOrDefault("service.name", "") : "";

    private static string ScopeName(Field scope) => scope.One(1)?.Text(1) ?? "";

    /// <summary>The last of those that are there twice.</summary>
    private static Dictionary<string, string> Attributes(Field of, int number)
    {
        var attributes = new Dictionary<string, string>();
        foreach (var pair in of.All(number))
            attributes[pair.Text(1)!] = Value(pair.One(2));
        return attributes;
    }

    private static string Value(Field? value) =>
        value is null ? ""
        : value.Text(1) ?? (value.Number(2) is { } yes ? yes is 0 ? "false" : "true" : null)
        ?? (value.Number(3) is { } whole ? ((long)whole).ToString(CultureInfo.InvariantCulture) : null)
        ?? (value.Number(4) is { } bits ? BitConverter.UInt64BitsToDouble(bits).ToString(CultureInfo.InvariantCulture) : null)
        ?? string.Join(", ", value.One(5)?.All(1).Select(Value) ?? []);
}
