using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>
/// Reads the configuration folder: <c>connections/</c>, <c>partners/</c>, <c>campaigns/</c>, <c>trackers/</c>, one JSON file
/// each, the file's name being the name. Every fault of every file is found in one go.
/// </summary>
public static partial class ConfigLoader
{
    /// <param name="folder">An empty one is valid; one that does not exist is a fault.</param>
    /// <param name="profile"><c>embedded</c> and <c>sandbox</c> allow the samples' keys; any other refuses them.</param>
    public static LoadResult Load(string folder, string profile) => Load(ConfigFiles.Read(folder), profile);

    /// <summary>Whether something can be called so: a file's name without <c>.json</c>.</summary>
    public static bool IsName(string text) => NameForm().IsMatch(text);

    internal static LoadResult Load(ConfigFiles files, string profile)
    {
        var names = ConfigFiles.Kinds.ToDictionary(k => k, k => (IReadOnlyCollection<string>)files.Of(k).Select(f => f.Name).ToList());
        var faults = files.Unreadable.ToList();
        // Trackers come first: postbacks are made from them. Connections come before campaigns, which are written for one of the APIs.
        var trackers = ReadAll(files.Of("trackers"), faults, TrackerReader.Read);
        var around = new Surroundings(files.Folder, profile is "embedded" or "sandbox", names, trackers);
        var config = new RelayConfig(
            ReadAll(files.Of("connections"), faults, (name, section) => ConnectionReader.Read(name, section, around)),
            ReadAll(files.Of("partners"), faults, new PartnerReader(around, []).Read),
            ReadAll(files.Of("campaigns"), faults, (name, section) => CampaignReader.Read(name, section, around)),
            trackers) { Folder = files.Folder };
        return new LoadResult(faults.Count is 0 ? config : null, faults);
    }

    private static Dictionary<string, T> ReadAll<T>(IEnumerable<ConfigFile> files, List<ConfigFault> faults, Func<string, Section, T> read)
    {
        var all = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var log = new FaultLog(file.Path);
            if (!IsName(file.Name))
                log.Add("", null, "The file's name, which is the name used everywhere, should be of a-z, 0-9, _ and -, up to 64, a letter or digit first; rename it.");
            using var document = JsonText.Parse(file.Content, "", log);
            var result = document is null ? default : new Node(document.RootElement, "", log).Object(section => read(file.Name, section));
            if (log.Faults.Count is 0)
                all[file.Name] = result!;
            faults.AddRange(log.Faults);
        }
        return all;
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9_-]{0,63}\z")]
    private static partial Regex NameForm();
}
