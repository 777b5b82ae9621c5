using LeadRelay;
using LeadRelay.Bus;
using LeadRelay.PostbackDispatcher;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRelayBus(isWhole: false, PostbackDispatcherService.Consumers);
builder.AddPostbackDispatcher();

var app = builder.Build();
app.MapServiceDefaults();
app.MapPostbackDispatcher();
await app.RunAsync();
