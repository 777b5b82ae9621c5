using System.Security.Cryptography;
using System.Text;

namespace LeadRelay.Configuration;

/// <summary>
/// The configuration folder at one moment. All file reading happens here, once per look, so that what is judged and what
/// the fingerprint stands for are the same bytes.
/// </summary>
/// <param name="Unreadable">Faults of folders and files that could not be read.</param>
internal sealed record ConfigFiles(string Folder, IReadOnlyList<ConfigFile> Files, IReadOnlyList<ConfigFault> Unreadable)
{
    public static readonly IReadOnlyList<string> Kinds = ["connections", "partners", "campaigns", "trackers"];

    /// <summary>Hidden files, as editors and container mounts make them, are skipped by these options' default.</summary>
    private static readonly EnumerationOptions VisibleFiles = new() { IgnoreInaccessible = false };

    public static ConfigFiles Read(string folder)
    {
        var root = Path.GetFullPath(folder);
        var files = new List<ConfigFile>();
        var unreadable = new List<ConfigFault>();
        if (!Directory.Exists(root))
            unreadable.Add(new ConfigFault(root, "", null, "The configuration folder does not exist; create it, or set Config__Path to where it is."));
        foreach (var kind in Kinds.Where(k => Directory.Exists(Path.Combine(root, k))))
        {
            Guarded(kind, unreadable, () =>
            {
                foreach (var path in Directory.EnumerateFiles(Path.Combine(root, kind), "*.json", VisibleFiles).Order(StringComparer.Ordinal))
                {
                    var name = Path.GetFileNameWithoutExtension(path);
                    Guarded($"{kind}/{Path.GetFileName(path)}", unreadable, () => files.Add(new ConfigFile(kind, name, File.ReadAllBytes(path))));
                }
            });
        }
        return new ConfigFiles(root, files, unreadable);
    }

    public bool IsEmpty => Files.Count is 0 && Unreadable.Count is 0;

    public IEnumerable<ConfigFile> Of(string kind) => Files.Where(f => f.Kind == kind);

    /// <summary>
    /// Changes when a name or a content does. Times and lengths are left out: they lie (a restored file, a coarse clock), and
    /// a folder of small files is cheap to read whole.
    /// </summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Path}\n{file.Content.Length}\n"));
            hash.AppendData(file.Content);
        }
        foreach (var fault in Unreadable)
            hash.AppendData(Encoding.UTF8.GetBytes(fault + "\n"));
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static void Guarded(string path, List<ConfigFault> unreadable, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            unreadable.Add(new ConfigFault(path, "", null, $"It cannot be read: {e.Message}"));
        }
    }
}

/// <summary>One file: its folder, its name without <c>.json</c>, its bytes.</summary>
internal sealed record ConfigFile(string Kind, string Name, byte[] Content)
{
    public string Path => $"{Kind}/{Name}.json";
}
