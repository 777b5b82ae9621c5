using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.Persistence;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;
using static LeadRelay.Tests.Rules.PostbackDispatcher.Changes;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>What is held in a status that the map lacks, decided about by an operator's word on what that means.</summary>
public class ReleasedDecisionTests
{
    private static readonly MappedStatus Bought = new("bought", StatusEvent.Approve);

    [Fact]
    public void A_released_status_is_told_as_the_operator_says_under_the_messages_own_id()
    {
        var (order, change) = (Order(), Change("77", comment: "hm") with { Released = Bought });

        var delivery = Decide(order, change).Delivery!;

        Assert.Equal((StatusEvent.Approve, "bought", change.MessageId, 10_000, "hm"), (delivery.Event, delivery.Label, delivery.CauseId, delivery.Sequence, delivery.Comment));
        Assert.Equal("operator", Assert.Single(Decide(order, change).Events.Select(e => e.Message).OfType<PostbackDue>()).Rule);
        Assert.Equal(Decide(order, change with { Released = new MappedStatus("accepted", StatusEvent.Approve) }).Delivery!.DeliveryId, delivery.DeliveryId);
    }

    [Theory]
    [InlineData("77", null, "approve", "operator")]
    [InlineData(null, "APPROVED", "approve", "operator")]
    [InlineData("4", null, "cancel", "4")]
    [InlineData("77", "spam", "trash", "group:SPAM")]
    [InlineData("9", null, "ignored", "9")]
    public void The_maps_own_word_goes_before_the_operators(string? status, string? group, string told, string rule)
    {
        var decision = Decide(Order(), Change(status, group: group) with { Released = Bought });

        Assert.Equal(told, Told(decision));
        Assert.Equal(rule, Assert.Single(decision.Events).Message switch { PostbackDue due => due.Rule, PostbackSkipped skipped => skipped.Rule, _ => null });
    }

    [Fact]
    public void What_is_released_and_not_told_says_why_and_that_an_operator_released_it()
    {
        var order = Order(Sent(StatusEvent.Hold, 20_000));

        var skipped = Assert.IsType<PostbackSkipped>(Assert.Single(Decide(order, Change("77") with { Released = Bought }).Events).Message);

        Assert.Equal(("superseded", "bought", "operator"), (skipped.Reason, skipped.Label, skipped.Rule));
    }

    [Theory]
    [InlineData("77", "77", null, true)]
    [InlineData("77", "77", "APPROVED", true)]
    [InlineData("77", "78", "APPROVED", false)]
    [InlineData("77", null, "APPROVED", false)]
    [InlineData("group:APPROVED", null, "APPROVED", true)]
    [InlineData("group:APPROVED", null, "approved", true)]
    [InlineData("group:APPROVED", null, "SHIPPED", false)]
    [InlineData("group:APPROVED", "78", "APPROVED", false)]
    [InlineData("group:APPROVED", "78", "approved", false)]
    [InlineData("group:APPROVED", "group:APPROVED", "APPROVED", false)]
    [InlineData("group:APPROVED", "78", null, false)]
    public void A_word_on_an_id_means_that_id_and_one_on_a_group_what_has_no_id(string key, string? status, string? group, bool isMeant) =>
        Assert.Equal(isMeant ? Bought : null, Releases.WordOf(Release(key), Builders.Changed(statusId: status) with { StatusGroup = group }));

    [Theory]
    [InlineData("77", "77")]
    [InlineData("APPROVED", "APPROVED")]
    [InlineData("group:APPROVED", "group:APPROVED")]
    [InlineData("Group: approved", "group:APPROVED")]
    public void What_is_held_is_found_by_its_status_as_people_write_it(string written, string key) => Assert.Equal(key, StatusKey.Of(written));

    [Fact]
    public void SalesRender_is_asked_again_on_the_newest_word_that_was_given_once_the_message_was_here()
    {
        var (message, hold) = (Builders.Changed(statusId: "77"), Release("77") with { Label = "callback", Event = StatusEvent.Hold });
        MappedStatus? Of(params Job[] jobs) => Releases.WordOf(jobs, "first", message);

        Assert.Equal(Bought, Of(Release("77"), hold));
        Assert.Equal(Bought, Of(hold with { DryRun = true }, hold with { Campaign = "other" }, hold with { Status = "78" }, Release("77")));
        Assert.Null(Of(Release("77") with { At = Builders.Now.AddSeconds(-1) }));
        Assert.Null(Of(new Job(Builders.NewId(), JobKind.Remap, null, "first", false, false, null, Builders.Now)));
    }

