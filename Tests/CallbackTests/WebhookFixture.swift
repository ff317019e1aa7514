import CaseStore
import Casework
import Configuration
import Foundation
import HTTP
import JSON
import Postgres
import Support
import Synchronization
import Telemetry

@testable import Callback

/// A database with the shipped city, and `jiesu-callback`'s sender of webhooks on it, under its own login.
final class WebhookFixture: Sendable {
    let database: TestDatabase
    let pool: Pool
    let store: CaseStore
    /// The service's own.
    let webhooks: WebhookStore
    let metrics = Metrics()
    private let tasks = Mutex<[Task<Void, any Error>]>([])
    private let lines = Mutex<[String]>([])

    static let organisation = "city-urban"

    init() async throws {
        database = try await TestDatabase.installed()
        pool = try database.pool(size: 6)
        store = CaseStore(pool: pool)
        webhooks = WebhookStore(Pool(try database.settings(as: "jiesu_callback"), size: 4, log: .silent))
    }

    deinit { for task in tasks.withLock({ $0 }) { task.cancel() } }

    /// Everything that was logged.
    var log: String { lines.withLock { $0.joined(separator: "\n") } }

    func start(
        proxy: Int? = nil, timeout: Duration = .seconds(10), lease: Duration = .seconds(60)
    ) {
        let log = Logger(service: "test", level: .debug) { [weak self] line in
            self?.lines.withLock { $0.append(line) }
        }
        var sender = WebhookSender(
            webhooks: webhooks, proxy: proxy.map { .loopback(port: UInt16($0)) }, metrics: metrics, log: log)
        (sender.timeout, sender.lease) = (timeout, lease)
        let running = sender
        tasks.withLock { $0.append(Task { try await running.run() }) }
    }

