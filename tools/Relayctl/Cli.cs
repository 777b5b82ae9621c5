namespace LeadRelay.Relayctl;

/// <summary>The operators' command line.</summary>
/// <param name="folder">The configuration folder.</param>
/// <param name="profile">What <c>config check</c> judges by unless it is told otherwise.</param>
public sealed class Cli(string folder, string profile, TextWriter output, TextWriter errors)
{
    /// <summary>Where the stack's set-up has the volumes of all parts.</summary>
    private const string Volumes = "/volumes";

    private const string Help = """
        Usage: ./relayctl COMMAND

          config check [--profile PROFILE]
              Reads the configuration folder as the services do, and prints every fault, or what there is.
          partner new NAME [--role partner|advertiser]... [--campaign ALIAS]...
              Makes a partner with a new API key, adds it to the campaigns, and prints its sheet. The key is shown this once.
          partner key NAME
              Gives a partner a second API key, so that the first can be taken away without a gap.
          partner sheet NAME [--base URL]
              Prints what the partner needs: addresses, ready calls, macros, statuses.
          campaign new ALIAS --connection NAME --partner NAME... [--project ID] [--status ID]
              [--offer ID --webmaster ID] [--country CC] [--payout 12.50 --currency EUR]
              Makes a campaign. Its status_map is empty: every status is held until the map has it.
          crm check CONNECTION
              Asks the connection's SalesRender for its schema, statuses and fields, and says for each campaign of the connection
              what of it exists there. Changes nothing.
          crm statuses CONNECTION
              Prints the company's statuses as a status_map to paste into a campaign.
          crm doubts
              Lists the leads of which nobody knows whether SalesRender has their order.
          crm resolve LEAD_ID --order ID|none [--at TIME] [--reason TEXT]
              Ends such a doubt: the order exists and has this id, or there is none and the lead is sent again.
              With the time that crm doubts shows, a later doubt of the lead is left alone.
          postbacks check [CAMPAIGN] [--profile PROFILE]
              Reads the configuration folder alone, shows what each campaign would send for each event, and says what will likely
              go wrong: no click id, a status that the tracker does not know, an event that it throws away, a private address.
          postbacks preview CAMPAIGN --event EVENT|--status ID|--group GROUP [--order ID|--lead ID] [--click ID] [--partner NAME]
              Shows the postbacks as they would be sent, secrets masked, or why none would be; with an order, also what
              would become of the status now. Sends nothing. EVENT is wait, hold, approve, cancel or trash.
          postbacks test CAMPAIGN --event EVENT|--status ID|--group GROUP --click ID [--order ID|--lead ID] [--partner NAME]
              Sends them once, now, and prints the trackers' answers. No order is touched; the audit keeps it as a test.
          postbacks pending [FILTER] [--limit N]
              Lists what waits: since when, how often it was tried, when it is tried next, and what it waits for.
          postbacks list [FILTER] [--order oldest|newest] [--limit N] [--after PLACE]
              Lists postbacks in the order they were made, or the newest first. FILTER is any of --campaign, --partner,
              --target, --event, --state waiting|behind|claimed|delivered|failed|superseded|cancelled, --from TIME, --to TIME (UTC).
          postbacks show ID
              Prints one.
          postbacks resend ID [--fresh] [--reason TEXT]
              Sends one again as it was sent; with --fresh, as today's configuration has it. One that waits goes now.
          postbacks resend FILTER [--dry-run] [--fresh] [--reason TEXT]
              Sends all that fit again and shows how far it is; with --dry-run it only counts. Ctrl-C stops watching, not the work.
          postbacks cancel ID [--reason TEXT]
              Ends one that waits.
          postbacks remap CAMPAIGN [--dry-run] [--reason TEXT]
              Decides about the newest status of each of the campaign's orders again, by today's status_map and postbacks,
              and sends what its tracker has not been sent. With --dry-run it only counts.
          postbacks held [--campaign ALIAS] [--status ID|--group GROUP] [--limit N] [--after PLACE]
              Lists what is held because the campaign's status_map lacks the status, the oldest first; of one status
              what its release would mean.
          postbacks release CAMPAIGN --status ID|--group GROUP --label LABEL [--event EVENT] [--dry-run] [--reason TEXT]
              Says what a held status means, for all that is held in it now, and shows the line that says so of what comes later.
              A group means what is held without a status id. With --dry-run it only counts.
          postbacks jobs [JOB_ID] [--cancel]
              Shows how far resends, remappings and releases are, or one of them; --cancel stops it where it is.
          audit search [FILTER] [--order newest|oldest] [--limit N] [--after PLACE] [--personal]
              Finds messages. FILTER is any of --lead-id, --order-id, --connection, --click-id, --phone, --campaign, --partner,
              --kind NAME,NAME, --comment TEXT, --from TIME, --to TIME (UTC). What they say of people is masked; with
              --personal it is in clear, for whoever has the token for that, and goes on record.
          audit timeline LEAD_ID [--personal]
              Prints everything about a lead, the oldest first.
          audit statistics [--campaign ALIAS] [--partner NAME] [--from TIME] [--to TIME]
              Says what became of each campaign's leads, day by day.
          audit export [FILTER] [--format ndjson|csv] [--view messages|log] [--personal]
              Writes all that fits to standard output: messages, or the log of calls to SalesRender. Exit code 1 if it broke off.
          audit forget --lead-id ID|--phone NUMBER [--reason TEXT]
              Erases a person everywhere in the relay, for good. Needs the token for personal data.
          queues [QUEUE] [--limit N]
              Lists the messages that wait for a person: dead letters, and what a service failed at (QUEUE_error) or did not know
              (QUEUE_skipped); of each its id, when it was set aside, its kind, its lead, and why.
          queues redrive QUEUE [--message ID] [--limit N]
              Puts them back into the queues they came from. A message that comes a second time changes nothing.
          queues drop QUEUE --message ID --file FILE
              Takes one out of its queue for good and writes it to a new file.
          setup [--rotate operator|personal-data|broker|store] [--seq-key KEY]
              For the full stack (docker compose): makes the secrets that are missing, and gives each part its own.
          setup sandbox
              For the full stack: gives the services the sample configuration, and waits until they have taken it.
          help

        The audit commands ask AuditStore: AuditStore__Url (default http://127.0.0.1:8082) with the token in Operator__Token.
        The crm commands on doubts ask CrmWriter: CrmWriter__Url (default http://127.0.0.1:8084) with the token in Operator__Token.
        The postbacks commands but check ask PostbackDispatcher: PostbackDispatcher__Url (default http://127.0.0.1:8083) with the same token.
        The queues commands ask RabbitMQ: Broker__Url, with a user who may read these queues and write to the default exchange
        (the relay's own "operator"); Broker__CaFile and the like as for the services.
        The configuration folder is the one that the environment variable Config__Path names, else the repository's config.
        The partner commands take --base, the public address of Intake, for the sheet.
        Exit codes: 0 done, 1 not done (nothing was changed), a fault was found, or the job that was watched was cancelled,
        2 the command is not as above, 3 outcome unknown: it may be done, or be done yet; look before you say it again.
        """;

