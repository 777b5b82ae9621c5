using System.Text.Json;
using LeadRelay.AuditStore;
using LeadRelay.Contracts;
using MassTransit.Serialization;

namespace LeadRelay.Tests.Rules.AuditStore;

/// <summary>The word that the log has for each call to SalesRender.</summary>
public class LogStatusTests
{
    private static readonly Guid LeadId = Builders.NewId();
    private static readonly CrmExchange Exchange = Builders.Exchange();
    private static readonly OrderVerificationRequested Asked = new(Builders.About(orderId: "1001"), Builders.NewId(), Builders.Changed(), Builders.Now);
    private static readonly OrderVerified Verified = new(Asked.About, Asked, "3", "APPROVED", null, null, Exchange, Builders.Now);
    private static readonly OrderLookedUp Look = new(Builders.About(LeadId), 1, null, "not yet", Exchange, Builders.Now);
    private static readonly StatusUpdateRequested Update = Builders.Update(Builders.NewId());

    public static TheoryData<IAudited, string> Words => new()
    {
        { Builders.Created(), "order_created" },
        { Builders.Created() with { Evidence = "look_up" }, "order_found" },
        { Builders.Refused(LeadId) with { Exchange = Exchange }, "order_refused" },
        { Builders.Refused(LeadId) with { Exchange = Exchange, Code = "INVALID_PHONE" }, "order_refused" },
        { Builders.Refused(LeadId) with { Exchange = Exchange, Code = "crm_unreachable" }, "order_given_up" },
        { Builders.InDoubt(LeadId) with { Exchange = Exchange }, "order_in_doubt" },
        { new OrderWriteDelayed(Builders.About(LeadId), "busy", 1, Builders.Now, Exchange, Builders.Now), "retry_scheduled" },
        { Look, "looked_up" },
        { Look with { Found = "1001" }, "looked_up" },
        { new OrderStatusUpdated(Update.About, Update, Exchange, Builders.Now), "status_updated" },
        { new StatusUpdateRefused(Update.About, Update, null, "unknown_order", "no", Exchange, Builders.Now), "status_refused" },
        { new StatusUpdateRefused(Update.About, Update, null, "crm_unreachable", "no", Exchange, Builders.Now), "status_given_up" },
        { Verified, "order_verified" },
        { Verified with { StatusId = null }, "order_verified" },
        { Verified with { StatusId = null, StatusGroup = null }, "order_absent" },
        { Verified with { StatusId = null, StatusGroup = null, Fault = "401" }, "verification_failed" },
    };

    [Theory]
    [MemberData(nameof(Words))]
    public void Each_outcome_of_a_call_has_its_word(IAudited message, string word) => Assert.Equal(word, LogStatus.Of(message.GetType().Name, Wire(message)));

    [Fact]
    public void The_list_is_closed_and_every_word_of_it_is_used() =>
        Assert.Equal(LogStatus.All.Order(), Words.Select(row => (string)row[1]).Distinct().Order());

    [Fact]
    public void Every_contract_that_has_a_call_is_in_the_log()
    {
        var contracts = typeof(IAudited).Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(IAudited)) && type.GetProperties().Any(property => property.PropertyType == typeof(CrmExchange))).Select(type => type.Name).Order();

        Assert.Equal(contracts, LogStatus.Kinds.Order());
        Assert.Equal(contracts, Words.Select(row => row[0].GetType().Name).Distinct().Order());
    }

    [Fact]
    public void What_has_no_call_has_no_word() =>
        Assert.Throws<ArgumentException>(() => LogStatus.Of(nameof(LeadSubmitted), Wire(Builders.Submitted(LeadId))));

    private static JsonElement Wire(IAudited message) => JsonSerializer.SerializeToElement(message, message.GetType(), SystemTextJsonMessageSerializer.Options);
}
