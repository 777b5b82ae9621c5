using LeadRelay.AuditStore;
using LeadRelay.Contracts;
using Microsoft.Extensions.Configuration;

namespace LeadRelay.Tests.Rules.AuditStore;

/// <summary>How long messages are kept, as the settings say it.</summary>
public class RetentionTimesTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("LeadSubmitted=30", "LeadSubmitted 30")]
    [InlineData("LEADSUBMITTED=1", "LeadSubmitted 1")]
    [InlineData("LeadView=36500", "LeadView 36500")]
    [InlineData("LeadSubmitted=30 AuditRead=90 LeadView=180", "AuditRead 90, LeadSubmitted 30, LeadView 180")]
    public void A_kind_is_kept_as_long_as_is_said_and_otherwise_for_ever(string settings, string expected) =>
        Assert.Equal(expected, string.Join(", ", Of(settings).Select(kind => $"{kind.Key} {kind.Value.TotalDays}").Order(StringComparer.Ordinal)));

    [Fact]
    public void The_default_is_for_every_kind_that_is_not_named_and_for_leads_records()
    {
        var times = Of("Default=365 AuditRead=90");

        Assert.Equal(typeof(IAudited).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IAudited))).Select(type => type.Name).Append("LeadView").Order(), times.Keys.Order());
        Assert.All(times, kind => Assert.Equal(kind.Key is "AuditRead" ? 90 : 365, kind.Value.TotalDays));
    }

    [Theory]
    [InlineData("LeadSubmited=30", "Retention__LeadSubmited: there is no such kind of message.")]
    [InlineData("IAudited=30", "Retention__IAudited: there is no such kind of message.")]
    [InlineData("LeadSubmitted=0", "Retention__LeadSubmitted must be a number of days, 1 to 36500")]
    [InlineData("LeadView=-1", "Retention__LeadView must be a number of days, 1 to 36500")]
    [InlineData("Default=36501", "Retention__Default must be a number of days, 1 to 36500")]
    [InlineData("Default=99999999999", "Retention__Default must be a number of days, 1 to 36500")]
    [InlineData("Default=1.5", "Retention__Default must be a number of days, 1 to 36500")]
    [InlineData("Default=30d", "Retention__Default must be a number of days, 1 to 36500")]
    public void What_cannot_be_is_refused_with_what_can(string settings, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<InvalidOperationException>(() => Of(settings)).Message, StringComparison.Ordinal);

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var fault = Assert.Throws<InvalidOperationException>(() => Of("LeadSubmited=30 Default=never LeadView=0 AuditRead=90")).Message;

        Assert.All(["Retention__LeadSubmited", "Retention__Default", "Retention__LeadView"], name => Assert.Contains(name, fault, StringComparison.Ordinal));
        Assert.DoesNotContain("AuditRead", fault, StringComparison.Ordinal);
    }

    private static IReadOnlyDictionary<string, TimeSpan> Of(string settings) => RetentionTimes.Of(new ConfigurationBuilder().AddInMemoryCollection(
        settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(setting => setting.Split('=')).Select(setting => KeyValuePair.Create($"Retention:{setting[0]}", (string?)setting[1]))).Build()).OfKinds;
}
