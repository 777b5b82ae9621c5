namespace LeadRelay.Sandbox;

/// <summary>A status of the stand-in's only set; a real company has ids of its own.</summary>
/// <param name="Archived">No order can be moved there any more.</param>
public sealed record OrderStatus(string Id, string Name, string Group, bool Archived = false)
{
    public static IReadOnlyList<OrderStatus> All { get; } =
    [
        new("1", "New", "PROCESSING"),
        new("2", "Callback", "PROCESSING"),
        new("3", "Accepted", "APPROVED"),
        new("4", "Rejected", "CANCELED"),
        new("5", "Trash", "SPAM"),
        new("6", "Shipped", "SHIPPED"),
        new("7", "No answer", "PROCESSING", Archived: true),
    ];

    public static OrderStatus? Find(string? id) => All.FirstOrDefault(status => status.Id == id);
}
