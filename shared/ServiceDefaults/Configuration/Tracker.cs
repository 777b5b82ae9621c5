namespace LeadRelay.Configuration;

/// <summary>How one kind of tracker wants to be spoken to: <c>trackers/NAME.json</c>.</summary>
/// <param name="Name">The file's.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Source">Where this is known from.</param>
/// <param name="Form">Of its postbacks' URLs.</param>
/// <param name="MoneyParameters">Further parameters of <see cref="StatusEvent.Approve"/> alone.</param>
/// <param name="Words">The tracker's word for each event; an event without one is not sent.</param>
/// <param name="TransactionId">What <c>{tid}</c> stands for.</param>
/// <param name="Repeat">What it makes of another postback with the same click and transaction id.</param>
public sealed record Tracker(
    string Name,
    string Title,
    string Source,
    TrackerForm Form,
    IReadOnlyDictionary<string, string> MoneyParameters,
    IReadOnlyDictionary<StatusEvent, string> Words,
    TransactionId TransactionId,
    TrackerRepeat Repeat)
{
    /// <summary>The name of the file for trackers that have none.</summary>
    internal const string Generic = "generic";

    /// <summary>What it replaces by its click id in a traffic link, as <c>{subid}</c>; null where that is not known.</summary>
    public string? ClickMacro { get; init; }

    /// <summary>Events whose URLs have a form of their own, money parameters apart.</summary>
    public IReadOnlyDictionary<StatusEvent, TrackerForm> OwnForms { get; init; } = new Dictionary<StatusEvent, TrackerForm>();

    /// <summary>Parameters that each postback must bring itself, as a token: name to what it is.</summary>
    public IReadOnlyDictionary<string, string> Needs { get; init; } = new Dictionary<string, string>();

    /// <summary>Status words that it takes; empty means any.</summary>
    public IReadOnlySet<string> KnownWords { get; init; } = new HashSet<string>();

    /// <summary>The word that it takes a postback without a status for; null where that is harmless.</summary>
    public string? WithoutStatus { get; init; }

    /// <summary>What its answers mean.</summary>
    public AnswerRules Answers { get; init; } = AnswerRules.None;

    /// <summary>Events that the tracker must have had before later ones mean anything to it.</summary>
    public IReadOnlySet<StatusEvent> RequiredFirst { get; init; } = new HashSet<StatusEvent>();

    /// <summary>What goes wrong with it although everything looks right, in sentences.</summary>
    public IReadOnlyList<string> Traps { get; init; } = [];

    /// <summary>The rules for answers where a postback names no tracker: those of <c>trackers/generic.json</c>, if there is one.</summary>
    public static AnswerRules AnswersOfUnnamed(IReadOnlyDictionary<string, Tracker> trackers) => trackers.GetValueOrDefault(Generic)?.Answers ?? AnswerRules.None;

    /// <summary>The form of an event's URLs, money parameters apart.</summary>
    public TrackerForm FormOf(StatusEvent statusEvent) => OwnForms.GetValueOrDefault(statusEvent, Form);

    /// <summary>Whether a URL is for an event: one that has addresses of their own for some events takes each there only.</summary>
    public bool Takes(StatusEvent statusEvent, string url) => OwnForms.Count is 0 || url.Split('?')[0].EndsWith(FormOf(statusEvent).Path, StringComparison.Ordinal);

    /// <summary>The template of an event for a tracker at a base URL.</summary>
    /// <param name="own">The postback's own parameters: they replace those of the same name, and else come last.</param>
    public string UrlFor(StatusEvent statusEvent, string baseUrl, IReadOnlyDictionary<string, string> own)
    {
        var form = FormOf(statusEvent);
        var parameters = statusEvent is StatusEvent.Approve ? form.Parameters.Concat(MoneyParameters) : form.Parameters;
        var all = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in parameters.Concat(own))
            all[name] = value;
        return baseUrl.TrimEnd('/') + form.Path + "?" + string.Join('&', all.Select(p => $"{p.Key}={p.Value}"));
    }
}

/// <summary>The form of a postback's URL.</summary>
/// <param name="Path">Below the base URL, as <c>/postback</c>.</param>
/// <param name="Parameters">Name to template value, in order; a value is literal text and macros.</param>
public sealed record TrackerForm(string Path, IReadOnlyDictionary<string, string> Parameters);

/// <summary>What tells a tracker which conversion a postback is about, besides the click.</summary>
public enum TransactionId
{
    /// <summary>The same over an order's life: a later postback changes the conversion.</summary>
    Order,

    /// <summary>Another for each event: a later postback is a conversion of its own.</summary>
    Event,

    /// <summary>It has none.</summary>
    None,
}

/// <summary>What a tracker makes of a further postback that has the click and the transaction id of an earlier one.</summary>
public enum TrackerRepeat
{
    /// <summary>The conversion is changed.</summary>
    Updates,

    /// <summary>It is thrown away.</summary>
    Ignored,

    /// <summary>It is counted once more.</summary>
    Adds,
}
