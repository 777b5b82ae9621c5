using System.Text.Json;

namespace LeadRelay.Configuration;

/// <summary>An object in a configuration file. It remembers which keys were asked for, so that the others can be refused.</summary>
internal sealed class Section
{
    private readonly OrderedDictionary<string, Node> nodes = new(StringComparer.Ordinal);
    private readonly List<string> known = [];
    private readonly string path;
    private readonly FaultLog faults;

    public Section(JsonElement json, string path, FaultLog faults)
    {
        (this.path, this.faults) = (path, faults);
        foreach (var property in json.EnumerateObject())
            nodes[property.Name] = new Node(property.Value, JsonText.Join(path, property.Name), faults);
        if (path is "")
            known.Add("$schema");
    }

    public bool Has(string key) => nodes.ContainsKey(key);

    public T Required<T>(string key, Func<Node, T> read, string why = "It is missing, and there is no default.")
    {
        if (Has(key))
            return Optional(key, read, default!);
        known.Add(key);
        Fail(key, why);
        return default!;
    }

    public T Optional<T>(string key, Func<Node, T> read, T fallback)
    {
        known.Add(key);
        return nodes.TryGetValue(key, out var node) ? read(node) : fallback;
    }

    /// <summary>Every entry, for objects whose keys are data.</summary>
    public IEnumerable<KeyValuePair<string, Node>> Entries()
    {
        known.AddRange(nodes.Keys);
        return nodes;
    }

    public void Fail(string key, string why) => faults.Add(JsonText.Join(path, key), null, why);

    /// <summary>Values of unknown keys are not shown: a misspelt <c>token</c> may hold one.</summary>
    public void RefuseTheRest()
    {
        foreach (var key in nodes.Keys.Except(known))
            Fail(key, $"This key is not known here.{Nearest.Hint(key, known)}");
    }
}
