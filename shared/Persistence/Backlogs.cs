using System.Text.Json;

namespace LeadRelay.Persistence;

/// <summary>Makes a ledger's list of what waits.</summary>
public static class Backlogs
{
    /// <summary>A kind's name in the metrics.</summary>
    public static string Word<T>(T kind) where T : struct, Enum => Word(kind.ToString());

    /// <summary>As <see cref="Word{T}"/>, of a kind as the ledgers write it.</summary>
    public static string Word(string kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind);

    /// <summary>Each kind once, in this order. What is not due yet has waited for no time.</summary>
    public static IReadOnlyList<Backlog> All(IReadOnlyList<string> kinds, IEnumerable<Backlog> read)
    {
        var known = read.ToDictionary(backlog => backlog.Kind);
        return [.. kinds.Select(kind => known.GetValueOrDefault(kind) is { } found ? found with { Oldest = found.Oldest > TimeSpan.Zero ? found.Oldest : TimeSpan.Zero } : new Backlog(kind, 0, TimeSpan.Zero))];
    }
}
