using System.Text;
using System.Text.Json;

namespace LeadRelay.Relayctl;

/// <summary>Adds to a list in a JSON file that people wrote: every other byte stays as it is, comments included.</summary>
internal static class JsonList
{
    private static readonly JsonReaderOptions AsWritten = new() { CommentHandling = JsonCommentHandling.Allow, AllowTrailingCommas = true };

    /// <summary>The file with a text appended to the list under a key of the outermost object; null when there is no such list.</summary>
    public static byte[]? Append(byte[] file, string key, string text)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        var start = file.AsSpan().StartsWith(mark) ? mark.Length : 0;
        return Find(file.AsSpan(start), key) is { } list ? Append(file, list.MovedBy(start), JsonSerializer.Serialize(text)) : null;
    }

    private static byte[] Append(byte[] file, Place list, string item)
    {
        var end = list.Close;
        while (end > list.LastEnd && file[end - 1] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            end--;
        var lines = file.AsSpan(list.Open, list.Close - list.Open).Contains((byte)'\n');
        var newLine = file.AsSpan().IndexOf("\r\n"u8) >= 0 ? "\r\n" : "\n";
        // Behind whatever comment the last item has, so that the comment stays with it; the comma goes directly behind the item.
        var comma = list.IsEmpty || list.HasComma ? "" : ",";
        var before = lines ? newLine + Indent(file, list.LastEnd) : list.IsEmpty ? "" : " ";
        return
        [
            .. file[..list.LastEnd], .. Encoding.UTF8.GetBytes(comma),
            .. file[list.LastEnd..end], .. Encoding.UTF8.GetBytes(before + item),
            .. file[end..],
        ];
    }

    private static string Indent(byte[] file, int at)
    {
        var line = file.AsSpan(0, at).LastIndexOf((byte)'\n') + 1;
        var length = file.AsSpan(line).IndexOfAnyExcept((byte)' ', (byte)'\t');
        return Encoding.UTF8.GetString(file, line, Math.Max(0, length));
    }

    private static Place? Find(ReadOnlySpan<byte> json, string key)
    {
        var reader = new Utf8JsonReader(json, AsWritten);
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth is not 1 || reader.TokenType is not JsonTokenType.PropertyName || !reader.ValueTextEquals(key))
                    continue;
                while (reader.Read() && reader.TokenType is JsonTokenType.Comment) { }
                return reader.TokenType is JsonTokenType.StartArray ? Measure(ref reader, json) : null;
            }
        }
        catch (JsonException)
        {
            // Loading the folder says what is wrong and where.
        }
        return null;
    }

    private static Place Measure(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var open = (int)reader.BytesConsumed;
        var (lastEnd, isEmpty, hasComma) = (open, true, false);
        var seen = open;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            hasComma |= json[seen..(int)reader.TokenStartIndex].Contains((byte)',');
            if (reader.TokenType is not JsonTokenType.Comment)
            {
                reader.Skip();
                (lastEnd, isEmpty, hasComma) = ((int)reader.BytesConsumed, false, false);
            }
            seen = (int)reader.BytesConsumed;
        }
        var close = (int)reader.TokenStartIndex;
        return new Place(open, lastEnd, close, isEmpty, hasComma || json[seen..close].Contains((byte)','));
    }

    /// <summary>Where a list is in a file.</summary>
    /// <param name="Open">Behind the opening bracket.</param>
    /// <param name="LastEnd">Behind the last item, or <paramref name="Open"/>.</param>
    /// <param name="Close">Before the closing bracket.</param>
    /// <param name="HasComma">Whether a comma follows the last item.</param>
    private sealed record Place(int Open, int LastEnd, int Close, bool IsEmpty, bool HasComma)
    {
        public Place MovedBy(int bytes) => this with { Open = Open + bytes, LastEnd = LastEnd + bytes, Close = Close + bytes };
    }
}
