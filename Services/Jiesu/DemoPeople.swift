import Access
import Casework
import HTTP
import JSON
import Postgres
import Synchronization
import WorkingTime

/// The people of the demo: they log in and act through the public APIs, each under an account of their own.
final class DemoPeople: Sendable {
    /// Who somebody is: one at each organisation, who may do what officers and heads may, and three at the centre.
    enum Person: Hashable {
        case at(String)
        case dispatcher
        case agent
        case supervisor

        var name: String {
            switch self {
            case .at(let organisation): organisation
            case .dispatcher: "demo-dispatcher"
            case .agent: "demo-agent"
            case .supervisor: "demo-supervisor"
            }
        }

        var organisation: String? {
            if case .at(let organisation) = self { organisation } else { nil }
        }

        var roles: [Role] {
            switch self {
            case .at: ["officer", "leader", "unit_head", "section_head", "dispatcher"]
            case .dispatcher: ["dispatcher", "officer", "leader"]
            case .agent: ["callback_agent"]
            case .supervisor: ["supervisor"]
            }
        }
    }

    private let suite: Suite
    private let pool: Pool
    /// Organisations that have an instance of their own.
    private let desks: Set<String>
    private let tokens = Mutex<[Person: String]>([:])

    init(suite: Suite, pool: Pool, desks: Set<String>) {
        self.suite = suite
        self.pool = pool
        self.desks = desks
    }

    /// Cases by what is due next, as the dispatcher sees them: those that are open, or those in one state.
    func cases(_ state: State? = nil) async throws -> [DemoCase] {
        let path = "/api/v1/cases?limit=500" + (state.map { "&state=\($0.rawValue)" } ?? "")
        let answer = try await ask(.dispatcher, "GET", path)
        return (answer.json?["cases"]?.array ?? []).compactMap(DemoCase.init)
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

    private func ask(_ person: Person, _ method: String, _ path: String, _ body: JSON? = nil) async throws
        -> Client.Answer
    {
        let port = try port(of: person)
        var headers: Headers = ["Authorization": "Bearer \(try await token(of: person, port))"]
        if body != nil { headers["Content-Type"] = "application/json" }
        let answer = try await Client(port: port).send(method, path, headers: headers, body: body?.bytes ?? [])
        guard answer.status < 300 else {
            throw CommandFailure("\(method) \(path) as \(person.name) was answered \(answer.status) \(answer.text)")
        }
        return answer
    }

    /// An organisation's own instance, or the centre's.
    private func port(of person: Person) throws -> Int {
        let part =
            switch person {
            case .at(let organisation) where desks.contains(organisation): Suite.Part.desk(organisation)
            case .at, .dispatcher, .supervisor: Suite.Part.routing
            case .agent: Suite.Part.callback
            }
        guard let port = suite.port(of: part) else { throw CommandFailure("\(part.name) does not run") }
        return port
    }

    private func token(of person: Person, _ port: Int) async throws -> String {
        if let token = tokens.withLock({ $0[person] }) { return token }
        let password = try await pool.withConnection { connection in
            try await Accounts(on: connection).add(
                name: person.name, title: person.name, organisation: person.organisation, roles: person.roles)
        }
        guard let password else { throw CommandFailure("there is an account \(person.name) already") }
        let answer = try await Client(port: port).send(
            "POST", "/api/v1/log-in", headers: [:], json: ["name": .string(person.name), "password": .string(password)])
        guard let token = answer.json?["token"]?.string else {
            throw CommandFailure("\(person.name) cannot log in: \(answer.status) \(answer.text)")
        }
        tokens.withLock { $0[person] = token }
        return token
    }
}
