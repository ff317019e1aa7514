import Synchronization

/// What the connections of one server share: who is there, what is in work, and whether it is being stopped.
final class Traffic: Sendable {
    let limits: Limits
    let isEncrypted: Bool
    let router: Router

    private struct State {
        var admission: Admission
        /// Exchanges whose connection is suspended while a handler works.
        var working: [ObjectIdentifier: Exchange] = [:]
        /// Bodies that are made over time.
        var feeds: [ObjectIdentifier: Feed] = [:]
        var drained: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>
    private let connections = Mutex(Connections())

    private struct Connections {
        /// From accepting to closing: a connection is counted before libmicrohttpd has looked at it. Those that it has
        /// not looked at when it is stopped stay counted.
        var count = 0
        var watches: [ObjectIdentifier: ConnectionWatch] = [:]
    }

    /// - Parameter isEncrypted: whether all that comes has come over TLS.
    init(limits: Limits, router: Router, isEncrypted: Bool = false) {
        self.isEncrypted = isEncrypted
        self.limits = limits
        self.router = router
        self.state = Mutex(State(admission: Admission(limits)))
    }

    var isDraining: Bool { state.withLock { $0.admission.phase != .serving } }
    var openRequests: Int { state.withLock { $0.admission.open } }
    var openStreams: Int { state.withLock { $0.admission.streams } }
    var heldFiles: Int { state.withLock { $0.admission.fileBytes } }
    var openConnections: Int { connections.withLock { $0.watches.count } }

    // MARK: Connections

    /// Whether one more may come in; if so, it is counted.
    func connectionAccepted() -> Bool {
        connections.withLock { connections in
            guard connections.count < limits.connections else { return false }
            connections.count += 1
            return true
        }
    }

    /// A counted connection came to nothing.
    func connectionFailed() { connections.withLock { $0.count -= 1 } }

    func connectionOpened(_ watch: ConnectionWatch) {
        connections.withLock { $0.watches[ObjectIdentifier(watch)] = watch }
    }

    /// After this the watch's socket may be closed and its number used for another.
    func connectionClosed(_ watch: ConnectionWatch) {
        connections.withLock { connections in
            connections.count -= 1
            connections.watches[ObjectIdentifier(watch)] = nil
        }
    }

    /// Cuts the connections that are past their time or lead nowhere, again and again until cancelled.
    func cutLateConnections(every pause: Duration) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: pause)
            let now = ContinuousClock.now
            // Under the lock, so that none of the sockets is closed, and its number given to another, meanwhile.
            let abandoned = connections.withLock { connections in
                connections.watches.values.filter { $0.isLate(now: now) || $0.leadsNowhere }.compactMap { watch in
                    watch.cut()
                    return watch.feed
                }
            }
            // libmicrohttpd does not look at a suspended connection, and so would not find it closed.
            for feed in abandoned { feed.abandon() }
        }
    }

    // MARK: Requests

    func requestOpened() { state.withLock { $0.admission.requestOpened() } }

    func requestEnded(bytes: Int, files: Int) {
        let drained = state.withLock { state in
            state.admission.requestEnded(bytes: bytes, files: files) ? state.drained.take() : nil
        }
        drained?.resume()
    }

    func hold(_ bytes: Int) -> Bool { state.withLock { $0.admission.hold(bytes) } }

    func hold(files bytes: Int) -> Bool { state.withLock { $0.admission.hold(files: bytes) } }

    /// Enters `exchange` as in work, or says why not.
    func begin(_ exchange: Exchange) -> Problem? {
        state.withLock { state in
            if let problem = state.admission.workStarted() { return problem }
            state.working[ObjectIdentifier(exchange)] = exchange
            return nil
        }
    }

    /// Must be called before the connection goes on, because the exchange may be gone right after.
    func end(_ exchange: Exchange) {
        state.withLock { state in
            guard state.working.removeValue(forKey: ObjectIdentifier(exchange)) != nil else { return }
            state.admission.workEnded()
        }
    }

    // MARK: Streams

    /// Enters `feed` as an answer's body, or says why not.
    func begin(_ feed: Feed) -> Problem? {
        state.withLock { state in
            if let problem = state.admission.streamStarted() { return problem }
            state.feeds[ObjectIdentifier(feed)] = feed
            return nil
        }
    }

    /// Nothing more of `feed` will be written.
    func end(_ feed: Feed) {
        state.withLock { state in
            if state.feeds.removeValue(forKey: ObjectIdentifier(feed)) != nil { state.admission.streamEnded() }
        }
        feed.over()
    }

    // MARK: Stopping

    /// From now on answers say that their connection ends, and those that are made over time are complete.
    func startDraining() {
        let feeds = state.withLock { state in
            _ = state.admission.drain()
            return Array(state.feeds.values)
        }
        for feed in feeds { feed.end() }
    }

    /// Lets open requests end, at most until the limit's time; then answers those in work with a 503. Afterwards no
    /// connection is suspended and none will be, which is what `MHD_stop_daemon` demands: it aborts the process
    /// otherwise.
    func drain() async {
        let timer = Task {
            try? await Task.sleep(for: limits.drain)
            state.withLock { $0.drained.take() }?.resume()
        }
        await withCheckedContinuation { continuation in
            let nothingOpen = state.withLock { state in
                if state.admission.drain() { return true }
                state.drained = continuation
                return false
            }
            if nothingOpen { continuation.resume() }
        }
        timer.cancel()
        let left = state.withLock { state in
            state.admission.close()
            return Array(state.working.values)
        }
        for exchange in left { exchange.finish(.problem(.stopping)) }
    }
}
