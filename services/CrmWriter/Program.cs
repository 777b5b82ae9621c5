using LeadRelay;
using LeadRelay.Bus;
using LeadRelay.CrmWriter;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddCrmWriter();
builder.AddRelayBus(CrmWriterService.Consumers);

var app = builder.Build();
app.MapHealth();
await app.RunAsync();
