namespace LeadRelay.Bench;

/// <summary>Measures what was asked for, or all of it, and writes each measurement's table into <c>docs/benchmarks.md</c>.</summary>
internal static class Program
{
    private static readonly Measurement[] All =
    [
        new("accept", Doors.LeadsAsync),
        new("door", Doors.WebhooksAsync),
        new("audit", AuditWriting.MeasureAsync),
        new("rest", Rest.MeasureAsync),
        new("stored", FullStores.MeasureAsync),
        new("postback", PostbackPath.MeasureAsync),
        new("crm", CrmPath.MeasureAsync),
        new("reaction", Reaction.MeasureAsync),
        new("path", WholePath.MeasureAsync),
        new("scale", Scale.MeasureAsync),
        new("hosts", HostIsolation.MeasureAsync),
        new("search", AuditSearch.MeasureAsync),
    ];

    private static async Task<int> Main(string[] args)
    {
        if (args.Except(All.Select(each => each.Name)).FirstOrDefault() is { } unknown)
        {
            await Console.Error.WriteLineAsync($"There is no measurement {unknown}. There are: {string.Join(' ', All.Select(each => each.Name))}");
            return 2;
        }
        var missed = new List<string>();
        foreach (var each in All.Where(each => args is [] || args.Contains(each.Name)))
        {
            Console.WriteLine($"{each.Name}:");
            var load = Machine.Load();
            var figures = await each.MeasureAsync();
            Report.Write(each.Name, figures, load);
            missed.AddRange(figures.Where(figure => figure.Reached is false).Select(figure => $"{each.Name}, {figure.What}: {figure.Ours} {figure.Share} ({figure.Wanted} is wanted)"));
        }
        foreach (var line in missed)
            Console.WriteLine($"MISSED {line}");
        return missed.Count is 0 ? 0 : 1;
    }
}

/// <summary>Something that is measured in one go.</summary>
/// <param name="Name">As it is asked for, and as its table is marked in <c>docs/benchmarks.md</c>.</param>
internal sealed record Measurement(string Name, Func<Task<IReadOnlyList<Figure>>> MeasureAsync);
