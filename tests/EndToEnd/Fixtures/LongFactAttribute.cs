namespace LeadRelay.Tests.EndToEnd;

/// <summary>A test that takes minutes and has no short form: <c>./test long</c> runs it.</summary>
public sealed class LongFactAttribute : FactAttribute
{
    public static readonly bool IsLong = Environment.GetEnvironmentVariable("LEADRELAY_LONG") is "1";

    public LongFactAttribute()
    {
        if (!IsLong)
            Skip = "Part of ./test long.";
    }
}
