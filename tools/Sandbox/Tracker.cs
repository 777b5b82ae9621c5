namespace LeadRelay.Sandbox;

/// <summary>All postbacks of all trackers, in the order of arrival.</summary>
public sealed class Tracker
{
    public const string Default = "default";

    private readonly Lock gate = new();
    private readonly List<Postback> postbacks = [];

    public void Add(Postback postback)
    {
        lock (gate)
            postbacks.Add(postback);
    }

    public IReadOnlyList<Postback> Postbacks()
    {
        lock (gate)
            return [.. postbacks];
    }

    public void Clear()
    {
        lock (gate)
            postbacks.Clear();
    }

    /// <summary>How many say what an accepted one said before them.</summary>
    public static int Repeated(IEnumerable<Postback> postbacks)
    {
        var accepted = new HashSet<object>();
        return postbacks.Count(postback => postback.Accepted ? !accepted.Add(postback.Identity) : accepted.Contains(postback.Identity));
    }
}
