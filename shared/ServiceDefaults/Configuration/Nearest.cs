namespace LeadRelay.Configuration;

/// <summary>What a person most likely meant by a word that is not known.</summary>
internal static class Nearest
{
    /// <summary>A sentence to append to a fault: the nearest word, or all there are.</summary>
    public static string Hint(string word, IReadOnlyCollection<string> known)
    {
        var nearest = known.Select(k => (Word: k, Distance: Distance(word, k))).DefaultIfEmpty((Word: "", Distance: int.MaxValue)).MinBy(k => k.Distance);
        return nearest.Distance <= (nearest.Word.Length < 4 ? 1 : Math.Max(2, nearest.Word.Length / 3)) ? $" Did you mean \"{nearest.Word}\"?"
            : known.Count is 0 ? ""
            : $" There is: {string.Join(", ", known)}.";
    }

    /// <summary>Levenshtein's distance, blind to case. Words that are far too long are far away.</summary>
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 8)
            return int.MaxValue;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
