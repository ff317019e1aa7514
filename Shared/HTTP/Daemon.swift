import CMicroHTTPD
import Foundation

/// Bytes that one connection may use: the limit for headers, libmicrohttpd's own bookkeeping and the answer's headers
/// fit. No more than that, because libmicrohttpd clears it all after each request.
private let memoryPerConnection = 24 << 10

/// That read and write.
private let threads: UInt32 = 2

/// Owns a libmicrohttpd daemon: threads that read requests and write answers. Two things that the library offers are
/// not used, because of its version 0.9.75:
///
/// - A listening socket. `Listener` accepts and hands connections over: it tells one too many that it is, and refuses
///   all from the moment of a stop. `MHD_quiesce_daemon` leaves them waiting, and with epoll can abort the process: it
///   takes the socket out of the workers' sets while they may be doing the same, and takes the second removal for a
///   fatal error.
/// - epoll. After exactly 128 events at once it waits for more before it handles them, with the requests of 128 clients
///   in hand; and it misses that a client is gone if its last bytes and its end arrive together. `poll` costs some
///   microseconds for each hundred connections, and does neither.
///
/// Thread safe: libmicrohttpd locks what `add` touches, and `stop` is called once, by the one who holds this.
final class Daemon: @unchecked Sendable {
    private let pointer: OpaquePointer
    /// The callbacks' context; kept alive until no callback can come any more.
    private let traffic: Traffic

    /// Starts the threads.
    ///
    /// The library gets a limit for connections that it cannot reach, even if one thread gets them all: on reaching
    /// it, 0.9.75 returns without unlocking a mutex (`new_connection_process_`), and that thread stands still for
    /// ever. Returns `nil` when memory or descriptors are lacking, or the pair of PEM texts makes no TLS.
    init?(_ traffic: Traffic, _ pair: ServerIdentity? = nil) {
        let limits = traffic.limits
        let pointer = jiesu_start(
            threads, threads * UInt32(limits.connections + 1), memoryPerConnection, UInt32(max(1, limits.idleSeconds)),
            requestAdvanced, requestBegan, requestEnded, connectionChanged, leaveEscapes,
            Unmanaged.passUnretained(traffic).toOpaque(), pair?.certificate, pair?.key)
        guard let pointer else { return nil }
        self.pointer = pointer
        self.traffic = traffic
    }

    /// Hands over an accepted and counted socket, which libmicrohttpd will close, also if it cannot take it.
    func add(_ socket: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t) {
        if MHD_add_connection(pointer, socket, address, size) != .YES { traffic.connectionFailed() }
    }

    /// Ends all connections and threads; blocks until they have. No connection may be suspended (`Traffic.drain`).
    func stop() { MHD_stop_daemon(pointer) }
}

// The callbacks. `context` is the daemon's `Traffic`; `exchange` points to what `requestBegan` returned.

private func traffic(_ context: UnsafeMutableRawPointer?) -> Traffic {
    Unmanaged<Traffic>.fromOpaque(context!).takeUnretainedValue()
}

/// The request line is there. Retains the exchange for C; `requestEnded` releases it.
private func requestBegan(
    context: UnsafeMutableRawPointer?, target: UnsafePointer<CChar>?, connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    let bytes = target.map { UnsafeRawBufferPointer(start: $0, count: strlen($0)) }
    let exchange = Exchange(traffic(context), connection!, target: bytes.map { Array($0) } ?? [])
    return Unmanaged.passRetained(exchange).toOpaque()
}

/// First with the headers, then with each piece of the body, then without a piece when the request is whole.
private func requestAdvanced(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?, path: UnsafePointer<CChar>?,
    method: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?, piece: UnsafePointer<CChar>?,
    size: UnsafeMutablePointer<Int>?, exchange: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    let current = Unmanaged<Exchange>.fromOpaque(exchange!.pointee!).takeUnretainedValue()
    if current.awaitsHead {
        return current.headReceived(
            method: String(cString: method!), targetLength: length(from: path, to: version))
    }
    guard let count = size?.pointee, count > 0 else { return current.goOn() }
    size?.pointee = 0
    return piece!.withMemoryRebound(to: UInt8.self, capacity: count) {
        current.bodyReceived(UnsafeBufferPointer(start: $0, count: count))
    }
}

/// How long the target was on the request line: C's strings hide what follows a NUL. libmicrohttpd keeps the line in
/// one piece, with one byte between target and version. `nil` if the two do not look like that.
private func length(from target: UnsafePointer<CChar>?, to version: UnsafePointer<CChar>?) -> Int? {
    guard let target, let version else { return nil }
    let distance = UnsafeRawPointer(version) - UnsafeRawPointer(target) - 1
    return (0..<memoryPerConnection).contains(distance) ? distance : nil
}

private func requestEnded(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
    exchange: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, reason: MHD_RequestTerminationCode
) {
    guard let pointer = exchange?.pointee else { return }
    exchange?.pointee = nil
    Unmanaged<Exchange>.fromOpaque(pointer).takeRetainedValue().ended()
}

/// Retains a watch with each connection, and releases it just before the connection's socket is closed.
private func connectionChanged(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
    watch: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, change: MHD_ConnectionNotificationCode
) {
    let traffic = traffic(context)
    if change == .CONNECTION_NOTIFY_STARTED {
        let new = ConnectionWatch(connection!, allowance: traffic.limits.arrival)
        traffic.connectionOpened(new)
        watch?.pointee = Unmanaged.passRetained(new).toOpaque()
    } else if let pointer = watch?.pointee {
        watch?.pointee = nil
        traffic.connectionClosed(Unmanaged<ConnectionWatch>.fromOpaque(pointer).takeRetainedValue())
    }
}

/// Escapes are decoded in Swift, where a `%00` does not cut the text short.
private func leaveEscapes(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?, text: UnsafeMutablePointer<CChar>?
) -> Int {
    text.map { strlen($0) } ?? 0
}
