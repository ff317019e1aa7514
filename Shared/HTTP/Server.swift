import Configuration
import Foundation
import Lifecycle
import Synchronization
import Telemetry

/// An HTTP/1.1 server for a table of routes, with `/health/live`, `/health/ready`, `/metrics` and `/openapi.json`
/// beside them.
///
/// Stopping it is cancelling `run()`: no new connections, open requests are finished (bounded by `Limits.drain`),
/// then it returns.
package final class Server: Service {
    package typealias Observer =
        @Sendable (_ route: String?, _ method: String, _ status: Int, _ seconds: Double) -> Void

    package let name: String
    private let listen: String
    private let inherited: Int32?
    private let certificate: ServerCertificate?
    private let limits: Limits
    private let log: Logger
    private let traffic: Traffic
    private let started = Mutex<Parts?>(nil)

    private struct Parts {
        let listener: Listener
        let daemon: Daemon
    }

    /// - Parameters:
    ///   - name: of the service, for logs and as title of the OpenAPI document.
    ///   - version: of the API, for the OpenAPI document.
    ///   - listen: `127.0.0.1:8080`, `[::1]:8080`; port 0 takes any free one.
    ///   - inherited: a listening socket to take over instead, which belongs to this from now on; the one that systemd handed over.
    ///   - certificate: with it HTTPS is served and nothing else; read when it starts.
    ///   - ready: whether each thing that the service needs is there, by its name; asked by `/health/ready`.
    ///   - metrics: Prometheus' text format; asked by `/metrics`.
    ///   - problemPage: what a browser is shown of a problem; `nil`: the problem document.
    ///   - observe: told after each request its route's pattern (`nil` for none), method, status and seconds; from any
    ///     thread.
    package init(
        name: String, version: String = "1", listen: String, inherited: Int32? = Listener.inherited(),
        certificate: ServerCertificate? = nil, routes: [Route],
        limits: Limits = Limits(),
        ready: @escaping @Sendable () async -> [String: Bool] = { [:] },
        metrics: @escaping @Sendable () async -> String = { "" },
        problemPage: (@Sendable (Problem) -> Response)? = nil, observe: Observer? = nil, log: Logger
    ) {
        self.name = name
        self.listen = listen
        self.inherited = inherited
        self.certificate = certificate
        self.limits = limits
        self.log = log
        let all = routes + OperationsRoutes.routes(ready: ready, metrics: metrics)
        let description = OperationsRoutes.description(title: name, version: version, of: all)
        self.traffic = Traffic(
            limits: limits,
            router: Router(all + [description], log: log, observe: observe, problemPage: problemPage),
            isEncrypted: certificate != nil)
    }

    /// The port that it listens on; `nil` before `start` and after `run`.
    package var port: Int? { started.withLock { $0.map { Int($0.listener.port) } } }

    /// Requests of which the answer is not yet sent.
    package var openRequests: Int { traffic.openRequests }

    /// Answers that are being made over time.
    package var openStreams: Int { traffic.openStreams }

    /// Bytes of files held, arriving, in work and being answered.
    package var heldFiles: Int { traffic.heldFiles }

    /// Connections, idle ones included.
    package var openConnections: Int { traffic.openConnections }

    /// Listens and serves from now on; `run` must follow, for it alone stops. Does nothing if it is started already.
    package func start() throws(HTTPError) {
        try started.withLock { parts throws(HTTPError) in
            guard parts == nil else { return }
            guard let address = ListenAddress(listen) else { throw HTTPError(.address, "\(listen) is no host:port") }
            var identity: ServerIdentity?
            if let certificate { identity = try ServerIdentity(certificate) }
            let listener = if let inherited { try Listener(inherited: inherited) } else { try Listener(address) }
            guard let daemon = Daemon(traffic, identity) else {
                guard let certificate else { throw .system(.listening) }
                throw HTTPError(
                    .certificate,
                    "\(certificate.certificate) and \(certificate.key) cannot be used: the key is not the certificate's, or one is damaged"
                )
            }
            let isEncrypted = identity != nil
            listener.start { [traffic] socket, address, size in
                if traffic.connectionAccepted() {
                    daemon.add(socket, address, size)
                } else {
                    Self.refuse(socket, silently: isEncrypted)
                }
            }
            parts = Parts(listener: listener, daemon: daemon)
        }
    }

    /// Serves until cancelled, then drains and stops. Runs once.
    package func run() async throws {
        try start()
        log.info("listening", ["port": port ?? 0])
        await traffic.cutLateConnections(every: min(.seconds(1), limits.arrival / 10))
        log.info("draining", ["requests": openRequests])
        // A task of its own: in this one, which is cancelled, nothing waits any more.
        await Task { await stop() }.value
        log.info("stopped")
    }

    private func stop() async {
        guard let parts = started.withLock({ $0.take() }) else { return }
        traffic.startDraining()
        await Self.offTheSharedThreads { parts.listener.stop() }
        await traffic.drain()
        await Self.offTheSharedThreads { parts.daemon.stop() }
    }

    /// Tells a connection too many that it is, and closes it. Never blocks.
    /// - Parameter silently: where it could only be told in TLS, for which there is no room.
    private static func refuse(_ socket: Int32, silently: Bool) {
        guard !silently else {
            close(socket)
            return
        }
        let answer =
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        _ = answer.withCString { send(socket, $0, strlen($0), Int32(MSG_NOSIGNAL | MSG_DONTWAIT)) }
        _ = shutdown(socket, Int32(SHUT_WR))
        // What came already is read, because closing with unread bytes would reset the connection and take the answer
        // with it.
        var bytes = [UInt8](repeating: 0, count: 4096)
        _ = recv(socket, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        close(socket)
    }

    /// Runs what blocks for a moment on a thread of Dispatch.
    private static func offTheSharedThreads(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                body()
                continuation.resume()
            }
        }
    }
}
