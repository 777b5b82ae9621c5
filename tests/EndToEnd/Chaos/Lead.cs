namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>What those outside the relay know of one lead. Each member is written by one of them.</summary>
public sealed class Lead(Story story)
{
    private int accepted;

    public Story Story => story;

    /// <summary>By the answer that accepted it; null as long as there is none.</summary>
    public Guid? Id { get; set; }

    /// <summary>The order's id, where the partner was told one.</summary>
    public string? ToldOrder { get; set; }

    /// <summary>The partner was told at once that SalesRender refuses it.</summary>
    public bool WasRefused { get; set; }

    /// <summary>An answer that is none of those a partner is promised.</summary>
    public string? OddAnswer { get; set; }

    /// <summary>The Sandbox's orders with this click id.</summary>
    public List<string> Orders { get; } = [];

    /// <summary>An operator was asked to decide, and did.</summary>
    public bool WasDecided { get; set; }

    /// <summary>What its tracker was told, in the order it came.</summary>
    public List<Receipt> Receipts { get; } = [];

    /// <summary>The changes that were answered with success: bit n is the nth.</summary>
    public int Accepted => Volatile.Read(ref accepted);

    /// <summary>Whether it is so for the first time.</summary>
    public bool Accept(Change change) => (Interlocked.Or(ref accepted, 1 << change.Nth) & (1 << change.Nth)) is 0;
}

/// <summary>A postback that came.</summary>
/// <param name="Nth">The change that it tells of.</param>
/// <param name="IsAccepted">The tracker answered 200; of the others the relay has reason to think that they did not arrive.</param>
public readonly record struct Receipt(int Nth, string? OrderId, bool IsAccepted);
