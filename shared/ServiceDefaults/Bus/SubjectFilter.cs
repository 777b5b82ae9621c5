using System.Diagnostics;
using LeadRelay.Logging;
using LeadRelay.Telemetry;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Bus;

/// <summary>Whatever is logged while a message is consumed names what the message is about; and there is a span around it.</summary>
public sealed class SubjectFilter<T>(ILogger<SubjectFilter<T>> logger) : IFilter<ConsumeContext<T>> where T : class, IAudited
{
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        var about = context.Message.About;
        using var scope = logger.BeginSubject(about);
        using var span = LeadTrace.Start($"handle {typeof(T).Name}", ActivityKind.Consumer, about, context.Headers.Get<string>(LeadTrace.Header));
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

    public void Probe(ProbeContext context) => context.CreateFilterScope("subject");
}

/// <summary>Adds <see cref="SubjectFilter{T}"/> to a bus.</summary>
internal static class SubjectFilters
{
    /// <summary>For the messages themselves: the audit takes them in batches, as their marker, and a batch is about many.</summary>
    public static void UseSubjects(this IBusFactoryConfigurator bus, IRegistrationContext context) =>
        bus.UseConsumeFilter(typeof(SubjectFilter<>), context, filter => filter.Include(type => type.IsClass && type.IsAssignableTo(typeof(IAudited))));
}
