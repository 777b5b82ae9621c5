using LeadRelay.Logging;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Bus;

/// <summary>Whatever is logged while a message is consumed names what the message is about.</summary>
public sealed class SubjectFilter<T>(ILogger<SubjectFilter<T>> logger) : IFilter<ConsumeContext<T>> where T : class
{
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        using var scope = context.Message is IAudited message ? logger.BeginSubject(message.About) : null;
        await next.Send(context);
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