    /// <summary>Runs one command; returns the exit code.</summary>
    public async Task<int> RunAsync(params string[] args)
    {
        var (postbacks, audit) = (new PostbackCommands(output), new AuditCommands(output));
        try
        {
            return args switch
            {
                [] => throw new UsageException("Say which command."),
                ["help" or "--help" or "-h", ..] => Print(Help),
                ["config", "check", .. var rest] => new ConfigCheck(folder, output, errors).Run(new Arguments(rest, [], ["--profile"]), profile),
                ["partner", "new", .. var rest] => Print(PartnerCommands.New(folder, new Arguments(rest, ["NAME"], ["--base"], ["--role", "--campaign"]))),
                ["partner", "key", .. var rest] => Print(PartnerCommands.NewKey(folder, new Arguments(rest, ["NAME"], []))),
                ["partner", "sheet", .. var rest] => Print(PartnerCommands.ShowSheet(folder, new Arguments(rest, ["NAME"], ["--base"]))),
                ["campaign", "new", .. var rest] => Print(CampaignCommand.New(folder, new Arguments(rest, ["ALIAS"], CampaignCommand.Options, ["--partner"]))),
                ["crm", "doubts", .. var rest] => await DoubtCommands.ListAsync(new Arguments(rest, [], []), output),
                ["crm", "resolve", .. var rest] => await DoubtCommands.ResolveAsync(new Arguments(rest, ["LEAD_ID"], ["--order", "--at", "--reason"]), output),
                ["postbacks", "check", .. var rest] => new PostbackLint(folder, output, errors).Run(new Arguments(rest, ["CAMPAIGN"], ["--profile"], mayLackName: true), profile),
                ["postbacks", "preview", .. var rest] => await postbacks.PreviewAsync(new Arguments(rest, ["CAMPAIGN"], PostbackCommands.Trial)),
                ["postbacks", "test", .. var rest] => await postbacks.TestAsync(new Arguments(rest, ["CAMPAIGN"], PostbackCommands.Trial)),
                ["postbacks", "pending", .. var rest] => await postbacks.ListAsync("postbacks/pending", new Arguments(rest, [], [.. PostbackCommands.Filter, "--limit"])),
                ["postbacks", "list", .. var rest] => await postbacks.ListAsync("postbacks", new Arguments(rest, [], [.. PostbackCommands.Filter, "--order", "--limit", "--after"])),
                ["postbacks", "show", .. var rest] => await postbacks.ShowAsync(new Arguments(rest, ["ID"], [])),
                ["postbacks", "resend", .. var rest] => await postbacks.ResendAsync(
                    new Arguments(rest, ["ID"], [.. PostbackCommands.Filter, "--reason"], flags: ["--dry-run", "--fresh"], mayLackName: true)),
                ["postbacks", "cancel", .. var rest] => await postbacks.CancelAsync(new Arguments(rest, ["ID"], ["--reason"])),
                ["postbacks", "remap", .. var rest] => await postbacks.RemapAsync(new Arguments(rest, ["CAMPAIGN"], ["--reason"], flags: ["--dry-run"])),
                ["postbacks", "held", .. var rest] => await postbacks.HeldAsync(new Arguments(rest, [], ["--campaign", "--status", "--group", "--limit", "--after"])),
                ["postbacks", "release", .. var rest] => await postbacks.ReleaseAsync(
                    new Arguments(rest, ["CAMPAIGN"], ["--status", "--group", "--label", "--event", "--reason"], flags: ["--dry-run"])),
                ["postbacks", "jobs", .. var rest] => await postbacks.JobsAsync(new Arguments(rest, ["JOB_ID"], [], flags: ["--cancel"], mayLackName: true)),
                ["audit", "search", .. var rest] => await audit.SearchAsync(new Arguments(rest, [], [.. AuditCommands.Filter, "--limit", "--after", "--order"], flags: ["--personal"])),
                ["audit", "timeline", .. var rest] => await audit.TimelineAsync(new Arguments(rest, ["LEAD_ID"], [], flags: ["--personal"])),
                ["audit", "statistics", .. var rest] => await audit.StatisticsAsync(new Arguments(rest, [], ["--campaign", "--partner", "--from", "--to"])),
                ["audit", "export", .. var rest] => await audit.ExportAsync(new Arguments(rest, [], [.. AuditCommands.Filter, "--format", "--view"], flags: ["--personal"])),
                ["audit", "forget", .. var rest] => await audit.ForgetAsync(new Arguments(rest, [], ["--lead-id", "--phone", "--reason"])),
                ["queues", "redrive", .. var rest] => await new QueueCommands(output).RedriveAsync(new Arguments(rest, ["QUEUE"], ["--message", "--limit"])),
                ["queues", "drop", .. var rest] => await new QueueCommands(output).DropAsync(new Arguments(rest, ["QUEUE"], ["--message", "--file"])),
                ["queues", .. var rest] => await new QueueCommands(output).ListAsync(new Arguments(rest, ["QUEUE"], ["--limit"], mayLackName: true)),
                ["setup", "sandbox"] => await SandboxAsync(),
                ["setup", .. var rest] => SetUp(new Arguments(rest, [], ["--rotate", "--seq-key"])),
                ["crm", "check", .. var rest] => await new CrmCommands(folder, output, errors).CheckAsync(new Arguments(rest, ["CONNECTION"], [])),
                ["crm", "statuses", .. var rest] => await new CrmCommands(folder, output, errors).StatusesAsync(new Arguments(rest, ["CONNECTION"], [])),
                _ => throw new UsageException($"There is no command {string.Join(' ', args.Take(2))}."),
            };
        }
        catch (UsageException e)
        {
            errors.WriteLine($"{e.Message} ./relayctl help shows all commands.");
            return 2;
        }
        catch (Exception e) when (e is CommandException or IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(e.Message);
            return 1;
        }
        catch (OutcomeUnknownException e)
        {
            errors.WriteLine(e.Message);
            return 3;
        }
    }

    private int SetUp(Arguments arguments)
    {
        new Setup(Volumes, output).Run(Environment.GetEnvironmentVariable("Store__Url") is { Length: > 0 } given ? given : null, arguments["--rotate"], arguments["--seq-key"]);
        return 0;
    }

    private async Task<int> SandboxAsync()
    {
        await new SetupSandbox("/samples", Volumes, output).RunAsync();
        return 0;
    }

    private int Print(string text)
    {
        output.WriteLine(text);
        return 0;
    }
}

/// <summary>The command was understood and could not be carried out; nothing was changed.</summary>
internal sealed class CommandException(string message) : Exception(message);

/// <summary>The command was sent, and may have been carried out, or may be yet.</summary>
internal sealed class OutcomeUnknownException(string message) : Exception(message);

/// <summary>The command is not written as it should be.</summary>
internal sealed class UsageException(string message) : Exception(message);
