using System.Text.Json;

namespace LeadRelay.Configuration;

/// <summary>The members of enumerations as they are written in files: <c>order_id</c> for <c>OrderId</c>.</summary>
internal static class Words
{
    public static IReadOnlyDictionary<string, T> Of<T>() where T : struct, Enum => Cache<T>.Words;

    private static class Cache<T> where T : struct, Enum
    {
        public static readonly IReadOnlyDictionary<string, T> Words =
            Enum.GetValues<T>().ToDictionary(v => JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString()));
    }
}
