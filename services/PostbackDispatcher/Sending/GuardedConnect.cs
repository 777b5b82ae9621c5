using System.Net;
using System.Net.Sockets;

namespace LeadRelay.PostbackDispatcher;

/// <summary>
/// Connects to hosts that <see cref="AddressGuard"/> lets through. A name is resolved once, all that it resolves to is
/// vetted, and the connection goes to just these addresses: a name that means something else a moment later gains nothing.
/// </summary>
/// <param name="allowed">The operator's own networks as they are set now: <see cref="AllowedNetworks"/>.</param>
/// <param name="resolve">All addresses of a name; the system's resolver unless tests bring their own.</param>
/// <param name="ports">As in <see cref="AddressGuard.FaultOf"/>.</param>
public sealed partial class GuardedConnect(
    Func<IReadOnlyList<IPNetwork>> allowed, ILogger<GuardedConnect> logger, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, IReadOnlyList<int>? ports = null)
{
    /// <summary>For one connection, over all addresses of the host, TLS included.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>The least that one address is given while others wait for their turn.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> resolve = resolve ?? Dns.GetHostAddressesAsync;

    /// <exception cref="ForbiddenHostException">One of the host's addresses must not be called; no connection was tried.</exception>
    public async ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken ct)
    {
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, ct);
        var own = allowed();
        foreach (var address in addresses)
        {
            if (AddressGuard.FaultOf(address, port, own, ports) is not { } fault)
                continue;
            LogForbidden(host, port, address, fault);
            throw new ForbiddenHostException($"{host}:{port} was not called. {fault} If it is the operator's own, its network belongs into Postbacks__AllowNetworks.");
        }
        var error = SocketError.HostNotFound;
        foreach (var address in addresses)
        {
            using var turn = CancellationTokenSource.CreateLinkedTokenSource(ct);
            turn.CancelAfter(Limit / addresses.Length > Turn ? Limit / addresses.Length : Turn);
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, port, turn.Token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception e)
            {
                socket.Dispose();
                if (e is not (SocketException or OperationCanceledException) || ct.IsCancellationRequested)
                    throw;
                error = e is SocketException { SocketErrorCode: var code } ? code : SocketError.TimedOut;
            }
        }
        // A new one: the original's text has the address in it.
        throw new SocketException((int)error);
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "AddressForbidden", Message = "A postback to {Host}:{Port} was not sent: it leads to {Address}. {Fault}")]
    private partial void LogForbidden(string host, int port, IPAddress address, string fault);
}

/// <summary>A host that must not be called. The message is for partners, too, and does not tell the address.</summary>
public sealed class ForbiddenHostException(string message) : Exception(message);
