using LeadRelay;
using LeadRelay.Bus;
using LeadRelay.PostbackDispatcher;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddPostbackDispatcher();
builder.AddRelayBus(isWhole: false, PostbackDispatcherService.Consumers);

var app = builder.Build();
app.MapServiceDefaults();
app.MapPostbackDispatcher();
await app.RunAsync();
