namespace LeadRelay.Configuration;

/// <summary>One thing that is wrong in the configuration folder.</summary>
/// <param name="File">Relative to the folder, as <c>campaigns/demo.json</c>.</param>
/// <param name="Key">JSON path, as <c>status_map.3</c> or <c>partners[0]</c>; empty for the file as a whole.</param>
/// <param name="Value">What stands there, shortened; null where nothing does or where it may hold a secret.</param>
/// <param name="Why">A sentence that says what to do.</param>
public sealed record ConfigFault(string File, string Key, string? Value, string Why)
{
    public override string ToString() =>
        File + ": " + Key + (Value is null ? "" : $" = {Value}") + (Key is "" ? "" : ": ") + Why;
}

/// <summary>What came of reading a folder: the configuration when there is no fault, else every fault of every file.</summary>
public sealed record LoadResult(RelayConfig? Config, IReadOnlyList<ConfigFault> Faults);

/// <summary>The configuration cannot be used; the message has every fault on a line of its own.</summary>
public sealed class ConfigurationException(IReadOnlyList<ConfigFault> faults)
    : Exception($"The configuration has {faults.Count} fault(s):{Environment.NewLine}{string.Join(Environment.NewLine, faults)}")
{
    public IReadOnlyList<ConfigFault> Faults { get; } = faults;
}
