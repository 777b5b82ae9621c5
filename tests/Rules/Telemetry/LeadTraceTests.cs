using System.Diagnostics;
using LeadRelay.Contracts;
using LeadRelay.Telemetry;

namespace LeadRelay.Tests.Rules.Telemetry;

public sealed class LeadTraceTests : IDisposable
{
    private static readonly Guid Lead = new("ccc58fe1-2620-5d81-b547-59befc79fe27");

    private readonly ActivityListener listener = new()
    {
        ShouldListenTo = source => source.Name is "LeadRelay",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
    };

    public LeadTraceTests() => ActivitySource.AddActivityListener(listener);

    public void Dispose() => listener.Dispose();

    [Fact]
    public void A_leads_trace_has_the_leads_id() => Assert.Equal("ccc58fe126205d81b54759befc79fe27", LeadTrace.IdOf(Lead).ToString());

    [Fact]
    public void A_span_about_a_lead_is_in_its_trace_whatever_it_began_in_and_that_is_linked()
    {
        using var other = LeadTrace.Start("other", ActivityKind.Internal, new Subject());
        using var span = LeadTrace.Start("work", ActivityKind.Internal, new Subject(Lead));

        Assert.Equal((LeadTrace.IdOf(Lead), default), (span!.TraceId, span.ParentSpanId));
        Assert.Equal(other!.Context, Assert.Single(span.Links).Context);
    }

    [Fact]
    public void Within_the_leads_trace_a_span_belongs_to_the_one_before()
    {
        using var first = LeadTrace.Start("first", ActivityKind.Internal, new Subject(Lead));
        using var second = LeadTrace.Start("second", ActivityKind.Internal, new Subject(Lead));

        Assert.Equal(first!.SpanId, second!.ParentSpanId);
        Assert.Empty(second.Links);
    }

    [Fact]
    public void What_a_message_says_of_its_sender_goes_before_what_is_under_way_here()
    {
        using var sender = LeadTrace.Start("publish", ActivityKind.Producer, new Subject(Lead));
        var header = sender!.Id;
        sender.Stop();
        using var span = LeadTrace.Start("handle", ActivityKind.Consumer, new Subject(OrderId: "1001"), header);

        Assert.Equal((sender.TraceId, sender.SpanId), (span!.TraceId, span.ParentSpanId));
    }

    [Theory]
    [InlineData("+4915123456789", "+49•••89")]
    [InlineData("anna@example.com", "a•••@•••")]
    [InlineData("demo", "demo")]
    public void What_callers_write_is_masked(string alias, string shown)
    {
        using var span = LeadTrace.Start("publish", ActivityKind.Producer, new Subject(Campaign: alias, OrderId: alias));

        Assert.Equal((shown, shown), (span!.GetTagItem("Campaign"), span.GetTagItem("OrderId")));
    }
}
