using System.Text.RegularExpressions;

namespace LeadRelay.Bus;

/// <summary>
/// What a user may do in RabbitMQ's virtual host: regular expressions over the names of exchanges and queues. Nobody but its
/// service may read, delete or bind a queue, and a service publishes no message that is another's. So only its own service
/// makes a queue; RabbitMQ's definitions (<see cref="BrokerDefinitions"/>) make all of them beforehand.
/// </summary>
public sealed record BrokerRights(string Configure, string Write, string Read)
{
    /// <summary>What each service publishes. What it acts on is in <see cref="Topology.Bindings"/>.</summary>
    public static readonly IReadOnlyDictionary<string, Type[]> Published = new Dictionary<string, Type[]>
    {
        ["intake"] = [typeof(LeadRefused), typeof(LeadSubmitted), typeof(StatusUpdateRefused), typeof(StatusUpdateRequested)],
        ["crmwriter"] =
        [
            typeof(LeadDuplicated), typeof(OrderCreated), typeof(OrderInDoubt), typeof(OrderLookedUp), typeof(OrderRefused), typeof(OrderStatusUpdated), typeof(OrderVerified),
            typeof(OrderWriteDelayed), typeof(PersonForgotten), typeof(ResolveInDoubt), typeof(StatusUpdateRefused), typeof(SubmissionConflicted),
        ],
        ["webhookreceiver"] = [typeof(OrderStatusChanged), typeof(WebhookRefused)],
        ["postbackdispatcher"] =
        [
            typeof(OrderVerificationRequested), typeof(PersonForgotten), typeof(PostbackAttempted), typeof(PostbackDelivered), typeof(PostbackDue), typeof(PostbackFailed), typeof(PostbackHeld),
            typeof(PostbackJobReported), typeof(PostbackResent), typeof(PostbackSkipped), typeof(PostbackTestRequested), typeof(PostbackTested),
        ],
        ["auditstore"] = [typeof(AuditRead), typeof(ForgetPerson), typeof(MessagesPurged), typeof(PersonForgotten)],
    };

    /// <summary>Of a user with any other name, who makes everything that is missing.</summary>
    public static readonly BrokerRights All = new(".*", ".*", ".*");

    /// <summary>MassTransit tells of a failure beside the error queue, too; nobody listens.</summary>
    private const string Faults = "MassTransit:(Receive)?Fault.*";

    /// <summary>By user: one for each service, and one for the operators' tools.</summary>
    public static readonly IReadOnlyDictionary<string, BrokerRights> Users = new Dictionary<string, BrokerRights>
    {
        ["intake"] = Service("intake", asks: [Topology.LeadViews], own: [Topology.Answers], instances: ["intake\\.[0-9a-f]{32}"]),
        ["crmwriter"] = Service("crmwriter", asks: [Topology.Answers], own: Endpoint(Topology.CrmWriter)),
        ["webhookreceiver"] = Service("webhookreceiver", asks: [], own: []),
        ["postbackdispatcher"] = Service("postbackdispatcher", asks: [], own: Endpoint(Topology.PostbackDispatcher)),
        ["auditstore"] = Service("auditstore", asks: [Topology.Answers], own: [.. Endpoint(Topology.Audit), .. Endpoint(Topology.LeadViews), Topology.DeadLetters]),
        [BrokerDefinitions.Operator] = new("^$", "^amq\\.default$", AnyOf(Topology.ForPeople, [])),
    };

    private readonly Regex configure = new(Configure, RegexOptions.NonBacktracking);

    /// <param name="url">A user in it that is one of <see cref="Users"/> is taken to have the rights of these.</param>
    public static BrokerRights Of(Uri url) => Users.GetValueOrDefault(Uri.UnescapeDataString(url.UserInfo.Split(':')[0])) ?? All;

    public bool MayConfigure(string name) => configure.IsMatch(name);

    /// <param name="asks">Exchanges to which it sends beside what it publishes.</param>
    /// <param name="own">Exchanges and queues that it alone has.</param>
    /// <param name="instances">Likewise, as expressions.</param>
    private static BrokerRights Service(string user, string[] asks, string[] own, string[]? instances = null)
    {
        var published = Published[user].Select(Topology.ExchangeOf).ToList();
        var acts = Topology.Bindings.Where(queue => own.Contains(queue.Key)).SelectMany(queue => queue).ToList();
        string[] both = [.. published, .. own, BusGuard.Name]; // an exchange is bound by who may read it, to what it may write
        string[] audited = [Topology.ExchangeOf(typeof(IAudited))], dead = acts is [] ? [] : [Topology.DeadLetters];
        string[] expressions = own is [] ? [] : [Faults, .. instances ?? []];
        return new(
            AnyOf([.. both, .. audited, .. acts, .. asks], expressions),
            AnyOf([.. both, .. audited, .. dead, .. asks], expressions),
            AnyOf([.. both, .. acts], expressions));
    }

    private static string[] Endpoint(string queue) => [queue, .. Topology.ForPeopleOf(queue)];

    private static string AnyOf(IEnumerable<string> names, IEnumerable<string> expressions) => $"^({string.Join('|', names.Distinct().Select(Regex.Escape).Concat(expressions))})$";
}
