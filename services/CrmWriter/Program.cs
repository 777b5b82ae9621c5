using LeadRelay;
using LeadRelay.Bus;
using LeadRelay.CrmWriter;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRelayBus(isWhole: false, CrmWriterService.Consumers);
builder.AddCrmWriter();

var app = builder.Build();
app.MapServiceDefaults();
app.MapCrmWriter();
await app.RunAsync();
