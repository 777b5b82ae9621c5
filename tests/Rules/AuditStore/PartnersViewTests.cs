using System.Text.Json;
using System.Text.Json.Nodes;
using LeadRelay.AuditStore;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Audit;
using MassTransit.Serialization;

namespace LeadRelay.Tests.Rules.AuditStore;

/// <summary>What partners are shown of each kind of message. A new member of a contract is hidden from them until it is named here and there.</summary>
public class PartnersViewTests
{
    private const string Always = "at about.leadId about.orderId about.campaign about.partner about.clickId";
    private const string OfPush = "at about.orderId about.campaign about.partner";
    private const string Raw = "raw.method raw.contentType raw.body raw.base64 raw.query";

    private const string Lead =
        "lead.fields.sub1 lead.fields.Param-X lead.params.sub1 lead.params.Param-X lead.cart.itemId lead.cart.variation lead.cart.quantity lead.cart.price";

    private const string Postback =
        "postback.deliveryId postback.causeId postback.target postback.event postback.label postback.sequence postback.payout postback.currency postback.comment postback.changedAt postback.resendOf";

    public static TheoryData<string, string> Shown => new()
    {
        { nameof(LeadSubmitted), $"{Always} {Lead} {Raw} bodyHash warnings" },
        { nameof(LeadRefused), $"{Always} {Raw} httpStatus code text field phone" },
        { nameof(SubmissionConflicted), $"{Always} bodyHash knownBodyHash" },
        { nameof(OrderCreated), Always },
        { nameof(OrderRefused), $"{Always} code text" },
        { nameof(OrderInDoubt), $"{Always} reason" },
        { nameof(LeadDuplicated), Always },
        { nameof(OrderStatusChanged), $"{Always} statusId statusGroup comment statusChangedAt clock" },
        { nameof(PostbackDue), $"{Always} {Postback} rule" },
        { nameof(PostbackAttempted), $"{Always} {Postback} attempt url httpStatus response error nextAttemptAt durationMs verdict" },
        { nameof(PostbackDelivered), $"{Always} {Postback} attempts verdict" },
        { nameof(PostbackFailed), $"{Always} {Postback} attempts reason" },
        { nameof(PostbackHeld), $"{Always} statusId statusGroup reason comment sequence" },
        { nameof(PostbackSkipped), $"{Always} event label target reason text comment sequence rule" },
        { nameof(StatusUpdateRequested), $"{OfPush} {Raw} updateId label statusId comment" },
        { nameof(StatusUpdateRefused), $"{OfPush} {Raw} code text" },
        { nameof(OrderStatusUpdated), OfPush },
    };

    [Theory]
    [MemberData(nameof(Shown))]
    public void Of_a_message_these_members_are_shown(string kind, string members) =>
        Assert.Equal(members.Split(' ').Order(), Leaves(JsonSerializer.SerializeToNode(PartnersView.Of(kind, Filled(kind).ToJsonString())), "").Distinct().Order());

    [Theory]
    [MemberData(nameof(Shown))]
    public void A_member_that_nobody_named_is_not_shown_wherever_it_is(string kind, string members)
    {
        var message = Filled(kind);
        Extend(message);

        Assert.Contains("unheard", message.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(members.Split(' ').Order(), Leaves(JsonSerializer.SerializeToNode(PartnersView.Of(kind, message.ToJsonString())), "").Distinct().Order());
    }

    [Fact]
    public void Every_kind_that_is_shown_is_in_the_table() =>
        Assert.Equal(PartnersView.Narrow(new AuditQuery { Partner = "buyer" }).Kinds.Order(), Shown.Select(row => (string)row[0]).Order());

    [Fact]
    public void What_an_operator_said_of_a_cancellation_is_not_shown()
    {
        var message = Filled(nameof(PostbackSkipped));
        (message["reason"], message["text"]) = ("cancelled", "The buyer does not pay.");

        Assert.Equal("The operator cancelled it.", PartnersView.Of(nameof(PostbackSkipped), message.ToJsonString()).GetProperty("text").GetString());
    }

    private static JsonObject Filled(string kind)
    {
        var message = Contracts.Filled.Of(kind);
        return JsonSerializer.SerializeToNode(message, message.GetType(), SystemTextJsonMessageSerializer.Options)!.AsObject();
    }

    /// <summary>Gives every object one member more, but not those whose members the partner named.</summary>
    private static void Extend(JsonNode? node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
                Extend(item);
        }
        if (node is not JsonObject members)
            return;
        foreach (var (_, inner) in members.Where(member => member.Key is not ("fields" or "params")))
            Extend(inner);
        members["unheard"] = new JsonObject { ["of"] = new JsonArray("it", "is") };
    }

    private static IEnumerable<string> Leaves(JsonNode? node, string path) => node switch
    {
        JsonObject members => members.SelectMany(member => Leaves(member.Value, $"{path}.{member.Key}")),
        JsonArray items => items.SelectMany(item => Leaves(item, path)),
        _ => [path.TrimStart('.')],
    };
}
