import CaseStore
import Casework
import HTTP
import JSON
import Postgres
import Support
import Synchronization
import Telemetry

@testable import Callback

/// A database with the shipped city, a gateway, and `jiesu-callback`'s sender between them, under its own login.
final class NoticeFixture: Sendable {
    let database: TestDatabase
    let pool: Pool
    let store: CaseStore
    /// The service's own.
    let notices: NoticeStore
    let metrics = Metrics()
    let gateway: TestGateway
    private let hands: CaseStore
    private let lines = Mutex<[String]>([])
    private let tasks = Mutex<[Task<Void, any Error>]>([])

    static let phone = "13912345678"
    static let email = "peony@example.invalid"

    init() async throws {
        database = try await TestDatabase.installed()
        pool = try database.pool(size: 6)
        store = CaseStore(pool: pool)
        let own = Pool(try database.settings(as: "jiesu_callback"), size: 6, log: .silent)
        notices = NoticeStore(own)
        hands = CaseStore(pool: own)
        gateway = try TestGateway()
    }

    deinit { for task in tasks.withLock({ $0 }) { task.cancel() } }

    /// Everything that was logged.
    var log: String { lines.withLock { $0.joined(separator: "\n") } }

    /// Starts what `jiesu-callback` starts, and returns when other services know of it.
    func start(
        sms: (any GatewayService)?, mail: (any GatewayService)? = nil, reports: Bool = false,
        lease: Duration = .seconds(30)
    ) async throws {
        let log = Logger(service: "test", level: .debug) { [weak self] line in
            self?.lines.withLock { $0.append(line) }
        }
        var sender = NoticeSender(
            notices: notices, store: hands, sms: sms, mail: mail, publicURL: "http://12345.example", reports: reports,
            metrics: metrics, log: log)
        sender.lease = lease
        let teller = NoticeTeller(notices: notices, store: hands, log: log)
        let running = sender
        tasks.withLock {
            $0 += [Task { try await running.run() }, Task { try await teller.run() }]
        }
        let wanted = sms != nil || mail != nil
        try await eventually("every service knows") { try await store.rulebook().sendsNotices == wanted }
    }

    /// Ends them, as a stop does: what is on its way is finished.
    func stop() async {
        let tasks = tasks.withLock { tasks in
            defer { tasks = [] }
            return tasks
        }
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.result }
    }

    func register(
        _ identity: Identity = .named, contact: Registration.Contact? = .init(name: "示例人", phone: phone),
        line: String = "12345"
    ) async throws -> Int64 {
        let outcomes = try await store.register([
            Registration(
                key: TestBroker.uniqueName(), request: [], line: line, actor: .complainant, channel: "phone_hotline",
                identity: identity, contact: contact, text: "秘密正文，路灯不亮")
        ])
        guard case .registered(let receipt) = outcomes[0] else { throw NotInTime("not registered: \(outcomes)") }
        return receipt.number.id
    }

    func give(_ order: Order, to id: Int64, by actor: Actor = .service("test")) async throws {
        let results = try await store.perform([
            .init(
                caseID: id,
                command: Command(id: TestBroker.uniqueName(), seen: .round(1), by: actor, order: order))
        ])
        _ = try results[0].get()
    }

    func dispatch(_ id: Int64, subject: String = "urban_construction", to lead: String = "city-urban") async throws {
        try await give(.classify(Finding(nature: "complaint", subject: subject, urgency: "ordinary")), to: id)
        try await give(.dispatch(Dispatched(lead: lead)), to: id)
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

    /// Kind, state, attempts and last error of the notices of a case, in order.
    func standing(_ id: Int64) async throws -> [String] {
        try await texts(
            """
            SELECT concat_ws(' ', kind, state, attempts, error) FROM jiesu.notice WHERE case_id = \(id) ORDER BY version
            """)
    }

    /// Lets the next attempt of everything that waits come now.
    func hurry() async throws {
        try await execute("UPDATE jiesu.notice SET next_at = clock_timestamp() WHERE state = 'waiting'")
    }
}

/// A provider of short messages, with its moods.
final class TestGateway: Sendable {
    enum Mood: Sendable {
        case takes
        case answers(status: Int, String)
        /// Says nothing for so long.
        case sleeps(Duration)
    }

    struct Message: Sendable, Equatable {
        let to: String
        let text: String
        let id: String
    }

    private struct State {
        var mood = Mood.takes
        var messages: [Message] = []
        var headers: [String] = []
    }

    private let server: Server
    private let task: Task<Void, any Error>
    private let state: SharedState

    private final class SharedState: Sendable {
        let value = Mutex(State())
    }

    init() throws {
        let state = SharedState()
        self.state = state
        let route = Route(
            .post, "/send", "短信", body: .json(.any), answers: [.init(200, "收下")]
        ) { request, body in
            let message = Message(
                to: body["to"]?.string ?? "", text: body["text"]?.string ?? "", id: body["id"]?.string ?? "")
            let mood = state.value.withLock { state in
                state.messages.append(message)
                state.headers.append(request.header("Authorization") ?? "")
                return state.mood
            }
            switch mood {
            case .takes: return .json(["code": "OK", "msgid": .string("m-\(message.id)"), "to": .string(message.to)])
            case .answers(let status, let text): return .text(text, status: status)
            case .sleeps(let time):
                try await Task.sleep(for: time)
                return .json(["code": "OK"])
            }
        }
        server = Server(name: "gateway", listen: "127.0.0.1:0", routes: [route], log: .silent)
        try server.start()
        let running = server
        task = Task { try await running.run() }
    }

    deinit { task.cancel() }

    var mood: Mood {
        get { state.value.withLock(\.mood) }
        set { state.value.withLock { $0.mood = newValue } }
    }

    /// All that came, those that were not taken as well.
    var messages: [Message] { state.value.withLock(\.messages) }
    var authorizations: Set<String> { state.value.withLock { Set($0.headers) } }

    /// As `jiesu-callback` would reach it.
    func service(
        _ template: GatewayTemplate = .plain, authorization: String? = nil, timeout: Duration = .seconds(10)
    ) throws -> SMSGateway {
        guard let address = HTTPAddress("http://127.0.0.1:\(server.port ?? 0)/send") else {
            throw NotInTime("no address")
        }
        return SMSGateway(address: address, template: template, authorization: authorization, timeout: timeout)
    }
}
