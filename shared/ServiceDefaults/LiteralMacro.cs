using System.Text.RegularExpressions;

namespace LeadRelay;

/// <summary>
/// Values that are themselves macros, because nothing on the way filled them in: <c>{clickid}</c>, <c>${SUBID}</c>,
/// <c>%7Bsub1%7D</c>, <c>{{data.string_1}}</c>, <c>REPLACE</c>. They identify nobody.
/// </summary>
public static partial class LiteralMacro
{
    public static bool Is(string? value) =>
        value is not null && Form().IsMatch(value.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(value) : value);

    [GeneratedRegex(@"^\s*([$#]?\{{1,3}[^{}]*\}{1,3}|\[{1,3}[^\[\]]*\]{1,3}|#{1,2}[\w.]+#{1,2}|%[\w.]+%|<[\w.]+>|\([A-Za-z_][\w.]*\)|REPLACE|OPTIONAL)\s*$")]
    private static partial Regex Form();
}
