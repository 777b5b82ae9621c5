using MassTransit;

namespace LeadRelay.Bus;

/// <summary>The other end of <see cref="Answers"/>: who asked, and answering them.</summary>
public static class Answering
{
    /// <summary>Header with the name of the instance that waits.</summary>
    public const string Header = "answer-to";

    private static readonly Uri Exchange = new($"exchange:{Topology.Answers}?type=direct");

    /// <summary>Who waits for an answer to this message; null when nobody does.</summary>
    public static (string Instance, Guid RequestId)? Asker(this ConsumeContext context) =>
        context.RequestId is { } id && context.Headers.Get<string>(Header) is { Length: > 0 } instance ? (instance, id) : null;

    /// <summary>Sends an answer. It is not mandatory, so an asker that is gone costs nothing.</summary>
    public static async Task AnswerAsync(this IBus bus, string instance, Guid requestId, object answer)
    {
        var endpoint = await bus.GetSendEndpoint(Exchange);
        await endpoint.Send(answer, answer.GetType(), Pipe.Execute<SendContext>(send =>
        {
            send.RequestId = requestId;
            send.SetRoutingKey(instance);
        }), CancellationToken.None);
    }
}
