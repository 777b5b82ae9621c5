using System.Globalization;
using System.Text;
using LeadRelay.Tests.EndToEnd;

namespace LeadRelay.Bench;

/// <summary>A row of a measurement's table.</summary>
/// <param name="What">What was measured, with its unit.</param>
/// <param name="Ours">LeadRelay's figure: the rounds' median, and their spread.</param>
/// <param name="Beside">The bare limit's, measured in turn with ours; empty where there is none.</param>
/// <param name="Share">Ours as a part of the bare limit's.</param>
/// <param name="Wanted">What is wanted of it; empty where nothing is.</param>
/// <param name="Reached">Whether it is what was wanted; null where nothing is.</param>
internal sealed record Figure(string What, string Ours, string Beside = "", string Share = "", string Wanted = "", bool? Reached = null)
{
    public static Figure Of(string what, Rounds ours, string wanted = "", Func<double, bool>? isReached = null) =>
        new(what, $"{ours}", Wanted: wanted, Reached: isReached?.Invoke(ours.Median));

    /// <summary>Ours and the bare limit's, and that each round's share of it has this median at least.</summary>
    public static Figure AtLeast(string what, Rounds ours, Rounds bare, double? share) => new(what, $"{ours}", $"{bare}", $"{ours.Per(bare):0.00}", share is null ? "" : $"≥ {share:0.00}", share is null ? null : ours.Per(bare) >= share);

    /// <summary>Ours and the bare limit's, and that it is so many times that at most.</summary>
    public static Figure AtMost(string what, Rounds ours, Rounds bare, double? share) => new(what, $"{ours}", $"{bare}", $"{ours.Per(bare):0.00}", share is null ? "" : $"≤ {share:0.00}", share is null ? null : ours.Per(bare) <= share);
}

/// <summary>What the rounds of one measurement gave.</summary>
internal sealed record Rounds(params double[] Values)
{
    public double Median => MedianOf(Values);

    /// <summary>Of the rounds' quotients, the median: what made a round slow made both sides of it slow.</summary>
    public double Per(Rounds other) => MedianOf([.. Values.Zip(other.Values, (ours, theirs) => ours / theirs)]);

    public override string ToString() => Values.Length is 1 ? Text(Values[0]) : $"{Text(Median)} ({Text(Values.Min())}–{Text(Values.Max())})";

    private static double MedianOf(double[] values)
    {
        var ordered = values.Order().ToArray();
        return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }

    private static string Text(double value) => value.ToString(value >= 100 ? "#,##0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}

/// <summary>Prints a table, and puts it into <c>docs/benchmarks.md</c> between the measurement's marks; what people wrote around it stays.</summary>
internal static class Report
{
    private static string Document => Path.Combine(TestRun.Repository, "docs", "benchmarks.md");

    /// <param name="load">The machine's load before the measurement began.</param>
    public static void Write(string name, IReadOnlyList<Figure> figures, string load)
    {
        var table = Table(figures);
        Console.WriteLine(table);
        var text = File.ReadAllText(Document);
        text = Replace(text, name, $"{Machine.Now}, {Machine.Version}; load average before it: {load}\n\n{table}");
        File.WriteAllText(Document, Replace(text, "machine", Machine.Description));
    }

    private static string Table(IReadOnlyList<Figure> figures)
    {
        // Columns that nobody fills are left out.
        (string Title, Func<Figure, string> Cell)[] columns =
        [
            ("", figure => figure.What), ("LeadRelay", figure => figure.Ours), ("bare", figure => figure.Beside), ("share", figure => figure.Share), ("wanted", figure => figure.Wanted),
            ("", figure => figure.Reached switch { true => "yes", false => "**no**", null => "" }),
        ];
        columns = [.. columns.Where(column => figures.Any(figure => column.Cell(figure).Length > 0))];
        var table = new StringBuilder();
        table.Append("| ").AppendJoin(" | ", columns.Select(column => column.Title)).Append(" |\n|").Insert(table.Length, " --- |", columns.Length).Append('\n');
        foreach (var figure in figures)
            table.Append("| ").AppendJoin(" | ", columns.Select(column => column.Cell(figure))).Append(" |\n");
        return table.ToString();
    }

    private static string Replace(string text, string name, string content)
    {
        var (begin, end) = ($"<!-- {name} -->", $"<!-- /{name} -->");
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal), text.IndexOf(end, StringComparison.Ordinal));
        if (from < 0 || to < from)
            throw new InvalidOperationException($"docs/benchmarks.md has no place for the measurement {name}: a line {begin} and a line {end}.");
        return $"{text[..(from + begin.Length)]}\n{content.TrimEnd()}\n{text[to..]}";
    }
}