    [Theory]
    [InlineData("77", null, "accepted", null, "77 accepted (Approve)")]
    [InlineData(" 77 ", "", " Accepted ", "", "77 Accepted (Approve)")]
    [InlineData("77", null, "accepted", "hold", "77 accepted (Hold)")]
    [InlineData("77", null, "bought", "Approve", "77 bought (Approve)")]
    [InlineData(null, "approved", "bought", "approve", "group:APPROVED bought (Approve)")]
    [InlineData("77", null, "bought", null, "The label bought has no event of its own")]
    [InlineData("77", null, "bought", "won", "event must be one of wait, hold, approve, cancel, trash")]
    [InlineData("77", null, " ", "approve", "Say what the status means")]
    [InlineData("77", null, "a\nb", "approve", "without line breaks")]
    [InlineData("77", null, "Ignore", "approve", "A release tells the trackers something. To be silent about a status, put this line into the campaign's status_map: \"77\": \"ignore\"")]
    [InlineData(null, "approved", "ignore", null, "A release tells the trackers something. To be silent about a status, put this line into the campaign's status_map: \"group:APPROVED\": \"ignore\"")]
    [InlineData(null, null, "accepted", null, "Say either status_id or status_group")]
    [InlineData("77", "APPROVED", "accepted", null, "Say either status_id or status_group")]
    [InlineData("4", null, "accepted", null, "The map has \"4\"")]
    [InlineData("9", null, "accepted", null, "The map has \"9\"")]
    [InlineData(null, "spam", "accepted", null, "The map has \"group:SPAM\"")]
    public void A_release_says_which_status_and_what_it_means(string? id, string? group, string label, string? word, string expected)
    {
        var isRead = new ReleaseOrder(id, group, label, word, false, null).TryRead(Builders.Campaign().StatusMap, out var status, out var meaning, out var fault);

        Assert.StartsWith(expected.Split("without")[0], isRead ? $"{status} {meaning!.Label} ({meaning.Event})" : fault, StringComparison.Ordinal);
        Assert.Equal(isRead, fault is null);
    }

    [Theory]
    [InlineData(100, null)]
    [InlineData(101, "The label has 101 characters; 100 are the most.")]
    public void A_labels_length_has_a_limit(int length, string? expected)
    {
        new ReleaseOrder("77", null, $" {new string('a', length)} ", "approve", false, null).TryRead(Builders.Campaign().StatusMap, out _, out _, out var fault);

        Assert.Equal(expected, fault);
    }

    [Fact]
    public void A_job_says_what_it_releases_and_the_line_for_the_file()
    {
        static string What(Job job) => Assert.IsType<PostbackJobReported>(Jobs.Told(job, Builders.Now).Message).What;

        Assert.Equal("what is held of first in status 77, as bought (approve)", What(Release("77")));
        Assert.Equal("what is held of first in group APPROVED without a status id, as bought (approve)", What(Release("group:APPROVED")));
        Assert.Equal("\"77\": { \"label\": \"bought\", \"event\": \"approve\" }", JobView.Of(Release("77")).Line);
    }

    [Fact]
    public void A_job_of_an_older_version_can_still_be_read()
    {
        var job = MessageJson.Read<Job>("""
            {"id":"0190163d-8694-739b-aea5-966c26f8ad91","kind":"Remap","filter":null,"campaign":"first","dryRun":false,"recorded":false,"reason":null,"at":"2026-03-04T05:06:07+00:00","state":"Running","after":null,"looked":3,"done":2,"refused":1}
            """);

        Assert.Equal((JobKind.Remap, "first", 3, null, null, null), (job.Kind, job.Campaign, job.Looked, job.Status, job.Label, job.Event));
    }

    private static Job Release(string key) => new(Builders.NewId(), JobKind.Release, null, "first", false, false, null, Builders.Now, Status: key, Label: Bought.Label, Event: Bought.Event);
}
