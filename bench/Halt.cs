using LeadRelay.Tests.EndToEnd;

namespace LeadRelay.Bench;

/// <summary>Has a service's replicas stand still, warm as they are, while their queue is filled. For seconds only: the broker misses their heartbeats after twenty.</summary>
internal static class Halt
{
    private const int Stop = 19;
    private const int Continue = 18;

    public static void Hold(Relay relay, string service, int replicas = 1) => Signal(relay, service, replicas, Stop);

    public static void Release(Relay relay, string service, int replicas = 1) => Signal(relay, service, replicas, Continue);

    private static void Signal(Relay relay, string service, int replicas, int signal)
    {
        for (var replica = 1; replica <= replicas; replica++)
            TestRun.Signal(relay.Process(service, replica).Id, signal);
    }
}
