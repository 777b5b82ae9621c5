using System.Text;
using LeadRelay.Configuration;

namespace LeadRelay.Relayctl;

/// <summary>A change to the configuration folder: all of it and the folder is valid, or nothing of it.</summary>
internal sealed class Change(string folder)
{
    private readonly List<(string File, byte[]? Before, byte[] After)> parts = [];

    /// <summary>A file that must not be there yet.</summary>
    public void Create(string file, string text)
    {
        if (File.Exists(PathOf(file)))
            throw new CommandException($"{file} is there already; nothing was changed.");
        parts.Add((file, null, Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>A text more in a list of a file that is there.</summary>
    public void Append(string file, string key, string text)
    {
        if (!File.Exists(PathOf(file)))
            throw new CommandException($"There is no {file}; nothing was changed.");
        var before = File.ReadAllBytes(PathOf(file));
        parts.Add((file, before, JsonList.Append(before, key, text) ?? throw new CommandException($"{file} has no list under {key} that could be added to; nothing was changed.")));
    }

    /// <summary>Makes it; the configuration is then the one returned.</summary>
    /// <exception cref="CommandException">The folder would not be valid; it is as it was before.</exception>
    public RelayConfig Make()
    {
        if (!Directory.Exists(folder))
            throw new CommandException($"The configuration folder {Path.GetFullPath(folder)} does not exist; create it, or set Config__Path to where it is.");
        var done = 0;
        try
        {
            // A running service may read between two of them: what is referred to is written before what refers to it.
            for (; done < parts.Count; done++)
                Write(parts[done].File, parts[done].After, parts[done].Before);
            // The samples' keys are none of this change's business; whether they may stay is for the profile that the services run with.
            var (config, faults) = ConfigLoader.Load(folder, "sandbox");
            return config ?? throw new CommandException($"Nothing was changed, because the configuration would have {faults.Count} fault(s):\n{string.Join('\n', faults)}");
        }
        catch
        {
            while (--done >= 0)
                Restore(parts[done].File, parts[done].Before, parts[done].After);
            throw;
        }
    }

    private void Restore(string file, byte[]? before, byte[] after)
    {
        if (before is null)
            File.Delete(PathOf(file));
        else
            Write(file, before, after);
    }

    /// <summary>Written aside and moved, so that a reader sees the one or the other; services skip hidden files.</summary>
    private void Write(string file, byte[] content, byte[]? expected)
    {
        var path = PathOf(file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var aside = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Environment.ProcessId}.new");
        try
        {
            File.WriteAllBytes(aside, content);
            if (expected is not null && !File.ReadAllBytes(path).AsSpan().SequenceEqual(expected))
                throw new CommandException($"Somebody else changed {file} at the same moment; look at it and try again.");
            if (expected is not null && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(aside, File.GetUnixFileMode(path));
            File.Move(aside, path, overwrite: expected is not null);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    private string PathOf(string file) => Path.Combine(folder, file);
}
