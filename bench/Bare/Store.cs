using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace LeadRelay.Bare;

/// <summary>Writes what is in a queue into a SQLite file, in batches, each one durable transaction, and acknowledges them when they are committed.</summary>
internal static class Store
{
    private const int Batch = 500;
    private const int Prefetch = 1000;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    private static readonly string[] Columns = ["message_id", "kind", "at", "lead_id", "connection", "order_id", "campaign", "partner", "click_id", "correlation", "phone", "comment", "message"];

    /// <param name="schema">Statements that make the table <c>messages</c>.</param>
    public static async Task RunAsync(Uri broker, string queue, string file, string schema)
    {
        using var store = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file }.ToString());
        store.Open();
        Run(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        Run(store, schema);

        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicQosAsync(0, Prefetch, global: false);
        var arrived = Channel.CreateUnbounded<(ulong Tag, byte[] Body)>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            arrived.Writer.TryWrite((message.DeliveryTag, message.Body.ToArray()));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer);
        await WriteAllAsync(store, channel, arrived.Reader);
    }

    private static async Task WriteAllAsync(SqliteConnection store, IChannel channel, ChannelReader<(ulong Tag, byte[] Body)> arrived)
    {
        using var insert = store.CreateCommand();
        insert.CommandText = $"INSERT OR IGNORE INTO messages({string.Join(", ", Columns)}) VALUES({string.Join(", ", Columns.Select(column => $"@{column}"))})";
        foreach (var column in Columns)
            insert.Parameters.AddWithValue($"@{column}", DBNull.Value);
        insert.Prepare();

        var batch = new List<(ulong Tag, byte[] Body)>(Batch);
        while (await arrived.WaitToReadAsync())
        {
            for (var begun = Stopwatch.GetTimestamp(); batch.Count < Batch && Stopwatch.GetElapsedTime(begun) < Gathering;)
            {
                if (arrived.TryRead(out var message))
                    batch.Add(message);
                else
                    await Task.Delay(1);
            }
            using (var transaction = store.BeginTransaction())
            {
                insert.Transaction = transaction;
                foreach (var (_, body) in batch)
                {
                    Fill(insert.Parameters, body);
                    insert.ExecuteNonQuery();
                }
                transaction.Commit();
            }
            await channel.BasicAckAsync(batch[^1].Tag, multiple: true);
            batch.Clear();
        }
    }

    private static void Fill(SqliteParameterCollection row, byte[] body)
    {
        using var envelope = JsonDocument.Parse(body);
        var message = envelope.RootElement.GetProperty("message");
        var about = message.GetProperty("about");
        var type = envelope.RootElement.GetProperty("messageType")[0].GetString()!;
        object?[] values =
        [
            Text(envelope.RootElement, "messageId"), type[(type.LastIndexOf(':') + 1)..], message.GetProperty("at").GetDateTimeOffset().ToUnixTimeMilliseconds(),
            Text(about, "leadId"), Text(about, "connection"), Text(about, "orderId"), Text(about, "campaign"), Text(about, "partner"), Text(about, "clickId"), Text(envelope.RootElement, "conversationId"),
            Text(message, "lead", "fields", "phone") ?? Text(message, "submission", "lead", "fields", "phone"),
            Text(message, "comment") ?? Text(message, "lead", "fields", "comment") ?? Text(message, "postback", "comment"),
            message.GetRawText(),
        ];
        for (var i = 0; i < values.Length; i++)
            row[i].Value = values[i] ?? DBNull.Value;
    }

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }
        return element.ValueKind is JsonValueKind.String ? element.GetString() : null;
    }

    private static void Run(SqliteConnection store, string sql)
    {
        using var command = store.CreateCommand();
#pragma warning disable CA2100 // of the measurement that started it
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
