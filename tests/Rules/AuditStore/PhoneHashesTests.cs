using LeadRelay.AuditStore;
using Microsoft.Extensions.Configuration;

namespace LeadRelay.Tests.Rules.AuditStore;

/// <summary>Phone numbers as they are searched by.</summary>
public class PhoneHashesTests
{
    private const string Key = "a long enough key of a test";

    [Theory]
    [InlineData("+4915112345678")]
    [InlineData("4915112345678")]
    [InlineData("+49 151 12345678")]
    [InlineData(" +49 (151) 1234-5678 ")]
    [InlineData("+49.151/12 34 56 78")]
    public void A_number_has_one_hash_however_it_is_written(string phone) => Assert.Equal(With(Key).Of("+4915112345678"), With(Key).Of(phone));

    [Fact]
    public void Another_number_and_another_key_make_another_hash()
    {
        string?[] hashes = [With(Key).Of("+4915112345678"), With(Key).Of("+4915112345679"), With(Key + "!").Of("+4915112345678")];

        Assert.All(hashes, hash => Assert.Matches("^[0-9a-f]{32}$", hash));
        Assert.Equal(3, hashes.Distinct().Count());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("none")]
    public void What_has_no_digits_has_no_hash(string? phone) => Assert.Null(With(Key).Of(phone));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("                    ")]
    [InlineData("fifteen letters")]
    public void A_key_that_is_missing_or_short_is_refused(string? key) => Assert.Contains("Privacy__Key is not set, or shorter than 16", Fault(key, "embedded"), StringComparison.Ordinal);

    [Theory]
    [InlineData(null)]
    [InlineData("production")]
    public void The_samples_key_is_refused_outside_the_sample_profiles(string? profile) => Assert.Contains("Privacy__Key is the sample's", Fault(PhoneHashes.SampleKey, profile), StringComparison.Ordinal);

    [Theory]
    [InlineData("embedded")]
    [InlineData("sandbox")]
    public void The_samples_key_is_taken_in_the_sample_profiles(string profile) => Assert.NotNull(With(PhoneHashes.SampleKey, profile).Of("+4915112345678"));

    private static string Fault(string? key, string? profile) => Assert.Throws<InvalidOperationException>(() => With(key, profile)).Message;

    private static PhoneHashes With(string? key, string? profile = null) => new(new ConfigurationBuilder().AddInMemoryCollection([new("Privacy:Key", key), new("Profile", profile)]).Build());
}
