using Microsoft.Extensions.Configuration;

namespace LeadRelay.Tests.Rules;

/// <summary>Who is let into the operators' APIs.</summary>
public sealed class OperatorAccessTests
{
    private const string Token = "the operator's";
    private const string Personal = "the one for personal data";

    [Theory]
    [InlineData("Bearer the operator's", true, false)]
    [InlineData("bearer  the operator's ", true, false)]
    [InlineData("Bearer the one for personal data", true, true)]
    [InlineData("Bearer The operator's", false, false)]
    [InlineData("Bearer the operator's, the one for personal data", false, false)]
    [InlineData("Bearer ", false, false)]
    [InlineData("Basic the operator's", false, false)]
    [InlineData("the operator's", false, false)]
    [InlineData("", false, false)]
    [InlineData(null, false, false)]
    public void One_token_opens_the_APIs_and_the_other_personal_data_too(string? authorization, bool allowed, bool allowedPersonal)
    {
        var access = With(Token, Personal);

        Assert.Equal((allowed, allowedPersonal), (access.Allows(authorization), access.AllowsPersonalData(authorization)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void Without_a_token_for_it_nobody_reads_personal_data(string? personal)
    {
        var access = With(Token, personal);

        Assert.True(access.Allows($"Bearer {Token}"));
        Assert.All([$"Bearer {Token}", "Bearer ", "Bearer", null], header => Assert.False(access.AllowsPersonalData(header)));
        Assert.False(access.Allows("Bearer "));
    }

    [Theory]
    [InlineData(null, Personal, "embedded", "Operator__Token is not set")]
    [InlineData(" ", Personal, "embedded", "Operator__Token is not set")]
    [InlineData(Token, Token, "embedded", "is the same as Operator__Token")]
    [InlineData("demo-operator-token", Personal, null, "is the sample's")]
    [InlineData("demo-operator-token", null, "production", "is the sample's")]
    [InlineData(Token, "demo-personal-data-token", "production", "is the sample's")]
    public void Tokens_that_are_missing_equal_or_known_to_everybody_are_refused(string? token, string? personal, string? profile, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<InvalidOperationException>(() => With(token, personal, profile)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("embedded")]
    [InlineData("sandbox")]
    public void The_samples_tokens_are_taken_in_the_sample_profiles(string profile) =>
        Assert.True(With("demo-operator-token", "demo-personal-data-token", profile).AllowsPersonalData("Bearer demo-personal-data-token"));

    private static OperatorAccess With(string? token, string? personal, string? profile = null) => new(new ConfigurationBuilder()
        .AddInMemoryCollection([new("Operator:Token", token), new("Operator:PersonalDataToken", personal), new("Profile", profile)]).Build());
}
