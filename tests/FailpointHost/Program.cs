using LeadRelay.Bus;
using LeadRelay.CrmWriter;
using LeadRelay.Persistence.Crm;
using MassTransit;

namespace LeadRelay.FailpointHost;

/// <summary>CrmWriter, made of what CrmWriter is made of, with places at which it kills itself: see <see cref="Failpoint"/>.</summary>
internal static class Program
{
    private static async Task Main(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.AddRelayBus(isWhole: false, CrmWriterService.Consumers);
        builder.AddCrmWriter();

        var failpoint = new Failpoint(builder.Configuration["Failpoint:Name"], builder.Configuration.GetValue("Failpoint:Hit", 1));
        var ledger = builder.Services.Single(service => service.ServiceType == typeof(ICrmLedger));
        builder.Services.Remove(ledger);
        builder.Services.AddSingleton(services => LedgerFailpoints.Around((ICrmLedger)ledger.ImplementationFactory!(services), failpoint));
        var bus = new BusFailpoints(failpoint);
        builder.Services.AddPublishObserver(_ => bus);
        builder.Services.AddConsumeObserver(_ => bus);
        builder.Services.AddReceiveObserver(_ => bus);
        using var http = new HttpFailpoints(failpoint);

        var app = builder.Build();
        app.MapServiceDefaults();
        await app.RunAsync();
    }
}
