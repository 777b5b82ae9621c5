using System.Text.Json;

namespace LeadRelay.Configuration;

/// <summary>JSON as people write it: with comments and trailing commas.</summary>
internal static class JsonText
{
    private static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Parses a text; null when it is no JSON, which is one fault at <paramref name="path"/>.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> utf8, string path, FaultLog faults)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        if (utf8.Span.StartsWith(mark))
            utf8 = utf8[mark.Length..];
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(utf8, Options);
            Check(document.RootElement, path, faults);
            return document;
        }
        catch (JsonException e)
        {
            var what = e.Message.Split(" LineNumber:")[0];
            faults.Add(path, null, $"This is not valid JSON, line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}: {what}");
        }
        catch (InvalidOperationException)
        {
            faults.Add(path, null, "A text in it is not valid Unicode; save the file as UTF-8, and write no half of a surrogate pair.");
        }
        document?.Dispose();
        return null;
    }

    /// <summary>The path of a key below another.</summary>
    public static string Join(string path, string key) => path is "" ? key : $"{path}.{key}";

    /// <summary>Reports keys that stand twice in an object, and touches every text: a broken one throws here and nowhere later.</summary>
    private static void Check(JsonElement element, string path, FaultLog faults)
    {
        if (element.ValueKind is JsonValueKind.String)
            _ = element.GetString();
        if (element.ValueKind is JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in element.EnumerateArray())
                Check(item, $"{path}[{index++}]", faults);
        }
        if (element.ValueKind is not JsonValueKind.Object)
            return;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            var below = Join(path, property.Name);
            if (!seen.Add(property.Name))
                faults.Add(below, null, "This key stands twice in the same object; remove one of the two.");
            Check(property.Value, below, faults);
        }
    }
}
