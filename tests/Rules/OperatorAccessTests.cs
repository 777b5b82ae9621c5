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

    [Theory]
    [InlineData("embedded", true)]
    [InlineData("sandbox", true)]
    [InlineData("production", false)]
    [InlineData(null, false)]
    public void The_samples_tokens_are_taken_beside_those_that_are_set_and_in_no_other_profile(string? profile, bool taken)
    {
        var access = With(Token, Personal, profile);

        Assert.Equal((taken, taken), (access.Allows("Bearer demo-operator-token"), access.AllowsPersonalData("Bearer demo-personal-data-token")));
        Assert.False(access.AllowsPersonalData("Bearer demo-operator-token"));
        Assert.True(access.Allows($"Bearer {Token}") && access.AllowsPersonalData($"Bearer {Personal}"));
    }

    [Fact]
    public void A_profile_that_changes_counts_without_a_restart()
    {
        var settings = Settings(Token, null, "production");
        var access = new OperatorAccess(settings);
        Assert.False(access.Allows("Bearer demo-operator-token"));

        settings["Profile"] = "sandbox";

        Assert.True(access.Allows("Bearer demo-operator-token"));
    }

    [Theory]
    [InlineData(null, Personal, "Bearer ", false)]
    [InlineData("", Personal, "Bearer ", false)]
    [InlineData("demo-operator-token", Personal, "Bearer demo-operator-token", false)]
    [InlineData("another", "another", "Bearer another", true)]
    public void A_bad_change_lets_nobody_in_who_should_not_be(string? token, string? personal, string authorization, bool allowed)
    {
        var settings = Settings(Token, Personal, "production");
        var access = new OperatorAccess(settings);

        (settings["Operator:Token"], settings["Operator:PersonalDataToken"]) = (token, personal);

        Assert.Equal((allowed, false), (access.Allows(authorization), access.AllowsPersonalData(authorization)));
        Assert.False(access.Allows($"Bearer {Token}"));
    }

    private static OperatorAccess With(string? token, string? personal, string? profile = null) => new(Settings(token, personal, profile));

    private static IConfigurationRoot Settings(string? token, string? personal, string? profile) => new ConfigurationBuilder()
        .AddInMemoryCollection([new("Operator:Token", token), new("Operator:PersonalDataToken", personal), new("Profile", profile)]).Build();
}
