using LeadRelay.Configuration;

namespace LeadRelay.Tests.Rules.Relayctl;

public sealed class CampaignAndCheckTests : IDisposable
{
    private readonly CopyOfSamples folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_campaign_with_everything_given_has_it()
    {
        folder.Do("campaign new nutra --connection sandbox --partner demo-partner --partner demo-advertiser --project 1 --status 2 --offer 3 --webmaster 4 --country pl --payout 12.50 --currency EUR");

        var campaign = folder.Config().Campaigns["nutra"];
        Assert.Equal(("1", "2", "3", "4", "PL"), (campaign.ProjectId, campaign.InitialStatusId, campaign.OfferId, campaign.WebmasterId, campaign.Country));
        Assert.Equal(new Payout(12.50m, "EUR"), campaign.Payout);
        Assert.Equal(["demo-advertiser", "demo-partner"], campaign.Partners.Order());
    }

    [Fact]
    public void A_campaign_with_little_given_is_valid_and_guesses_nothing()
    {
        var output = folder.Do("campaign new nutra --connection sandbox --partner demo-partner");

        var campaign = folder.Config().Campaigns["nutra"];
        Assert.Empty(campaign.StatusMap.Entries);
        Assert.Null(campaign.Payout);
        Assert.Null(campaign.Country);
        Assert.Contains("REPLACE-PROJECT-ID", output, StringComparison.Ordinal);
        Assert.Contains("status_map, which is empty", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_campaign_for_a_webmasters_connection_is_valid_and_asks_for_its_offer()
    {
        folder.Write("connections/acme.json", """
            {"api": "cpa", "base_url": "https://x.example", "company_id": 1, "cpa_token": "env:CPA", "webhook": {"secrets": ["env:HOOK"]}}
            """);

        Assert.Contains("REPLACE-OFFER-ID", folder.Do("campaign new little --connection acme --partner demo-partner"), StringComparison.Ordinal);
        folder.Do("campaign new much --connection acme --partner demo-partner --offer 3 --webmaster 4 --status 2");

        var (little, much) = (folder.Config().Campaigns["little"], folder.Config().Campaigns["much"]);
        Assert.Equal((null, null, "REPLACE-OFFER-ID", "data.string_1"), (little.ProjectId, little.InitialStatusId, little.OfferId, little.FieldMapping["click_id"]));
        Assert.Equal(("2", "3", "4"), (much.InitialStatusId, much.OfferId, much.WebmasterId));
    }

    [Fact]
    public void The_comments_of_a_new_campaign_are_right_when_the_slashes_are_removed()
    {
        folder.Do("campaign new nutra --connection sandbox --partner demo-partner");
        var id = 0;
        var lines = folder.Read("campaigns/nutra.json").Split('\n')
            .Select(line => line.TrimStart().StartsWith("// \"", StringComparison.Ordinal) || line.TrimStart().StartsWith("// ,", StringComparison.Ordinal) ? line.Replace("// ", "", StringComparison.Ordinal) : line)
            .Select(line => line.Contains("\"ID\"", StringComparison.Ordinal) ? line.Replace("ID", $"{++id}", StringComparison.Ordinal) : line);
        folder.Write("campaigns/nutra.json", string.Join('\n', lines));

        var campaign = folder.Config().Campaigns["nutra"];
        Assert.Equal(7, campaign.StatusMap.Entries.Count);
        Assert.Equal(5, campaign.Postbacks.Count);
        Assert.NotNull(campaign.OfferId);
    }

    [Theory]
    [InlineData("campaign new demo --connection sandbox --partner demo-partner", "there already")]
    [InlineData("campaign new query --connection sandbox --partner demo-partner", "query")]
    [InlineData("campaign new nutra --connection nowhere --partner demo-partner", "connections/nowhere.json")]
    [InlineData("campaign new nutra --connection sandbox --partner nobody", "partners/nobody.json")]
    [InlineData("campaign new nutra --connection sandbox --partner demo-partner --offer 3", "webmaster_id")]
    [InlineData("campaign new nutra --connection sandbox --partner demo-partner --country UK", "GB")]
    public void What_would_not_be_valid_is_said_and_not_left_behind(string command, string why)
    {
        var before = folder.Everything();
        var (code, output, errors) = folder.Run(command);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains(why, errors, StringComparison.Ordinal);
        Assert.Equal(before, folder.Everything());
    }

    [Theory]
    [InlineData("")]
    [InlineData("partner")]
    [InlineData("partner sell buyer")]
    [InlineData("partner new")]
    [InlineData("partner new buyer shop")]
    [InlineData("partner new ../buyer")]
    [InlineData("partner new buyer --role owner")]
    [InlineData("partner new buyer --rôle partner")]
    [InlineData("partner new buyer --campaign")]
    [InlineData("partner new buyer --base leads.example")]
    [InlineData("crm")]
    [InlineData("crm check")]
    [InlineData("crm check sandbox demo")]
    [InlineData("crm check ../sandbox")]
    [InlineData("crm statuses --all sandbox")]
    [InlineData("campaign new nutra --partner demo-partner")]
    [InlineData("campaign new nutra --connection sandbox")]
    [InlineData("campaign new nutra --connection sandbox --partner demo-partner --payout 12.50")]
    [InlineData("campaign new nutra --connection sandbox --partner demo-partner --payout 12,50 --currency EUR")]
    public void A_command_that_is_written_wrong_is_refused_as_such(string command)
    {
        var before = folder.Everything();
        var (code, output, errors) = folder.Run(command);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains("./relayctl help", errors, StringComparison.Ordinal);
        Assert.Equal(before, folder.Everything());
    }

    [Fact]
    public void A_check_of_a_valid_folder_names_what_there_is()
    {
        var output = folder.Do("config check --profile embedded");

        Assert.All(["connection sandbox:", "partner demo-partner:", "campaign demo:", "No faults"], part => Assert.Contains(part, output, StringComparison.Ordinal));
    }

    [Fact]
    public void A_check_prints_every_fault_on_a_line_and_judges_by_the_profile()
    {
        var (code, output, errors) = folder.Run("config check");

        Assert.Equal(1, code);
        Assert.Equal(
            ["connections/sandbox.json", "partners/demo-advertiser.json", "partners/demo-partner.json"],
            output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(':')[0]));
        Assert.Contains("3 fault(s)", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_names_every_command()
    {
        var help = folder.Do("help");

        Assert.All(["config check", "partner new", "partner key", "partner sheet", "campaign new", "crm check", "crm statuses"], command => Assert.Contains(command, help, StringComparison.Ordinal));
    }

    [Fact]
    public void Postbacks_check_shows_what_would_be_sent_and_what_will_go_wrong_and_what_to_keep_in_mind()
    {
        folder.Write("trackers/voluum.json", """
            {"title": "Voluum", "source": "x", "path": "/postback", "parameters": {"cid": "{click_id}", "txid": "{tid}", "token": "abc"}, "words": {"wait": "a b", "approve": "c"},
             "transaction_id": "event", "repeat": "ignored", "traps": ["It drops what it has had."]}
            """);
        folder.Write("campaigns/nutra.json", """
            {"connection": "sandbox", "partners": ["demo-partner"], "project_id": "1", "initial_status_id": "1", "field_mapping": {"click_id": "stringFields.c"}, "status_map": {},
             "postbacks": {"wait": {"tracker": "voluum", "url": "http://v.example/{env:KEY}/postback?cid={click}&et={status}&txid={order_id}"}, "approve": {"tracker": "voluum", "base": "http://v.example"}}}
            """);

        Assert.Equal(
            """
            campaign nutra
              wait     GET http://v.example/{env:KEY}/postback?cid={click_id}&et=a%20b&txid={order_id}
              hold     nothing is sent
              approve  GET http://v.example/postback?cid={click_id}&txid={order_id}-approve&token=***
              cancel   nothing is sent
              trash    nothing is sent
            warning: campaigns/nutra.json: wait, approve to http://v.example:80: It goes over plain http, which anybody on the way can read and change: use https:// if the tracker has it. [plain_http]
            Voluum: It drops what it has had.
            not set here: env:KEY
            1 warning(s).

            """, folder.Do("postbacks check nutra --profile embedded"));
        Assert.Contains("warning: campaigns/nutra.json", folder.Do("config check --profile embedded"), StringComparison.Ordinal);
    }

    [Fact]
    public void Postbacks_check_looks_at_partners_that_are_in_no_campaign_too()
    {
        folder.Do("partner new anna");
        folder.Write("partners/anna.json", folder.Read("partners/anna.json").TrimEnd().TrimEnd('}') + """, "postbacks": "https://t.example/?status={status}" }""");

        Assert.Contains("warning: partners/anna.json", folder.Do("postbacks check --profile embedded"), StringComparison.Ordinal);
        Assert.DoesNotContain("anna", folder.Do("postbacks check demo --profile embedded"), StringComparison.Ordinal);
    }

    [Fact]
    public void Postbacks_check_prints_a_partners_own_where_the_campaign_has_none()
    {
        folder.Write("partners/buyer.json", """{"keys": ["sha256:KEY"], "postbacks": {"url": "https://t.example/?s={status:cancel=no}", "form": {"c": "{click}"}}}""".Replace("KEY", new string('c', 64), StringComparison.Ordinal));
        folder.Do("campaign new nutra --connection sandbox --partner buyer --project 1 --status 1 --offer 1 --webmaster 1");

        var lines = folder.Do("postbacks check --profile embedded").Split('\n');

        Assert.Equal(["  cancel   (partner buyer) POST https://t.example/?s=no with application/x-www-form-urlencoded"], lines.Where(line => line.Contains("(partner", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("postbacks check nothing --profile embedded", "There is no campaigns/nothing.json.")]
    [InlineData("postbacks check demo", "has 3 fault(s) under the profile production")]
    public void What_cannot_be_checked_is_said_with_an_exit_code(string command, string error)
    {
        var (code, _, errors) = folder.Run(command);

        Assert.Equal(1, code);
        Assert.Contains(error, errors, StringComparison.Ordinal);
    }
}