    /// Ends it, as a stop does: what is on its way is finished.
    func stop() async {
        let tasks = tasks.withLock { tasks in
            defer { tasks = [] }
            return tasks
        }
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.result }
    }

    /// Registers a webhook; the bytes of its secret.
    @discardableResult
    func hook(_ url: String, of organisation: String = organisation) async throws -> [UInt8] {
        let secret: String = try await pool.withConnection { connection in
            try await connection.query("SELECT jiesu.put_webhook(\(organisation), \(url), false)").only().get(0)
        }
        return Array(Data(base64Encoded: String(secret.dropFirst("whsec_".count))) ?? Data())
    }

    /// New cases that the organisation handles.
    func cases(_ count: Int, of organisation: String = organisation) async throws -> [Int64] {
        let outcomes = try await store.register(
            (0..<count).map { _ in
                Registration(
                    key: TestBroker.uniqueName(), request: [], line: "12345", actor: .complainant,
                    channel: "phone_hotline", identity: .named, contact: .init(name: "示例人", phone: "13912345678"),
                    text: "秘密正文，路灯不亮")
            })
        let ids = outcomes.compactMap { if case .registered(let receipt) = $0 { receipt.number.id } else { nil } }
        for id in ids {
            try await give(
                .classify(Finding(nature: "complaint", subject: "urban_construction", urgency: "ordinary")), to: id)
            try await give(.dispatch(Dispatched(lead: organisation)), to: id)
        }
        return ids
    }

    func give(_ order: Order, to id: Int64) async throws {
        let command = Command(id: TestBroker.uniqueName(), seen: .round(1), by: .service("test"), order: order)
        _ = try await store.perform([.init(caseID: id, command: command)])[0].get()
    }

    /// One more event of a case.
    func sign(_ id: Int64, by organisation: String = organisation) async throws {
        try await give(.sign(Signed(organisation: organisation)), to: id)
    }

    func number(_ query: Query) async throws -> Int {
        try await pool.withConnection { try await $0.query(query) }.only().get(0)
    }

    func texts(_ query: Query) async throws -> [String] {
        try await pool.withConnection { try await $0.query(query) }.map { try $0.get(0) }
    }

    func execute(_ query: Query) async throws {
        _ = try await pool.withConnection { try await $0.execute(query) }
    }

    /// State, attempts and error of what has a time or is given up, in order.
    func standing() async throws -> [String] {
        try await texts(
            """
            SELECT concat_ws(' ', state, attempts, error) FROM jiesu.webhook_delivery WHERE next_at IS NOT NULL OR state = 'dead'
            ORDER BY organisation, case_id, version
            """)
    }

    func waiting() async throws -> Int { try await number("SELECT count(*) FROM jiesu.webhook_delivery") }

    /// Versions of a case that its organisation was told of.
    func told(_ id: Int64, _ organisation: String = organisation) async throws -> [Int] {
        try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT version FROM jiesu.case_event WHERE case_id = \(id) AND told @> ARRAY[\("jiesu.inbox.\(organisation)")]
                ORDER BY version
                """)
        }.map { try $0.get(0) }
    }

    /// Lets the next attempt of everything that waits for one come now.
    func hurry() async throws {
        try await execute("UPDATE jiesu.webhook_delivery SET next_at = clock_timestamp() WHERE next_at IS NOT NULL")
    }

    /// Fails again and again until everything that may be tried was tried for the last time.
    func exhaust() async throws {
        try await eventually("all were given up") {
            try await hurry()
            return try await number("SELECT count(*) FROM jiesu.webhook_delivery WHERE next_at IS NOT NULL") == 0
        }
    }
}

/// An organisation's program that takes webhooks, with its moods; also stands for a proxy.
final class HookReceiver: Sendable {
    struct Received: Sendable {
        /// The first line of the request.
        let line: String
        /// Names in lower case.
        let headers: [String: String]
        let body: String

        var json: JSON { (try? JSON.parse(body)) ?? .null }
        var caseID: Int64 { json["subject"]?.string.flatMap { Int64($0) } ?? 0 }
        var version: Int { json["caseversion"]?.string.flatMap { Int($0) } ?? 0 }
    }

    enum Mood: Sendable {
        /// The head of the answer, without its last line breaks.
        case answers(String)
        /// Takes it after so long.
        case sleeps(TimeInterval)
        case hangsUp
    }

    static let takes = Mood.answers("HTTP/1.1 204 No Content")

    let port: Int
    private let listening: Int32
    private struct State {
        var mood = HookReceiver.takes
        var received: [Received] = []
    }
    private let state = Mutex(State())

    var mood: Mood {
        get { state.withLock(\.mood) }
        set { state.withLock { $0.mood = newValue } }
    }

    /// All that came, what was not taken as well.
    var received: [Received] { state.withLock(\.received) }

    /// Versions of a case, in the order in which they came.
    func versions(of id: Int64) -> [Int] { received.filter { $0.caseID == id }.map(\.version) }

    var url: String { "http://127.0.0.1:\(port)/hook?of=x" }

    init() throws {
        listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (descriptor, size) = (listening, length)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard isListening else { throw POSIXError(.EIO) }
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread { [weak self] in
                    self?.talk(on: connection)
                    close(connection)
                }
            }
        }
    }

    deinit {
        shutdown(listening, Int32(SHUT_RDWR))
        close(listening)
    }

    private func talk(on connection: Int32) {
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard let request = read(from: connection) else { return }
        let mood = state.withLock { state in
            state.received.append(request)
            return state.mood
        }
        var head = "HTTP/1.1 204 No Content"
        switch mood {
        case .answers(let text): head = text
        case .sleeps(let time): Thread.sleep(forTimeInterval: time)
        case .hangsUp: return
        }
        let bytes = Array("\(head)\r\nContent-Length: 0\r\n\r\n".utf8)
        _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    private func read(from connection: Int32) -> Received? {
        var all: [UInt8] = []
        while true {
            if let request = Self.request(all) { return request }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(connection, &bytes, bytes.count, 0)
            guard count > 0 else { return nil }
            all += bytes[..<count]
        }
    }

    /// `nil`: more bytes must come.
    private static func request(_ bytes: [UInt8]) -> Received? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        let body = bytes[end.upperBound...]
        guard body.count == headers["content-length"].flatMap({ Int($0) }) ?? 0 else { return nil }
        return Received(line: lines[0], headers: headers, body: String(decoding: body, as: UTF8.self))
    }
}
