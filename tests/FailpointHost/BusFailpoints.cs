using LeadRelay.Contracts;
using MassTransit;

namespace LeadRelay.FailpointHost;

/// <summary><c>publish.before</c> and <c>.after</c> (confirmed) of the event that tells of an order, <c>ack.before</c> and <c>.after</c> of a lead's message.</summary>
public sealed class BusFailpoints(Failpoint failpoint) : IPublishObserver, IConsumeObserver, IReceiveObserver
{
    public Task PrePublish<T>(PublishContext<T> context) where T : class => ReachAsync(context.Message, "publish.before");

    public Task PostPublish<T>(PublishContext<T> context) where T : class => ReachAsync(context.Message, "publish.after");

    public Task PublishFault<T>(PublishContext<T> context, Exception exception) where T : class => Task.CompletedTask;

    public Task PreConsume<T>(ConsumeContext<T> context) where T : class => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context) where T : class
    {
        failpoint.Reach("ack.before");
        return Task.CompletedTask;
    }

    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception) where T : class => Task.CompletedTask;

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    /// <summary>The message is acked by now.</summary>
    public Task PostReceive(ReceiveContext context)
    {
        failpoint.Reach("ack.after");
        return Task.CompletedTask;
    }

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) where T : class => Task.CompletedTask;

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;

    private Task ReachAsync(object message, string point)
    {
        if (message is OrderCreated)
            failpoint.Reach(point);
        return Task.CompletedTask;
    }
}
