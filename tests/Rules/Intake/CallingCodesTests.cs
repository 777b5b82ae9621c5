using LeadRelay.Intake;

namespace LeadRelay.Tests.Rules.Intake;

/// <summary>The table of how countries dial.</summary>
public class CallingCodesTests
{
    /// <summary>A mobile number as people of the country write it.</summary>
    [Theory]
    [InlineData("AE", "050 123 4567", "+971501234567")]
    [InlineData("AT", "0664 1234567", "+436641234567")]
    [InlineData("AU", "0412 345 678", "+61412345678")]
    [InlineData("BD", "01712-345678", "+8801712345678")]
    [InlineData("BE", "0470 12 34 56", "+32470123456")]
    [InlineData("BG", "088 812 3456", "+359888123456")]
    [InlineData("BR", "(11) 98765-4321", "+5511987654321")]
    [InlineData("BR", "011 98765-4321", "+5511987654321")]
    [InlineData("BY", "8 029 123-45-67", "+375291234567")]
    [InlineData("BY", "29 123-45-67", "+375291234567")]
    [InlineData("CA", "(416) 555-0123", "+14165550123")]
    [InlineData("CH", "079 123 45 67", "+41791234567")]
    [InlineData("CL", "9 1234 5678", "+56912345678")]
    [InlineData("CN", "138 0013 8000", "+8613800138000")]
    [InlineData("CO", "300 123 4567", "+573001234567")]
    [InlineData("CZ", "601 123 456", "+420601123456")]
    [InlineData("DK", "20 12 34 56", "+4520123456")]
    [InlineData("EG", "0100 123 4567", "+201001234567")]
    [InlineData("FI", "040 123 4567", "+358401234567")]
    [InlineData("FR", "06 12 34 56 78", "+33612345678")]
    [InlineData("GB", "07911 123456", "+447911123456")]
    [InlineData("GR", "690 123 4567", "+306901234567")]
    [InlineData("HU", "06 30 123 4567", "+36301234567")]
    [InlineData("ID", "0812-3456-7890", "+6281234567890")]
    [InlineData("IL", "050-123-4567", "+972501234567")]
    [InlineData("IN", "098765 43210", "+919876543210")]
    [InlineData("JP", "090-1234-5678", "+819012345678")]
    [InlineData("KE", "0712 345678", "+254712345678")]
    [InlineData("MX", "55 1234 5678", "+525512345678")]
    [InlineData("MY", "012-345 6789", "+60123456789")]
    [InlineData("NG", "0803 123 4567", "+2348031234567")]
    [InlineData("NL", "06-12345678", "+31612345678")]
    [InlineData("NO", "412 34 567", "+4741234567")]
    [InlineData("NZ", "021 123 4567", "+64211234567")]
    [InlineData("PE", "912 345 678", "+51912345678")]
    [InlineData("PH", "0917 123 4567", "+639171234567")]
    [InlineData("PK", "0300 1234567", "+923001234567")]
    [InlineData("PL", "501 234 567", "+48501234567")]
    [InlineData("PT", "912 345 678", "+351912345678")]
    [InlineData("RO", "0721 234 567", "+40721234567")]
    [InlineData("SA", "050 123 4567", "+966501234567")]
    [InlineData("SE", "070-123 45 67", "+46701234567")]
    [InlineData("SG", "8123 4567", "+6581234567")]
    [InlineData("TH", "081 234 5678", "+66812345678")]
    [InlineData("TR", "0532 123 45 67", "+905321234567")]
    [InlineData("UA", "050 123 4567", "+380501234567")]
    [InlineData("US", "1-212-555-0123", "+12125550123")]
    [InlineData("UZ", "90 123 45 67", "+998901234567")]
    [InlineData("VN", "090 123 4567", "+84901234567")]
    [InlineData("ZA", "082 123 4567", "+27821234567")]
    public void A_number_as_it_is_written_at_home_becomes_international(string country, string written, string number)
    {
        Assert.Equal(number, Phone.Normalise(written, country, out var fault));
        Assert.Null(fault);
        Assert.Equal(number, Phone.Normalise(number[1..], country, out _));
        Assert.Equal(number, Phone.Normalise("00" + number[1..], null, out _));
    }

    [Fact]
    public void Every_row_of_the_table_is_sound() => Assert.All(CallingCodes.ByCountry, row =>
    {
        Assert.Matches("^[A-Z]{2}$", row.Key);
        Assert.Matches("^[1-9][0-9]{0,3}$", row.Value.Code);
        Assert.Matches("^[0-9]{0,2}$", row.Value.Trunk);
        Assert.InRange(row.Value.Code.Length + row.Value.Length, 0, 15);
        Assert.True(CallingCodes.IsOne(row.Value.Code) && CallingCodes.StartsWithOne(row.Value.Code + "123456"));
    });

    [Theory]
    [InlineData("999")]
    [InlineData("0")]
    [InlineData("")]
    [InlineData("210123456")]
    public void What_is_no_calling_code_is_none(string digits) => Assert.False(CallingCodes.StartsWithOne(digits));
}
