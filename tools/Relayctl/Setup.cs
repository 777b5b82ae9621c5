using System.Security.Cryptography;
using LeadRelay.Bus;

namespace LeadRelay.Relayctl;

/// <summary>
/// Gives each part of the full stack its secrets, each in a folder (a volume) of its own, and nobody another's. What the
/// secrets are is kept in the folder <c>setup</c>, and never made anew unless that is asked for; the parts' folders follow
/// from it and are written each time, so that a crash in between leaves nothing that the next run does not put right.
/// </summary>
/// <param name="volumes">The folder that has the parts' folders in it.</param>
public sealed class Setup(string volumes, TextWriter output)
{
    /// <summary>What <c>--rotate</c> knows, and which secrets that are. The others are known elsewhere, too, or must stay: the databases' own, Privacy__Key.</summary>
    private static readonly Dictionary<string, Func<string, bool>> Rotations = new()
    {
        ["operator"] = name => name is "operator-token",
        ["personal-data"] = name => name is "personal-data-token",
        ["broker"] = name => name.StartsWith("broker-", StringComparison.Ordinal),
        ["store"] = name => name.StartsWith("store-", StringComparison.Ordinal),
    };

    public static readonly string[] Services = ["intake", "webhookreceiver", "crmwriter", "postbackdispatcher", "auditstore"];

    /// <summary>The services with a store, and the database that each has for itself.</summary>
    private static readonly Dictionary<string, string> Databases = new() { ["crmwriter"] = "crm", ["postbackdispatcher"] = "postbacks", ["auditstore"] = "audit" };

    private const UnixFileMode ForEverybody = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly HashSet<string> made = [];
    private string? rotated;

    /// <param name="store">What the services' <c>Store__Url</c> is to be instead of the stack's MongoDB.</param>
    /// <param name="rotate">What is to be made anew.</param>
    /// <param name="seqKey">An API key that was made in Seq, for sending to it.</param>
    public void Run(string? store, string? rotate, string? seqKey)
    {
        if (rotate is not null && !Rotations.ContainsKey(rotate))
            throw new UsageException($"There is no {rotate} to rotate: say {string.Join(", ", Rotations.Keys)}.");
        rotated = rotate;
        if (seqKey is not null)
            Write("setup", "seq-key", seqKey, UnixFileMode.UserRead);

        var passwords = BrokerRights.Users.Keys.ToDictionary(user => user, user => Secret($"broker-{user}"));
        foreach (var (user, password) in passwords)
            Write(user, "Broker__Url", $"amqp://{user}:{password}@rabbitmq:5672/{BrokerDefinitions.VirtualHost}");
        // Last, and each time: its hashes are salted, so what is there does not say whose passwords it has.
        Write("rabbitmq", "definitions.json", BrokerDefinitions.Of(passwords));

        Write("mongo", "root", Secret("mongo-root"));
        Write("mongo", "keyfile", Secret("mongo-keyfile"));
        foreach (var (user, database) in Databases)
        {
            var password = Secret($"store-{user}");
            Write("mongo", user, password);
            Write(user, "Store__Url", store ?? $"mongodb://{user}:{password}@mongo:27017/{database}?replicaSet=rs0&authSource=admin");
        }

        var token = Secret("operator-token");
        foreach (var part in (string[])[.. Databases.Keys, "operator"])
            Write(part, "Operator__Token", token);
        foreach (var part in Databases.Keys)
            Write(part, "Operator__PersonalDataToken", Secret("personal-data-token"));
        Write("auditstore", "Privacy__Key", Secret("privacy-key"));

        Write("seq", "admin", Secret("seq-admin"));
        if (Read("setup", "seq-key") is { } key)
            foreach (var service in Services)
                Write(service, "OTEL_EXPORTER_OTLP_HEADERS", $"X-Seq-ApiKey={key}");

        output.WriteLine(made.Count is 0 ? "All secrets are there." : $"Made: {string.Join(", ", made.Order())}.");
        if (made.Contains("operator-token"))
            output.WriteLine($"The operator's token, which is shown this once: {token}");
    }

    /// <summary>One that is kept; made if it is missing or to be made anew: 256 random bits, as text that any address and file takes.</summary>
    private string Secret(string name)
    {
        if (Read("setup", name) is { } kept && (rotated is null || !Rotations[rotated](name) || made.Contains(name)))
            return kept;
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        Write("setup", name, secret, UnixFileMode.UserRead);
        made.Add(name);
        return secret;
    }

    private string? Read(string part, string name) =>
        File.Exists(Path.Combine(volumes, part, name)) && File.ReadAllText(Path.Combine(volumes, part, name)) is { Length: > 0 } text ? text : null;

    /// <summary>Whole or not at all. Readable for everybody who has the folder: that is one service, under a user that is not known here.</summary>
    public void Write(string part, string name, string text, UnixFileMode mode = ForEverybody)
    {
        if (OperatingSystem.IsWindows())
            throw new CommandException("setup is for the containers of the full stack, which run Linux.");
        var folder = Path.Combine(volumes, part);
        if (!Directory.Exists(folder))
            throw new CommandException($"There is no {folder}: each part's volume must be mounted below {volumes}.");
        if (Read(part, name) == text)
            return;
        var (path, aside) = (Path.Combine(folder, name), Path.Combine(folder, $".{name}.new"));
        File.Delete(aside);
        using (var file = new FileStream(aside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }
        File.SetUnixFileMode(aside, mode); // whatever the umask has taken away
        File.Move(aside, path, overwrite: true);
    }
}
