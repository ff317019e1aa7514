import CLibPQ
import Glibc

/// Owns a `PGconn`: sends, waits, reads. Used by one thread at a time, the queue of its `Connection`; every call may
/// block.
///
/// The socket is non-blocking and waiting is our own `poll`, for two reasons: reading while a large send is under way
/// (else a pipeline and the server could wait for each other for ever), and an end to waiting for a server that fell
/// silent.
final class PGConn {
    private let pointer: OpaquePointer
    private let silenceAtMost: Duration
    /// Set when waiting was given up: the answer may still come, so nothing else can be asked here.
    private(set) var isAbandoned = false

    /// Connects; blocks for at most `connect_timeout` a host.
    init(_ settings: ConnectionSettings) throws(PostgresError) {
        guard let pointer = Self.connect(settings.keywords) else {
            throw PostgresError(.connection, "no memory for a connection")
        }
        // Stored before any check, so that deinit frees it when we throw.
        self.pointer = pointer
        silenceAtMost = settings.silenceAtMost
        guard PQstatus(pointer) == CONNECTION_OK else { throw connectionError() }
        PQsetnonblocking(pointer, 1)
        // The default prints notices ("relation exists, skipping") on standard error, between our JSON lines.
        PQsetNoticeReceiver(pointer, { _, _ in }, nil)
    }

    deinit { PQfinish(pointer) }

    private static func connect(_ keywords: [String: String]) -> OpaquePointer? {
        var names: [UnsafePointer<CChar>?] = []
        var values: [UnsafePointer<CChar>?] = []
        for (name, value) in keywords {
            names.append(strdup(name))
            values.append(strdup(value))
        }
        defer { for text in names + values { free(UnsafeMutableRawPointer(mutating: text)) } }
        return PQconnectdbParams(names + [nil], values + [nil], 0)
    }

    var socket: Int32 { PQsocket(pointer) }
    var processID: Int32 { PQbackendPID(pointer) }
    var isBroken: Bool { isAbandoned || PQstatus(pointer) == CONNECTION_BAD }
    var transactionStatus: PGTransactionStatusType { PQtransactionStatus(pointer) }

    /// What the server keeps in place of a password. Computed here: nothing is sent.
    func scramVerifier(of password: String, for role: String) throws(PostgresError) -> String {
        guard let verifier = PQencryptPasswordConn(pointer, password, role, "scram-sha-256") else {
            throw PostgresError(.misuse, "no verifier could be computed for a password")
        }
        defer { PQfreemem(verifier) }
        return String(cString: verifier)
    }

    // MARK: Sending: puts messages into libpq's buffer

    /// Simple protocol: several statements, no values.
    func send(script: String) throws(PostgresError) {
        try sent(PQsendQuery(pointer, script))
    }

    func send(prepare name: String, _ query: Query) throws(PostgresError) {
        let types = query.parameters.types
        try sent(PQsendPrepare(pointer, name, query.text, Int32(types.count), types))
    }

    func send(execute name: String, _ query: Query) throws(PostgresError) {
        let status = query.parameters.withPointers { values, lengths, formats in
            PQsendQueryPrepared(pointer, name, Int32(values.count), values, lengths, formats, 0)
        }
        try sent(status)
    }

    func sendSync() throws(PostgresError) {
        try sent(PQpipelineSync(pointer))
    }

    func enterPipeline() throws(PostgresError) {
        try sent(PQenterPipelineMode(pointer))
    }

    func leavePipeline() throws(PostgresError) {
        try sent(PQexitPipelineMode(pointer))
    }

    private func sent(_ status: Int32) throws(PostgresError) {
        guard status != 1 else { return }
        if PQstatus(pointer) == CONNECTION_BAD { throw connectionError() }
        throw abandon("libpq refused an order out of turn")
    }

    // MARK: Waiting and reading

    /// Sends what is buffered; reads what comes meanwhile, and calls `reading` after each time.
    func flush(_ reading: () throws(PostgresError) -> Void = {}) throws(PostgresError) {
        while true {
            switch PQflush(pointer) {
            case 0: return
            case 1:
                if try wait(for: POLLIN | POLLOUT) & Int16(POLLIN) != 0 {
                    PQconsumeInput(pointer)
                    try reading()
                }
            default:
                // The connection is lost. libpq keeps the server's last words for the next `PQgetResult`.
                return
            }
        }
    }

    /// True when `next` would not have to wait.
    var hasResult: Bool { PQisBusy(pointer) == 0 }

    /// The next result; nil when the statement at hand has no more. Waits for it.
    func next() throws(PostgresError) -> PGResult? {
        while PQisBusy(pointer) == 1 {
            _ = try wait(for: POLLIN)
            // A lost connection shows in the result, together with the server's last words.
            if PQconsumeInput(pointer) == 0 { break }
        }
        guard let found = PQgetResult(pointer) else { return nil }
        let result = PGResult(takingOwnership: found)
        switch result.status {
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: throw abandon("COPY is not spoken here")
        default: return result
        }
    }

    /// Sends, then takes all results up to the end of the exchange.
    /// - Throws: the first error among them, after the last was taken, so that the connection stays usable.
    func exchange() throws(PostgresError) -> PGResult? {
        try flush()
        var last: PGResult?
        var failed: PGResult?
        while let result = try next() {
            if result.isError, failed == nil { failed = result }
            last = result
        }
        if let failed { throw failed.error(connectionLost: isBroken) }
        if isBroken { throw connectionError() }
        return last
    }

    private func wait(for events: Int32) throws(PostgresError) -> Int16 {
        let limit = ContinuousClock.now + silenceAtMost
        var watched = pollfd(fd: socket, events: Int16(events), revents: 0)
        while true {
            let left = limit - .now
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
            let ready = poll(&watched, 1, Int32(clamping: max(0, milliseconds)))
            if ready > 0 { return watched.revents & Int16(POLLHUP | POLLERR) != 0 ? Int16(POLLIN) : watched.revents }
            if ready == 0 { throw abandon("the server said nothing for \(silenceAtMost)") }
            if errno != EINTR { throw abandon("poll failed with errno \(errno)") }
        }
    }

    private func abandon(_ reason: String) -> PostgresError {
        isAbandoned = true
        return PostgresError(.connection, reason)
    }

    /// libpq's own words about the connection, a sentence for each host that was tried, without its questions to the reader, which
    /// are indented. They name host, user and database, never the password.
    func connectionError() -> PostgresError {
        let words = String(cString: PQerrorMessage(pointer)).split(whereSeparator: \.isNewline)
            .filter { $0.first?.isWhitespace == false }.joined(separator: "; ")
        return PostgresError(.connection, words.isEmpty ? "the connection was lost" : words)
    }
}
