using System.Diagnostics;
using Xunit.Abstractions;

namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>What AuditStore has in memory does not grow with what it has stored.</summary>
public sealed class AuditMemory(ITestOutputHelper output)
{
    private const int Messages = 1_000_000;

    /// <summary>Of the queue, so that it is the store that is measured and not the broker.</summary>
    private const int MostWaiting = 50_000;

    /// <summary>KB that the garbage collector may come and go by.</summary>
    private const long Spread = 30 * 1024;

    [Fact]
    [Trait("Takes", "Long")]
    public async Task Memory_is_flat_over_a_million_messages()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Services = ["AuditStore"] });
        await using var wire = await Wire.ConnectAsync(relay.BrokerUrl!);
        var file = Path.Combine(relay.DataFolder, "audit.db");
        var (process, started, published) = (relay.Process("AuditStore"), Stopwatch.GetTimestamp(), 0);
        var stored = 0;
        List<(int Stored, long Memory)> samples = [];

        var sampling = Task.Run(async () =>
        {
            do
            {
                await Task.Delay(TimeSpan.FromSeconds(1));
                // Places are given out one after the other: the last one is their number.
                Volatile.Write(ref stored, Stored.Number(file, "SELECT MAX(place) FROM messages"));
                samples.Add((stored, process.Memory));
            }
            while (stored < Volatile.Read(ref published) || stored < Messages);
        });
        for (var number = 1; published < Messages && !sampling.IsCompleted; )
        {
            var some = Enumerable.Range(number, 1000).SelectMany(n => LeadStory.Of(n, DateTimeOffset.UnixEpoch.AddYears(50).AddSeconds(n))).ToArray();
            number += 1000;
            Volatile.Write(ref published, published + some.Length);
            await wire.PublishAsync(some);
            while (!sampling.IsCompleted && published - Volatile.Read(ref stored) > MostWaiting)
                await Task.Delay(100);
        }
        await sampling.WaitAsync(TimeSpan.FromMinutes(10));

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var most = samples.GroupBy(sample => Math.Min(3, sample.Stored * 4L / published)).OrderBy(quarter => quarter.Key).Select(quarter => quarter.Max(sample => sample.Memory)).ToArray();
        output.WriteLine($"{published} messages in {seconds:0} s, {published / seconds:0} per second; the most in memory in each quarter, MB: {string.Join(' ', most.Select(kb => kb / 1024))}");
        Assert.Equal(published, Stored.Count(file, "messages"));
        Assert.True(most[3] <= most[1] + Spread, $"From {most[1] / 1024} MB in the second quarter to {most[3] / 1024} MB in the last.");
    }
}
