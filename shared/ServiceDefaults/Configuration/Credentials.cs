using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>Credentials that are written out in a URL.</summary>
public static partial class Credentials
{
    /// <summary>Stands for one.</summary>
    public const string Mask = "***";

    /// <summary>Parameters that are credentials wherever trackers use them: a part of a pattern.</summary>
    public const string Names = "(?:api_?key|key|token|access_token|secret|secure|password|pass|upd_key)";

    /// <summary>The URL as people may see it.</summary>
    public static string Masked(string url) => Parameters().Replace(url, "$1" + Mask);

    /// <summary>The name with its equals sign, then the value.</summary>
    [GeneratedRegex("((?:^|[?&])" + Names + "=)[^&#]+", RegexOptions.IgnoreCase)]
    public static partial Regex Parameters();
}
