using Google.Protobuf;

namespace LeadRelay.OtlpSink;

/// <summary>A Protocol Buffers message without its schema: what stands under which number.</summary>
public sealed class Field
{
    private readonly ILookup<int, object> values;

    /// <exception cref="InvalidProtocolBufferException">It is none.</exception>
    public Field(byte[] message)
    {
        var (found, input) = (new List<(int, object)>(), new CodedInputStream(message));
        while (input.ReadTag() is > 0 and var tag)
        {
            found.Add((WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadUInt64(),
                WireFormat.WireType.Fixed64 => input.ReadFixed64(),
                WireFormat.WireType.Fixed32 => (ulong)input.ReadFixed32(),
                WireFormat.WireType.LengthDelimited => input.ReadBytes().ToByteArray(),
                var other => throw new InvalidDataException($"Wire type {other} is none of OTLP's."),
            }));
        }
        values = found.ToLookup(f => f.Item1, f => f.Item2);
    }

    public IEnumerable<Field> All(int number) => values[number].Select(value => new Field((byte[])value));

    public Field? One(int number) => values[number].LastOrDefault() is byte[] value ? new Field(value) : null;

    public string? Text(int number) => values[number].LastOrDefault() is byte[] value ? System.Text.Encoding.UTF8.GetString(value) : null;

    /// <summary>Lower case; null where there is nothing.</summary>
    public string? Hex(int number) => values[number].LastOrDefault() is byte[] { Length: > 0 } value ? Convert.ToHexStringLower(value) : null;

    public ulong? Number(int number) => values[number].LastOrDefault() as ulong?;
}
