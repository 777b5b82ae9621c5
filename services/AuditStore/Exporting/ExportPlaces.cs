namespace LeadRelay.AuditStore;

/// <summary>How many exports may be on their way at once: each holds pages in memory, and reads of the store that others wait for.</summary>
public sealed class ExportPlaces
{
    public const int All = 4;

    private int taken;

    /// <summary>Null when there is none left; else dispose it at the end.</summary>
    public IDisposable? Take()
    {
        if (Interlocked.Increment(ref taken) <= All)
            return new Place(this);
        Interlocked.Decrement(ref taken);
        return null;
    }

    private sealed class Place(ExportPlaces places) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) is 0)
                Interlocked.Decrement(ref places.taken);
        }
    }
}
