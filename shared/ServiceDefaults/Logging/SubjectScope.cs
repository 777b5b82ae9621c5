using System.Collections;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Logging;

/// <summary>What is logged within it names the lead, the order and the campaign it is about, as far as they are known.</summary>
public sealed class SubjectScope : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly List<KeyValuePair<string, object?>> ids = [];

    internal SubjectScope(Subject about)
    {
        Add(nameof(Subject.LeadId), about.LeadId?.ToString());
        Add(nameof(Subject.OrderId), about.OrderId);
        Add(nameof(Subject.Campaign), about.Campaign);
    }

    public int Count => ids.Count;

    public KeyValuePair<string, object?> this[int index] => ids[index];

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => ids.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(' ', ids.Select(id => $"{id.Key}={id.Value}"));

    private void Add(string name, string? id)
    {
        if (!string.IsNullOrEmpty(id))
            ids.Add(new(name, PersonalData.MaskId(id)));
    }
}

/// <summary>Begins a <see cref="SubjectScope"/>. Not by the name <c>BeginScope</c>: the logger's own method would be taken instead, with all that a subject has.</summary>
public static class SubjectScopes
{
    /// <summary>Until what it returns is disposed of. Null for a subject that names nothing.</summary>
    public static IDisposable? BeginSubject(this ILogger logger, Subject about) =>
        new SubjectScope(about) is { Count: > 0 } scope ? logger.BeginScope<SubjectScope>(scope) : null;
}
