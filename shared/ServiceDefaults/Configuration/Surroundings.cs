namespace LeadRelay.Configuration;

/// <summary>What the file being read may refer to.</summary>
/// <param name="AllowsSamples">Whether the samples' keys, which everybody knows, may be used.</param>
/// <param name="Names">By kind, every name there is a file for, whether or not that file is valid.</param>
/// <param name="Trackers">Those that are valid.</param>
internal sealed record Surroundings(
    string Folder,
    bool AllowsSamples,
    IReadOnlyDictionary<string, IReadOnlyCollection<string>> Names,
    IReadOnlyDictionary<string, Tracker> Trackers)
{
    /// <summary>By connection, how its orders are made, noted while connections are read: what a campaign needs hangs on it.</summary>
    public Dictionary<string, OrderApi> Apis { get; } = new(StringComparer.Ordinal);

    /// <summary>A name for which there must be a file of that kind. The sentence repeats it only if it looks like one: a URL with a key may stand in its place.</summary>
    public string ReadName(Node node, string kind)
    {
        if (node.Text() is not { } name)
            return null!;
        return Names[kind].Contains(name) ? name : node.Fail<string>($"There is no file {(name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? $"{kind}/{name}.json" : $"of that name in {kind}")}.{Nearest.Hint(name, Names[kind])}");
    }
}
