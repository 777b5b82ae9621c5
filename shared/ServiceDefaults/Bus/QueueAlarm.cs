using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace LeadRelay.Bus;

/// <summary>
/// Raises the alarm over messages that nobody will work on unless a person sees to it: dead letters, and what lies in the
/// error queues of this service's own endpoints. Every service looks at the dead letters: the one whose messages they are
/// may not live long enough to tell.
/// </summary>
public sealed partial class QueueAlarm(IReadOnlyCollection<string> endpoints, TimeProvider time, ILogger<QueueAlarm> logger)
{
    /// <summary>Between two lines of the log about the same queue.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private static readonly Gauge<long> Messages = Metrics.Meter.CreateGauge<long>("leadrelay.queue.messages", "{message}", "Messages in a queue that waits for a person: dead letters and error queues");

    private readonly Dictionary<string, DateTimeOffset> told = [];

    /// <summary>What is amiss, for <c>/health/ready</c>: it is no reason to send this service no work.</summary>
    public string? Text { get; private set; }

    public async Task LookAsync(IConnection connection, CancellationToken ct)
    {
        var found = new List<(string Queue, long Count)>();
        foreach (var queue in endpoints.SelectMany(Topology.ForPeopleOf).Append(Topology.DeadLetters))
        {
            if (await Topology.CountAsync(connection, queue, ct) is not { } count)
                continue; // MassTransit makes it for its first message
            Messages.Record(count, new KeyValuePair<string, object?>("queue", queue));
            if (count > 0)
                found.Add((queue, count));
            else
                told.Remove(queue);
        }
        Text = found is [] ? null : $"{string.Join(", ", found.Select(each => $"{each.Count} message(s) in {each.Queue}"))}: ./relayctl queues";
        var now = time.GetUtcNow();
        foreach (var (queue, count) in found.Where(each => !told.TryGetValue(each.Queue, out var last) || now - last >= Interval))
        {
            told[queue] = now;
            LogWaiting(count, queue);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, EventName = "QueueAlarm", Message = "{Count} message(s) lie in the queue {Queue} and nobody works on them. See what they are and why: ./relayctl queues {Queue}. When the cause is gone, put them back: ./relayctl queues redrive {Queue}.")]
    private partial void LogWaiting(long count, string queue);
}
