namespace LeadRelay;

/// <summary>What a process leaves alone for now, as its operators' API tells it: in its own memory, and another replica may know of others.</summary>
public sealed record PauseList(IReadOnlyList<Pause> Pauses);

/// <summary>Something outside that is left alone for a while, as it failed again and again.</summary>
/// <param name="Name">A tracker's scheme, host and port, or a connection's name.</param>
/// <param name="Until">Then one call tries again; past while that call is under way.</param>
/// <param name="Text">Why, and what to do about it.</param>
public sealed record Pause(string Name, DateTimeOffset Until, string Text);
