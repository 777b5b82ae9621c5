using System.Buffers;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsvHelper;

namespace LeadRelay.AuditStore;

/// <summary>Writes rows into a response's pipe; flushing that is for others.</summary>
public abstract class RowWriter : IDisposable
{
    public abstract void Write(IReadOnlyList<Cell> row);

    public virtual void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>A JSON object per line.</summary>
public sealed class NdjsonWriter(PipeWriter body, IReadOnlyList<string> columns) : RowWriter
{
    private readonly JsonEncodedText[] names = [.. columns.Select(name => JsonEncodedText.Encode(name))];
    private readonly Utf8JsonWriter json = new(body, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public override void Write(IReadOnlyList<Cell> row)
    {
        json.Reset();
        json.WriteStartObject();
        for (var i = 0; i < names.Length; i++)
        {
            json.WritePropertyName(names[i]);
            switch (row[i])
            {
                case { Value: null }: json.WriteNullValue(); break;
                case { Kind: CellKind.Number or CellKind.Json, Value: var raw }: json.WriteRawValue(raw, skipInputValidation: true); break;
                case { Value: var text }: json.WriteStringValue(text); break;
            }
        }
        json.WriteEndObject();
        json.Flush();
        body.Write("\n"u8);
    }

    public override void Dispose()
    {
        json.Dispose();
        base.Dispose();
    }
}

/// <summary>RFC 4180 in UTF-8, a header first, and no text that a spreadsheet would run as a formula.</summary>
public sealed class CsvRowWriter : RowWriter
{
    private readonly CsvWriter csv;

    public CsvRowWriter(PipeWriter body, IReadOnlyList<string> columns)
    {
        // Quoted is also what begins or ends with a space, which some readers would cut off.
        csv = CsvWriter.Create(new Buffered(body), CsvWriterOptions.Default with { Quoting = CsvQuoting.WhenNeededOrWhitespace });
        Write([.. columns.Select(name => Cell.Own(name))]);
    }

    public override void Write(IReadOnlyList<Cell> row)
    {
        foreach (var (kind, value) in row)
            csv.WriteField(kind is CellKind.Text ? Formula.Disarm(value) : value);
        csv.EndRecord();
        csv.Flush();
    }

    public override void Dispose()
    {
        csv.Dispose();
        base.Dispose();
    }

    /// <summary>The pipe as a stream that never flushes, so that nothing blocks.</summary>
    private sealed class Buffered(PipeWriter body) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Write(ReadOnlySpan<byte> buffer) => body.Write(buffer);
        public override void Write(byte[] buffer, int offset, int count) => body.Write(buffer.AsSpan(offset, count));
        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
