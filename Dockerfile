# The relay's programs, one image each: --build-arg SERVICE=Intake (a folder of services/, tools/ or tests/).
# MONGODB=false leaves MongoDB's driver out; the stores are then SQLite's (docs/decisions/mongodb.md).

# --- Build: all of them at once, so that what they share is compiled once, whichever image is asked for first -------------

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG MONGODB=true
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
WORKDIR /source

# First what packages depend on: as long as that stays as it is, they are not fetched again.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY services/Directory.Build.props services/MongoDb.props services/
COPY services/AuditStore/AuditStore.csproj services/AuditStore/
COPY services/CrmWriter/CrmWriter.csproj services/CrmWriter/
COPY services/Intake/Intake.csproj services/Intake/
COPY services/PostbackDispatcher/PostbackDispatcher.csproj services/PostbackDispatcher/
COPY services/WebhookReceiver/WebhookReceiver.csproj services/WebhookReceiver/
COPY shared/Contracts/Contracts.csproj shared/Contracts/
COPY shared/Persistence/Persistence.csproj shared/Persistence/
COPY shared/Persistence.MongoDb/Persistence.MongoDb.csproj shared/Persistence.MongoDb/
COPY shared/ServiceDefaults/ServiceDefaults.csproj shared/ServiceDefaults/
COPY tools/Relayctl/Relayctl.csproj tools/Relayctl/
COPY tools/Sandbox/Sandbox.csproj tools/Sandbox/
RUN set -e; for project in services/*/ tools/*/; do dotnet restore "$project" --use-current-runtime -p:PublishReadyToRun=true -p:MongoDb=$MONGODB -v q; done

COPY . .
RUN MongoDb=$MONGODB tools/publish /out services/AuditStore services/CrmWriter services/Intake services/PostbackDispatcher services/WebhookReceiver tools/Relayctl tools/Sandbox

FROM build AS chosen
ARG SERVICE
RUN set -e; test -n "$SERVICE"; \
    if [ ! -d "/out/$SERVICE" ]; then dotnet publish "tests/$SERVICE" -c Release -o "/out/$SERVICE" -v q --nologo -tl:off; fi; \
    ln -s "LeadRelay.$SERVICE" "/out/$SERVICE/service"

# --- Run ------------------------------------------------------------------------------------------------------------------

FROM mcr.microsoft.com/dotnet/aspnet:10.0
ARG SERVICE
# Polling, because changes in mounted folders are not always announced. No diagnostics: they need a place to write. The ports are the services' own affair.
ENV DOTNET_USE_POLLING_FILE_WATCHER=1 DOTNET_EnableDiagnostics=0 DOTNET_NOLOGO=1 ASPNETCORE_HTTP_PORTS=
# A new volume on one of these takes its owner over: the spools of the doors, and SQLite's files.
RUN mkdir -p /spool /data && chown "$APP_UID" /spool /data
COPY deploy/ready /usr/local/bin/ready
COPY --from=chosen /out/$SERVICE /app
WORKDIR /app
USER $APP_UID
# The program itself, so that it is the one that gets SIGTERM.
ENTRYPOINT ["/app/service"]
