using LeadRelay.Bus;
using LeadRelay.Contracts;
using MassTransit;
using MassTransit.RabbitMqTransport;

namespace LeadRelay.Tests.Rules.Contracts;

/// <summary>Names on the broker: both sides must call an exchange the same, or messages are confirmed and lost.</summary>
public class TopologyTests
{
    public static TheoryData<Type> Contracts => [.. WireTests.Types().Append(typeof(IAudited))];

    [Theory]
    [MemberData(nameof(Contracts))]
    public void An_exchange_has_the_name_that_MassTransit_gives_it(Type contract) =>
        Assert.Equal(new RabbitMqMessageNameFormatter().GetMessageName(contract), Topology.ExchangeOf(contract));

    [Theory]
    [MemberData(nameof(Contracts))]
    public void A_contract_has_the_namespace_that_is_part_of_its_wire_name(Type contract) =>
        Assert.Equal($"urn:message:LeadRelay.Contracts:{contract.Name}", MessageUrn.ForTypeString(contract));

    [Fact]
    public void Every_message_that_is_audited_is_declared()
    {
        var audited = WireTests.Types().Where(type => type.IsAssignableTo(typeof(IAudited))).ToHashSet();

        Assert.True(audited.SetEquals(Topology.Contracts.Keys));
        Assert.True(audited.Count > 15);
    }

    [Theory]
    [InlineData(typeof(LeadSubmitted), "crmwriter")]
    [InlineData(typeof(StatusUpdateRequested), "crmwriter")]
    [InlineData(typeof(OrderCreated), "postbackdispatcher")]
    [InlineData(typeof(OrderStatusChanged), "postbackdispatcher", "crmwriter")]
    [InlineData(typeof(ResolveInDoubt), "crmwriter")]
    [InlineData(typeof(OrderRefused))]
    [InlineData(typeof(PostbackAttempted))]
    public void Who_acts_on_a_message_has_it_in_its_queue(Type contract, params string[] queues) => Assert.Equal(queues, Topology.Contracts[contract]);

    [Fact]
    public void Messages_are_sealed_records() => Assert.All(WireTests.Types(), type => Assert.True(type.IsSealed && type.GetMethod("<Clone>$") is not null, type.Name));
}
