namespace LeadRelay.Relayctl;

/// <summary>What stands behind a command: names in their order, options with a value each (<c>--base URL</c> or <c>--base=URL</c>), and flags, which have none.</summary>
internal sealed class Arguments
{
    private readonly List<string> names = [];
    private readonly Dictionary<string, List<string>> options = [];

    /// <param name="wanted">What the names are, for the sentence that says that one is missing.</param>
    /// <param name="once">Options that may be given once.</param>
    /// <param name="repeatable">Options that may be given several times.</param>
    /// <param name="flags">Options without a value.</param>
    /// <param name="mayLackName">The last name need not be given.</param>
    /// <exception cref="UsageException">There are more or other ones.</exception>
    public Arguments(
        IReadOnlyList<string> args, IReadOnlyList<string> wanted, IReadOnlyList<string> once, IReadOnlyList<string>? repeatable = null, IReadOnlyList<string>? flags = null, bool mayLackName = false)
    {
        for (var i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                names.Add(args[i]);
                continue;
            }
            if (flags?.Contains(args[i]) is true)
            {
                options[args[i]] = ["true"];
                continue;
            }
            var (option, value) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], ++i < args.Count ? args[i] : "");
            if (!once.Contains(option) && repeatable?.Contains(option) is not true)
                throw new UsageException($"The command has no option {option}.");
            if (value is "" || value.StartsWith("--", StringComparison.Ordinal))
                throw new UsageException($"{option} needs a value.");
            if (options.TryGetValue(option, out var values) && once.Contains(option))
                throw new UsageException($"{option} stands there twice.");
            (options[option] = values ?? []).Add(value);
        }
        if (names.Count < wanted.Count - (mayLackName ? 1 : 0))
            throw new UsageException($"{wanted[names.Count]} is missing.");
        if (names.Count > wanted.Count)
            throw new UsageException($"{names[wanted.Count]} is one too many.");
    }

    public string Name => names[0];

    public string? NameIfGiven => names.Count is 0 ? null : names[0];

    public bool Has(string flag) => options.ContainsKey(flag);

    public string? this[string option] => options.TryGetValue(option, out var values) ? values[0] : null;

    public IReadOnlyList<string> All(string option) => options.GetValueOrDefault(option) ?? [];

    public string Required(string option) => this[option] ?? throw new UsageException($"{option} is missing.");
}
