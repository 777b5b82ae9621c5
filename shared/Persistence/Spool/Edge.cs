using System.Diagnostics.Metrics;
using LeadRelay.Bus;
using LeadRelay.Logging;
using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Persistence.Spool;

/// <summary>What became of a message at a door.</summary>
public enum Kept
{
    /// <summary>The broker has confirmed it to every queue that must have it.</summary>
    Published,

    /// <summary>It is on this door's disk and follows when the broker is back.</summary>
    Spooled,

    /// <summary>Neither could be had in time. It may still arrive.</summary>
    Unknown,
}

/// <summary>
/// How a door keeps a message: at the broker, and where that is down or slow, in a spool on disk that is emptied, in
/// order and with the same message ids, when the broker is back. Each instance has a folder of its own; those of
/// instances that are gone are adopted.
/// </summary>
/// <param name="name">The door: its folders' first name.</param>
/// <param name="path">Folder of the spools; null for no spool.</param>
/// <param name="limit">How much text a spool may hold, in characters.</param>
/// <param name="keepsOrder">While the spool holds anything, new messages join it.</param>
public sealed partial class Edge(string name, string? path, long limit, bool keepsOrder, IBus bus, TimeProvider time, ILogger<Edge> logger)
    : Chore(TimeSpan.FromSeconds(1), logger), IHealthCheck
{
    private const int Batch = 256;

    /// <summary>How long a caller is kept waiting for the broker, and then for the disk.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>What is in the spool has time.</summary>
    private static readonly TimeSpan SpoolLimit = TimeSpan.FromSeconds(15);

    private readonly Lazy<SpoolFile> own = new(() => OpenOwn(name, path!, time, logger));
    private readonly List<SpoolFile> adopted = [];
    private long count;
    private long length;
    private long since;
    private volatile bool stalls;
    private volatile bool isFull;

    private bool IsEmpty => Volatile.Read(ref count) is 0;

    /// <summary>Keeps a message, one way or the other.</summary>
    /// <param name="address">Sets headers of the message, as far as it is published at once.</param>
    public async Task<Kept> KeepAsync(IAudited message, Guid id, Action<SendContext>? address = null)
    {
        using var scope = Logger.BeginSubject(message.About);
        if (!stalls && (IsEmpty || !keepsOrder))
        {
            try
            {
                await bus.PublishOnceAsync(message, id, Limit, time, address);
                return Kept.Published;
            }
            catch (Exception e)
            {
                LogUnconfirmed(Logger, message.GetType().Name, PersonalData.MaskText(e.Message));
            }
        }
        if (path is null || !await SpoolAsync(message, id))
            return Kept.Unknown;
        LogSpooled(Logger, message.GetType().Name, id);
        return Kept.Spooled;
    }

    /// <summary>What waits is no reason to be sent no work. Where nothing more can wait and the broker is away there is one: nothing can be kept.</summary>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (path is null)
            return HealthCheckResult.Healthy();
        if (isFull)
            return Unusable("The spool is full. Give Spool__MaxBytes more, or bring the broker back.");
        if (own.IsValueCreated && await own.Value.TryAsync(cancellationToken) is { } fault)
            return Unusable($"The spool cannot be written: {fault} Look at the disk and the rights of the folder in Spool__Path.");
        return IsEmpty ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded($"{Volatile.Read(ref count)} messages wait for the broker, the oldest for {Age.TotalSeconds:0} s.");
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (path is null)
            return;
        Metrics.Meter.CreateObservableGauge("leadrelay.spool.depth", () => new Measurement<long>(Volatile.Read(ref count), new KeyValuePair<string, object?>("door", name)), "{message}", "Messages that wait for the broker");
        Metrics.Meter.CreateObservableGauge("leadrelay.spool.age", () => new Measurement<double>(Age.TotalSeconds, new KeyValuePair<string, object?>("door", name)), "s", "How long the oldest has waited");
        await CountAsync(own.Value, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var file in Files)
            await file.DisposeAsync();
    }

    /// <summary>Empties what there is; looks for the folders of instances that are gone.</summary>
    protected override async Task<bool> RoundAsync(CancellationToken ct)
    {
        await AdoptAsync(ct);
        if (!IsEmpty)
            LogWaiting(Logger, Volatile.Read(ref count), Math.Round(Age.TotalSeconds));
        foreach (var file in Files)
        {
            while (await file.OldestAsync(Batch, ct) is { Count: > 0 } oldest)
            {
                var sent = (await Task.WhenAll(oldest.GroupBy(m => Key(m.Message.About)).Select(order => SendAsync(order, ct)))).SelectMany(s => s).ToArray();
                Interlocked.Add(ref length, -await file.RemoveAsync(sent, ct));
                Interlocked.Add(ref count, -sent.Length);
                isFull &= sent.Length is 0;
                if (sent.Length < oldest.Count)
                    return false;
            }
            if (adopted.Remove(file))
                await file.DeleteAsync();
        }
        stalls = false;
        isFull &= !IsEmpty;
        return false;
    }

    private HealthCheckResult Unusable(string text) => bus is IBusControl control && control.CheckHealth().Status is BusHealthStatus.Healthy
        ? HealthCheckResult.Degraded($"{text} While the broker is there nothing is lost by it.")
        : HealthCheckResult.Unhealthy($"{text} The broker is away, too: what comes in is refused.");

    private IEnumerable<SpoolFile> Files => [.. adopted, .. own.IsValueCreated ? [own.Value] : Array.Empty<SpoolFile>()];

    private TimeSpan Age => IsEmpty ? TimeSpan.Zero : time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(Volatile.Read(ref since));

    private async Task<bool> SpoolAsync(IAudited message, Guid id)
    {
        stalls = true;
        var text = MessageJson.Write(message);
        if (Volatile.Read(ref length) + text.Length > limit)
        {
            isFull = true;
            LogFull(Logger, path);
            return false;
        }
        if (Interlocked.Increment(ref count) is 1)
            Volatile.Write(ref since, time.GetUtcNow().ToUnixTimeMilliseconds());
        Interlocked.Add(ref length, text.Length);
        try
        {
            await AppendAsync(id, message.GetType().Name, text).WaitAsync(Limit, time);
            return true;
        }
        catch (Exception e)
        {
            LogUnwritable(Logger, path, PersonalData.MaskText(e.Message));
            return false;
        }
    }

    private async Task AppendAsync(Guid id, string type, string text)
    {
        try
        {
            await own.Value.AppendAsync(id, type, text, CancellationToken.None);
            Wake();
        }
        catch
        {
            Interlocked.Decrement(ref count);
            Interlocked.Add(ref length, -text.Length);
            throw;
        }
    }

    /// <summary>Publishes one order's or lead's messages one after the other; returns those that the broker has.</summary>
    private async Task<List<SpooledMessage>> SendAsync(IEnumerable<SpooledMessage> messages, CancellationToken ct)
    {
        var sent = new List<SpooledMessage>();
        try
        {
            foreach (var message in messages)
            {
                using var scope = Logger.BeginSubject(message.Message.About);
                await bus.PublishOnceAsync(message.Message, message.Id, SpoolLimit, time).WaitAsync(ct);
                LogSent(Logger, message.Message.GetType().Name, message.Id);
                sent.Add(message);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested) { } // it stays in the spool
        catch (Exception e)
        {
            LogStillUnconfirmed(Logger, PersonalData.MaskText(e.Message));
        }
        return sent;
    }

    private async Task AdoptAsync(CancellationToken ct)
    {
        foreach (var folder in Directory.GetDirectories(path!, $"{name}-*"))
        {
            if (SpoolFile.TryOpen(folder, time, Logger) is not { } file)
                continue;
            adopted.Add(file);
            await CountAsync(file, ct);
        }
    }

    private async Task CountAsync(SpoolFile file, CancellationToken ct)
    {
        var size = await file.SizeAsync(ct);
        if (size.Count > 0 && Interlocked.Add(ref count, size.Count) == size.Count)
            Volatile.Write(ref since, time.GetUtcNow().ToUnixTimeMilliseconds());
        Interlocked.Add(ref length, size.Length);
    }

    private static SpoolFile OpenOwn(string name, string path, TimeProvider time, ILogger logger) =>
        SpoolFile.TryOpen(Path.Combine(path, $"{name}-{Guid.CreateVersion7():N}"), time, logger)
        ?? throw new InvalidOperationException($"A new folder in {path} cannot be locked.");

    private static string Key(Subject about) => about.OrderId ?? about.LeadId?.ToString() ?? about.ClickId ?? "";

    [LoggerMessage(Level = LogLevel.Warning, EventName = "NotConfirmed", Message = "A {Kind} was not confirmed by the broker: {Reason}")]
    private static partial void LogUnconfirmed(ILogger logger, string kind, string reason);

    [LoggerMessage(Level = LogLevel.Information, EventName = "Spooled", Message = "Spooled: the {Kind} {MessageId} is on this door's disk until the broker is back.")]
    private static partial void LogSpooled(ILogger logger, string kind, Guid messageId);

    [LoggerMessage(Level = LogLevel.Information, EventName = "SentFromSpool", Message = "SentFromSpool: the broker has the {Kind} {MessageId}.")]
    private static partial void LogSent(ILogger logger, string kind, Guid messageId);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "SpoolWaiting", Message = "{Count} messages wait for the broker, the oldest for {Age} s.")]
    private static partial void LogWaiting(ILogger logger, long count, double age);

    [LoggerMessage(Level = LogLevel.Error, EventName = "SpoolFull", Message = "The spool {Path} is full; messages are refused.")]
    private static partial void LogFull(ILogger logger, string? path);

    [LoggerMessage(Level = LogLevel.Error, EventName = "SpoolUnwritable", Message = "The spool {Path} cannot be written: {Reason}")]
    private static partial void LogUnwritable(ILogger logger, string? path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "StillNotConfirmed", Message = "The broker still does not confirm: {Reason}")]
    private static partial void LogStillUnconfirmed(ILogger logger, string reason);
}
