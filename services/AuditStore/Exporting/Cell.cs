namespace LeadRelay.AuditStore;

/// <summary>What a value of a row is, and so how it is written.</summary>
public enum CellKind
{
    /// <summary>From outside, or of people's choice: a spreadsheet must not take it for a formula.</summary>
    Text,

    /// <summary>Of the relay's own making: ids, times, words of a closed list.</summary>
    Own,

    /// <summary>Digits.</summary>
    Number,

    /// <summary>JSON in one line.</summary>
    Json,
}

/// <summary>One value of a row.</summary>
/// <param name="Value">Null for what is not there.</param>
public readonly record struct Cell(CellKind Kind, string? Value)
{
    public static Cell Text(string? value) => new(CellKind.Text, value);

    public static Cell Own(string? value) => new(CellKind.Own, value);

    public static Cell Own(Guid? value) => new(CellKind.Own, value?.ToString());

    /// <summary>UTC, to the millisecond.</summary>
    public static Cell Own(DateTimeOffset value) => new(CellKind.Own, value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));

    public static Cell Number(string? value) => new(CellKind.Number, value);

    public static Cell Json(string? value) => new(CellKind.Json, value);
}
