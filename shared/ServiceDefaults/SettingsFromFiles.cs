using Microsoft.Extensions.Configuration;

namespace LeadRelay;

/// <summary>
/// Settings from a folder of files, as containers are given secrets: a file's name is the setting's (<c>Operator__Token</c>),
/// its text the value. The folder is named by <c>Secrets__Path</c>; without that there is none.
/// </summary>
public static class SettingsFromFiles
{
    /// <summary>Adds it; what a file says counts before the environment, and a changed file counts again within seconds.</summary>
    /// <exception cref="InvalidOperationException">There is no such folder.</exception>
    public static void AddSettingsFromFiles(this IConfigurationManager settings)
    {
        if (settings["Secrets:Path"] is not { Length: > 0 } path)
            return;
        var folder = Path.GetFullPath(path);
        if (!Directory.Exists(folder))
            throw new InvalidOperationException($"Secrets__Path names {folder}, and there is no such folder: make it, or mount it there, or leave the setting out.");
        settings.AddKeyPerFile(folder, optional: false, reloadOnChange: true);
    }
}
