namespace LeadRelay.Bus;

/// <summary>What a service's user may do in RabbitMQ's virtual host: regular expressions over the names of exchanges and queues.</summary>
public sealed record BrokerRights(string Configure, string Write, string Read)
{
    /// <summary>By user: one for each service, and one for the operators' tools.</summary>
    public static readonly IReadOnlyDictionary<string, BrokerRights> Users =
        new[] { "intake", "crmwriter", "webhookreceiver", "postbackdispatcher", "auditstore", "operator" }.ToDictionary(user => user, _ => new BrokerRights(".*", ".*", ".*"));
}
