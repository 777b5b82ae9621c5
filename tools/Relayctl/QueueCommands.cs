using LeadRelay.Bus;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LeadRelay.Relayctl;

/// <summary>The commands on messages that wait for a person: RabbitMQ itself, at <c>Broker__Url</c>.</summary>
internal sealed class QueueCommands(TextWriter output)
{
    private const int ShownAtOnce = 20;

    /// <summary><c>queues</c>.</summary>
    public Task<int> ListAsync(Arguments args) => OnBrokerAsync(async connection =>
    {
        var queues = args.NameIfGiven is { } name ? [Known(name)] : Topology.ForPeople;
        var limit = Limit(args) ?? ShownAtOnce;
        var any = false;
        foreach (var queue in queues)
        {
            var count = await Topology.CountAsync(connection, queue, CancellationToken.None);
            if (queue is Topology.DeadLetters && count is null)
                throw new CommandException("The broker has no queue dead-letters: no service has been there yet. Does Broker__Url name the right virtual host?");
            if (count is null or 0)
                continue;
            any = true;
            output.WriteLine($"{queue}: {count} message(s)");
            await using var channel = await connection.CreateChannelAsync();
            for (var shown = 0; shown < limit && await channel.BasicGetAsync(queue, autoAck: false) is { } got; shown++)
                output.WriteLine($"  {QueuedMessage.Of(queue, got.BasicProperties, got.Body.Span)}");
            // All go back to their places with the channel's end.
        }
        output.WriteLine(any ? "When the cause is gone: ./relayctl queues redrive QUEUE [--message ID]." : "No message waits for a person.");
        return 0;
    });

    /// <summary><c>queues redrive</c>.</summary>
    public Task<int> RedriveAsync(Arguments args) => OnBrokerAsync(async connection =>
    {
        var (done, homeless) = (0, 0);
        var limit = Limit(args) ?? int.MaxValue;
        try
        {
            await TakeAsync(connection, Known(args.Name), args["--message"], () => done < limit, async (channel, got, message) =>
            {
                if (message.From is not { } home)
                {
                    homeless++;
                    return false;
                }
                // Confirmed there before it is taken from here: killed in between, it is in both places, and its second coming changes nothing.
                await channel.BasicPublishAsync("", home, mandatory: true, QueuedMessage.Cleaned(got.BasicProperties), got.Body);
                output.WriteLine($"{message.Id}  {message.Kind}  is back in {home}.");
                done++;
                return true;
            });
        }
        catch (Exception e) when (done > 0 && e is OperationInterruptedException or PublishException or AlreadyClosedException)
        {
            throw new OutcomeUnknownException($"It broke off after {done} message(s): {BrokerAddress.Explain(e)} Nothing is lost; say it again for the rest. One message may have been put back twice, which changes nothing.");
        }
        if (done is 0 && args["--message"] is { } id)
            throw new CommandException($"There is no message {id} in {args.Name} that could be put back.");
        output.WriteLine($"{done} message(s) put back.");
        return homeless is 0 ? 0 : throw new CommandException($"{homeless} message(s) do not say which queue of the relay they came from, and stay.");
    });

    /// <summary><c>queues drop</c>: takes a message out, into a file.</summary>
    public Task<int> DropAsync(Arguments args) => OnBrokerAsync(async connection =>
    {
        var (id, file, done) = (args.Required("--message"), args.Required("--file"), false);
        await TakeAsync(connection, Known(args.Name), id, () => !done, async (_, got, message) =>
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.WriteThrough };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using var kept = new FileStream(file, options);
            await kept.WriteAsync(got.Body);
            return done = true;
        });
        output.WriteLine(done ? $"The message {id} is in {file}, with all that it says of a person, and no more in {args.Name}." : throw new CommandException($"There is no message {id} in {args.Name}."));
        return 0;
    });

    /// <summary>Goes once through what is in a queue now; what is not taken goes back to its place.</summary>
    /// <param name="take">Whether the message is to leave the queue.</param>
    private static async Task TakeAsync(IConnection connection, string queue, string? id, Func<bool> more, Func<IChannel, BasicGetResult, QueuedMessage, Task<bool>> take)
    {
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        for (var left = await Topology.CountAsync(connection, queue, CancellationToken.None) ?? 0; left > 0 && more(); left--)
        {
            if (await channel.BasicGetAsync(queue, autoAck: false) is not { } got)
                break;
            var message = QueuedMessage.Of(queue, got.BasicProperties, got.Body.Span);
            if ((id is null || id == message.Id) && await take(channel, got, message))
                await channel.BasicAckAsync(got.DeliveryTag, multiple: false);
        }
    }

    private static async Task<int> OnBrokerAsync(Func<IConnection, Task<int>> command)
    {
        try
        {
            var settings = new ConfigurationManager();
            settings.AddEnvironmentVariables();
            settings.AddSettingsFromFiles();
            var broker = BrokerAddress.Of(settings);
            if (broker.Url is null)
                throw new CommandException("Broker__Url is not set: it is RabbitMQ's address, as the services have it, with a user who may read these queues (amqp://operator:PASSWORD@HOST:5672/leadrelay).");
            await using var connection = await broker.ConnectAsync("relayctl");
            return await command(connection);
        }
        catch (Exception e) when (e is BrokerUnreachableException or OperationInterruptedException or PublishException or AlreadyClosedException or InvalidOperationException)
        {
            throw new CommandException($"The broker cannot be worked with: {BrokerAddress.Explain(e)}");
        }
    }

    private static string Known(string queue) => Topology.ForPeople.Contains(queue) ? queue
        : throw new UsageException($"{queue} is no queue in which messages wait for a person; these are {string.Join(", ", Topology.ForPeople)}.");

    private static int? Limit(Arguments args) => args["--limit"] is not { } text ? null
        : int.TryParse(text, out var limit) && limit > 0 ? limit
        : throw new UsageException("--limit must be a number from 1.");
}
