using System.Collections.Concurrent;
using MassTransit;

namespace LeadRelay.Bus;

/// <summary>
/// Answers on their way to this instance of Intake. One durable exchange, one routing key per instance: whoever answers
/// is not held up by an asker that is gone.
/// </summary>
public sealed class Answers
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<object>> waiting = new();

    /// <summary>Name of this instance, unique per start; travels in the header <see cref="Answering.Header"/>.</summary>
    public string Instance { get; } = $"intake.{Guid.CreateVersion7():N}";

    /// <summary>A question that is about to be asked. Dispose it when nobody waits any more.</summary>
    public Question Ask() => new(this);

    internal void Receive(IRabbitMqBusFactoryConfigurator rabbit) => rabbit.ReceiveEndpoint(Instance, endpoint =>
    {
        (endpoint.Durable, endpoint.AutoDelete, endpoint.Exclusive) = (false, true, true);
        endpoint.Bind(Topology.Answers, binding =>
        {
            (binding.ExchangeType, binding.RoutingKey, binding.Durable, binding.AutoDelete) = ("direct", Instance, true, false);
        });
        Handle(endpoint);
    });

    internal void Receive(IInMemoryBusFactoryConfigurator memory) => memory.ReceiveEndpoint(Instance, endpoint =>
    {
        ((IInMemoryReceiveEndpointConfigurator)endpoint).Bind(Topology.Answers, MassTransit.Transports.Fabric.ExchangeType.Direct, Instance);
        Handle(endpoint);
    });

    private void Handle(IReceiveEndpointConfigurator endpoint)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.DiscardSkippedMessages();
        endpoint.DiscardFaultedMessages();
        Handle<OrderCreated>(endpoint);
        Handle<OrderRefused>(endpoint);
        Handle<OrderInDoubt>(endpoint);
        Handle<LeadDuplicated>(endpoint);
        Handle<SubmissionConflicted>(endpoint);
        Handle<OrderStatusUpdated>(endpoint);
        Handle<StatusUpdateRefused>(endpoint);
        Handle<LeadViewsFound>(endpoint);
    }

    private void Handle<T>(IReceiveEndpointConfigurator endpoint) where T : class => endpoint.Handler<T>(context =>
    {
        if (context.RequestId is { } id && waiting.TryGetValue(id, out var asker))
            asker.TrySetResult(context.Message);
        return Task.CompletedTask;
    });

    /// <summary>One question and the wait for its answer.</summary>
    public sealed class Question : IDisposable
    {
        private readonly Answers answers;
        private readonly TaskCompletionSource<object> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Question(Answers answers)
        {
            this.answers = answers;
            answers.waiting[Id] = answer;
        }

        public Guid Id { get; } = Guid.CreateVersion7();

        /// <summary>Marks the message that asks, so that the answer finds its way.</summary>
        public void Address(SendContext message)
        {
            message.RequestId = Id;
            message.Headers.Set(Answering.Header, answers.Instance);
        }

        /// <summary>The answer, or null when none came in time.</summary>
        /// <param name="stopping">Ends the wait as the limit does.</param>
        public async Task<object?> WaitAsync(TimeSpan limit, CancellationToken ct, CancellationToken stopping)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, stopping);
            try { return await answer.Task.WaitAsync(limit, either.Token); }
            catch (TimeoutException) { return null; }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested) { return null; }
        }

        public void Dispose() => answers.waiting.TryRemove(Id, out _);
    }
}
