using LeadRelay.Intake;

namespace LeadRelay.Tests.Rules.Intake.Fields;

public class PhoneTests
{
    [Theory]
    [InlineData("+49 151 12345678", null, "+4915112345678")]
    [InlineData("0049 151 12345678", null, "+4915112345678")]
    [InlineData("0151 12345678", "DE", "+4915112345678")]
    [InlineData("+49 (0)151 12345678", null, "+4915112345678")]
    [InlineData("+49 ( 0 ) 151 12345678", "DE", "+4915112345678")]
    [InlineData("(0)151 12345678", "DE", "+4915112345678")]
    [InlineData("+49 0151 12345678", null, "+4915112345678")]
    [InlineData("4915112345678", null, "+4915112345678")]
    [InlineData("8 (916) 123-45-67", "RU", "+79161234567")]
    [InlineData("9161234567", "RU", "+79161234567")]
    [InlineData("+8 916 123-45-67", "RU", "+79161234567")]
    [InlineData("+0151 12345678", "DE", "+4915112345678")]
    [InlineData("+0049 151 12345678", "DE", "+4915112345678")]
    [InlineData("+7 8 916 123-45-67", null, "+79161234567")]
    [InlineData("8 701 123 45 67", "KZ", "+77011234567")]
    [InlineData("0612 345 678", "ES", "+34612345678")]
    [InlineData("06 12345678", "IT", "+390612345678")]
    [InlineData("+39 06 12345678", null, "+390612345678")]
    [InlineData("0151 12345678 ext 12", "DE", "+4915112345678")]
    [InlineData("0151 12345678 ext. 12", "DE", "+4915112345678")]
    [InlineData("0151 12345678, extension: 12", "DE", "+4915112345678")]
    [InlineData("0151 12345678x5", "DE", "+4915112345678")]
    [InlineData("0151 12345678 #5", "DE", "+4915112345678")]
    [InlineData("+7 916 123-45-67 доб. 5", null, "+79161234567")]
    [InlineData("+7 916 123-45-67, ДОБ 5", null, "+79161234567")]
    [InlineData("01S1 12345678", "DE", null)]
    [InlineData("0l5I 12З45678", "DE", null)]
    [InlineData("0l5I 12345678", "DE", "+4915112345678")]
    [InlineData("+49 151 123O O678", null, "+4915112300678")]
    [InlineData("+49 151 123Оо678", null, "+4915112300678")]
    [InlineData("O151 12345678", "DE", null)]
    [InlineData("0151 1234567O", "DE", null)]
    [InlineData("call 0151 12345678", "DE", null)]
    [InlineData("٠١٥١ ١٢٣٤٥٦٧٨", "DE", "+4915112345678")]
    [InlineData("12345678", null, null)]
    [InlineData("1234", "DE", null)]
    [InlineData("", "DE", null)]
    [InlineData("+999 123456789", null, null)]
    [InlineData("+49 151 1234567890123", null, null)]
    public void A_number_becomes(string raw, string? country, string? number)
    {
        Assert.Equal(number, Phone.Normalise(raw, country, out var fault));
        Assert.Equal(number is null, fault is not null);
    }

    [Theory]
    [InlineData("49", "0151 12345678", "FR", "+4915112345678")]
    [InlineData("+49", "151 12345678", "FR", "+4915112345678")]
    [InlineData("49", "4915112345678", "FR", "+4915112345678")]
    [InlineData("49", "+34 612 345 678", "FR", "+34612345678")]
    [InlineData("7", "8 701 123 45 67", "KZ", "+77011234567")]
    [InlineData("1-242", "359 1234", "FR", "+12423591234")]
    public void A_prefix_of_its_own_counts_before_the_country(string prefix, string raw, string country, string number)
    {
        var result = Bodies.Normalise(("phonecc", prefix), ("phone", raw), ("country", country));

        Assert.Equal(number, result.Lead.Fields["phone"]);
        Assert.Equal(raw, result.Lead.Fields["phone_raw"]);
    }

    [Fact]
    public void A_prefix_that_is_none_is_left_out_with_a_warning()
    {
        var result = Bodies.Normalise(("prefix", "Mr"), ("phone", "0151 12345678"));

        Assert.Equal("+4915112345678", result.Lead.Fields["phone"]);
        Assert.Contains("Mr is not a calling code", Assert.Single(result.Warnings));
    }

    [Fact]
    public void A_letter_is_named_in_the_refusal()
    {
        var refusal = Bodies.Normalise(("phone", "0151 A2345678")).Refusal!;

        Assert.Equal((422, "invalid_phone", "phone"), (refusal.Status, refusal.Code, refusal.Field));
        Assert.Contains("letter in it: A", refusal.Text);
    }
}
