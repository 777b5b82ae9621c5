using System.Diagnostics;
using LeadRelay.Bus;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Audit;
using LeadRelay.Tests.EndToEnd;
using Microsoft.Data.Sqlite;
using RabbitMQ.Client;

namespace LeadRelay.Bench;

/// <summary>
/// How fast AuditStore writes what waits for it, beside a bare consumer that inserts the same messages into the same table.
/// Besides writing them down, AuditStore keeps each lead's record up to date, and looks for what it can tell of them.
/// </summary>
internal static class AuditWriting
{
    private const int Rounds = 3;
    private const int WarmUp = 60_000;
    private const int Messages = 120_000;
    private const string Queue = "bare";

    /// <summary>Between two leads: 50 in a second.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(20);

    private sealed record Side(string Name, Uri Broker, string File, Func<Task<ServiceProcess>> StartAsync, Func<ServiceProcess, Task> EndAsync)
    {
        public List<double> PerSecond { get; } = [];
        public List<double> Cpu { get; } = [];
    }

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        var node = await RabbitNode.SharedAsync();
        await using var relay = await Relay.StartAsync(new RelayOptions { Shape = RelayShape.Processes, Node = node, Services = ["AuditStore"], Environment = Production.Environment });
        await relay.StopAsync("AuditStore");
        var (broker, folder) = (await node.NewVirtualHostAsync(), TestRun.NewFolder("bare"));
        await DeclareAsync(broker);

        var file = Path.Combine(folder, "audit.db");
        Side[] sides =
        [
            new("LeadRelay", relay.BrokerUrl!, Path.Combine(relay.DataFolder, "audit.db"), () => relay.StartServiceAsync("AuditStore", waitReady: false), _ => relay.StopAsync("AuditStore")),
            new("bare", broker, file, () => Task.FromResult(ServiceProcess.Start("Bare", new Dictionary<string, string>(Production.SmallRuntime)
            {
                ["Mode"] = "store", ["Broker"] = broker.AbsoluteUri, ["Queue"] = Queue, ["File"] = file, ["Schema"] = SqliteAuditLog.Schema,
            })), process => process.DisposeAsync().AsTask()),
        ];
        // In the order in which they would have come.
        var begin = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds());
        var messages = Enumerable.Range(1, Messages).SelectMany(number => LeadStory.Of(number, begin + number * Apart)).Take(Messages).OrderBy(sent => sent.Message.At).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var side in sides)
                await MeasureAsync(side, messages);
        }
        await node.DropVirtualHostAsync(broker);
        await TestRun.DeleteAsync(folder);

        var (ours, bare) = (sides[0], sides[1]);
        return
        [
            Figure.AtLeast("messages a second", new Rounds([.. ours.PerSecond]), new Rounds([.. bare.PerSecond]), 0.5),
            Figure.AtMost("processor ms for each", new Rounds([.. ours.Cpu]), new Rounds([.. bare.Cpu]), null),
        ];
    }

    private static async Task MeasureAsync(Side side, SentMessage[] messages)
    {
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(side.File)!, $"{Path.GetFileName(side.File)}*"))
            File.Delete(file);
        await using (var wire = await Wire.ConnectAsync(side.Broker))
            await wire.PublishAsync(messages);
        // The broker writes on for a moment.
        await Task.Delay(TimeSpan.FromSeconds(2));

        var process = await side.StartAsync();
        var (first, firstAt, used) = (await StoredAsync(side.File, WarmUp), Stopwatch.GetTimestamp(), Machine.Used(process.Id));
        var count = await StoredAsync(side.File, messages.Length) - first;
        var (seconds, cpu) = (Stopwatch.GetElapsedTime(firstAt).TotalSeconds, (Machine.Used(process.Id) - used).TotalMilliseconds / count);
        await side.EndAsync(process);
        side.PerSecond.Add(count / seconds);
        side.Cpu.Add(cpu);
        Console.WriteLine($"{side.Name}: {count} messages in {seconds:0.0} s, {count / seconds:0} a second; processor ms for each {cpu:0.000}");
    }

    /// <summary>Returns how many there are as soon as there are so many.</summary>
    public static async Task<long> StoredAsync(string file, long wanted)
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(3); await Task.Delay(20))
        {
            if (Last(file) is var last && last >= wanted)
                return last;
        }
        throw new TimeoutException($"{file} did not get {wanted} messages in time; it has {Last(file)}.");
    }

    /// <summary>Places are given out one after the other, so the last one is their number. 0 as long as there is no table.</summary>
    public static long Last(string file)
    {
        if (!File.Exists(file))
            return 0;
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 5 }.ToString());
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT MAX(place) FROM messages";
            return command.ExecuteScalar() is long last ? last : 0;
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 1)
        {
            return 0;
        }
    }

    private static async Task DeclareAsync(Uri broker)
    {
        await using var connection = await new BrokerAddress(broker).ConnectAsync("bench");
        await using var channel = await connection.CreateChannelAsync();
        var exchange = Topology.ExchangeOf(typeof(IAudited));
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        await channel.QueueBindAsync(Queue, exchange, "");
    }
}
