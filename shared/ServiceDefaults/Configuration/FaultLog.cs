namespace LeadRelay.Configuration;

/// <summary>Collects the faults of one file.</summary>
internal sealed class FaultLog(string file)
{
    private readonly List<ConfigFault> faults = [];

    public IReadOnlyList<ConfigFault> Faults => faults;

    public void Add(string key, string? value, string why) => faults.Add(new ConfigFault(file, key, value, why));
}
