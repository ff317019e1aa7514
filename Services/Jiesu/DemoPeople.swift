import Access
import Casework
import HTTP
import JSON
import Lifecycle
import Postgres
import Synchronization
import WorkingTime

/// The people of the demo: they log in and act through the public APIs, each under an account of their own.
final class DemoPeople: Sendable {
    /// Who somebody is: at each organisation one who may do what officers and heads may and one who approves, and three at the centre.
    enum Person: Hashable {
        case at(String)
        /// Who grants what the other one asks for.
        case head(String)
        case dispatcher
        case agent
        case supervisor

        var name: String {
            switch self {
            case .at(let organisation): organisation
            case .head(let organisation): "\(organisation)-head"
            case .dispatcher: "demo-dispatcher"
            case .agent: "demo-agent"
            case .supervisor: "demo-supervisor"
            }
        }

        var organisation: String? {
            switch self {
            case .at(let organisation), .head(let organisation): organisation
            case .dispatcher, .agent, .supervisor: nil
            }
        }

        var roles: [Role] {
            switch self {
            case .head: ["leader", "unit_head", "section_head"]
            case .at: ["officer", "leader", "unit_head", "section_head", "dispatcher"]
            case .dispatcher: ["dispatcher", "officer", "leader"]
            case .agent: ["callback_agent"]
            case .supervisor: ["supervisor"]
            }
        }
    }

    /// Where a part answers on 127.0.0.1.
    private let port: @Sendable (Suite.Part) -> Int?
    private let pool: Pool
    /// Organisations that have an instance of their own.
    private let desks: Set<String>
    private let logIns = Mutex<[Person: Task<String, any Error>]>([:])

    /// How long a request is sent again while the service is away or busy.
    private static let patience = Duration.seconds(60)

    init(pool: Pool, desks: Set<String>, port: @escaping @Sendable (Suite.Part) -> Int?) {
        self.port = port
        self.pool = pool
        self.desks = desks
    }

    /// A case as somebody sees it now.
    func file(_ number: CaseNumber, for person: Person = .dispatcher) async throws -> DemoCase? {
        try await ask(person, "GET", "/api/v1/cases/\(number)").json.flatMap(DemoCase.init)
    }

    /// Gives an order and says what became of it: `done`, `waiting`, or why not.
    func order(
        _ person: Person, _ kind: Order.Kind, _ file: DemoCase, id: String, data: JSON = [:], note: String? = nil
    ) async throws -> String {
        var body: JSONObject = [
            "id": .string(id), "kind": .string(kind.rawValue), "round": .int(Int64(file.round)), "data": data,
        ]
        body["note"] = note.map(JSON.string)
        let answer = try await ask(person, "POST", "/api/v1/cases/\(file.number)/commands", .object(body))
        guard let outcome = answer.json?["outcome"]?.string else {
            throw CommandFailure("\(kind.rawValue) of \(file.number) was answered \(answer.status) \(answer.text)")
        }
        return outcome
    }

    /// Says what a complainant says, with number and code; where it is not the time for it, nothing happens.
    func say(_ what: String, _ number: CaseNumber, code: String, _ data: JSON?) async throws {
        var headers: Headers = ["Jiesu-Query-Code": code]
        if data != nil { headers["Content-Type"] = "application/json" }
        let answer = try await send(
            to: .intake, "POST", "/api/v1/complaints/\(number)/\(what)", headers, data?.bytes ?? [])
        guard answer.status == 200 || answer.status == 409 else {
            throw CommandFailure("a \(what) was answered \(answer.status) \(answer.text)")
        }
    }

    private func ask(_ person: Person, _ method: String, _ path: String, _ body: JSON? = nil) async throws
        -> Client.Answer
    {
        var headers: Headers = ["Authorization": "Bearer \(try await token(of: person))"]
        if body != nil { headers["Content-Type"] = "application/json" }
        let answer = try await send(to: part(of: person), method, path, headers, body?.bytes ?? [])
        guard answer.status < 300 else {
            throw CommandFailure("\(method) \(path) as \(person.name) was answered \(answer.status) \(answer.text)")
        }
        return answer
    }

    /// Sends a request, and the same again while nobody answers or the service is busy: an order's id makes it one order.
    private func send(
        to part: Suite.Part, _ method: String, _ path: String, _ headers: Headers, _ body: [UInt8]
    ) async throws -> Client.Answer {
        guard let port = port(part) else { throw CommandFailure("\(part.name) does not run") }
        let client = Client(port: port)
        let deadline = ContinuousClock.now + Self.patience
        while true {
            let answer = try await Self.once(client, method, path, headers, body, isLast: .now > deadline)
            if let answer { return answer }
            try Task.checkCancellation()
            await sleep(for: .milliseconds(50))
        }
    }

    /// - Returns: `nil` where the same may be asked again.
    private static func once(
        _ client: Client, _ method: String, _ path: String, _ headers: Headers, _ body: [UInt8], isLast: Bool
    ) async throws -> Client.Answer? {
        do {
            let answer = try await client.send(method, path, headers: headers, body: body)
            return answer.status == 503 && !isLast ? nil : answer
        } catch {
            guard error.isRetriable, !isLast else { throw error }
            return nil
        }
    }

    /// An organisation's own instance, or the centre's.
    private func part(of person: Person) -> Suite.Part {
        switch person {
        case .at(let organisation) where desks.contains(organisation),
            .head(let organisation) where desks.contains(organisation):
            .desk(organisation)
        case .at, .head, .dispatcher, .supervisor: .routing
        case .agent: .callback
        }
    }

    private func token(of person: Person) async throws -> String {
        try await logIns.withLock { logIns in
            if let logIn = logIns[person] { return logIn }
            let logIn = Task { try await self.logIn(person) }
            logIns[person] = logIn
            return logIn
        }.value
    }

    private func logIn(_ person: Person) async throws -> String {
        let password = try await pool.withConnection { connection in
            try await Accounts(on: connection).add(
                name: person.name, title: person.name, organisation: person.organisation, roles: person.roles)
        }
        guard let password else { throw CommandFailure("there is an account \(person.name) already") }
        let token = try await open(person, password)
        // A first password opens nothing else.
        let new = Password.random()
        let changed = try await send(
            to: part(of: person), "PUT", "/api/v1/password",
            ["Content-Type": "application/json", "Authorization": "Bearer \(token)"],
            (["old": .string(password), "new": .string(new)] as JSON).bytes)
        // Changed at the first try, whose answer was lost with the service: then the new one opens.
        if changed.status == 422 { return try await open(person, new) }
        guard changed.status == 204 else {
            throw CommandFailure("\(person.name) cannot change the password: \(changed.status) \(changed.text)")
        }
        return token
    }

    private func open(_ person: Person, _ password: String) async throws -> String {
        let body: JSON = ["name": .string(person.name), "password": .string(password)]
        let answer = try await send(
            to: part(of: person), "POST", "/api/v1/log-in", ["Content-Type": "application/json"], body.bytes)
        guard let token = answer.json?["token"]?.string else {
            throw CommandFailure("\(person.name) cannot log in: \(answer.status) \(answer.text)")
        }
        return token
    }
}
