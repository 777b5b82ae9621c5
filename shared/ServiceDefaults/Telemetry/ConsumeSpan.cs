using System.Diagnostics;
using MassTransit;

namespace LeadRelay.Telemetry;

/// <summary>Puts a span around the handling of each of our messages.</summary>
public sealed class ConsumeSpan<T> : IFilter<ConsumeContext<T>> where T : class
{
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        using var span = context.Message is IAudited { About: var about }
            ? LeadTrace.Start($"handle {typeof(T).Name}", ActivityKind.Consumer, about, context.Headers.Get<string>(LeadTrace.Header)) : null;
        try
        {
            await next.Send(context);
        }
        catch (Exception e)
        {
            span.Failed(e);
            throw;
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("span");
}
