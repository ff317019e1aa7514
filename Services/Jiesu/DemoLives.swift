import CaseStore
import Casework
import HTTP
import JSON
import Lifecycle
import Postgres
import WorkingTime

/// Lets the people of the demo live through their cases on a simulated clock, which jumps from due moment to due moment, until
/// every case has its end.
struct DemoLives: Sendable {
    let suite: Suite
    let pool: Pool
    let people: DemoPeople
    let plan: DemoPlan
    /// What complainants hold, by number: the query code, and which complaint it is.
    let receipts: [CaseNumber: (index: Int, code: String)]
    let directory: Directory
    let profiles: [String: String]

    /// Simulated time after which the story ends as it stands.
    private static let longest = Int64(200) * 86_400_000_000
    /// Steps that are taken together: people look at their lists once in so many minutes.
    private static let rhythm = Int64(30) * 60_000_000

    /// - Returns: cases that have not come to their end.
    func live(_ progress: ProgressLine) async throws -> Int {
        let simulation = Simulation(pool: pool)
        let begin = try await simulation.now()
        var taken: Set<String> = []
        var tried: [String: Set<Order.Kind>] = [:]
        while true {
            try Task.checkCancellation()
            try await simulation.settle()
            let now = try await simulation.now()
            let files = try await people.cases() + people.cases(.closed)
            let open = files.filter { !$0.state.isFinal }
            progress.show("\(now.iso8601.prefix(16))  \(open.count) open")
            var planned: [Moment] = []
            var hasActed = false
            for var file in files {
                file.index = receipts[file.number]?.index ?? 0
                let round = "\(file.number)/\(file.round)"
                guard let step = plan.next(for: file, tried: tried[round] ?? []) else { continue }
                let key = Self.key(file, step)
                guard !taken.contains(key) else { continue }
                guard step.at <= now else {
                    planned.append(step.at)
                    continue
                }
                taken.insert(key)
                tried[round, default: []].insert(step.kind)
                try await take(step, file, key)
                hasActed = true
            }
            if hasActed { continue }
            let next = (planned + [try await simulation.nextClock()].compactMap { $0 }).min()
            guard let next, next.microseconds - begin.microseconds < Self.longest else { return open.count }
            let later = max(next.microseconds, now.microseconds + 1)
            try await simulation.jump(to: Moment(microseconds: (later + Self.rhythm - 1) / Self.rhythm * Self.rhythm))
        }
    }

    private static func key(_ file: DemoCase, _ step: DemoPlan.Step) -> String {
        "\(file.number)/\(file.round)/\(step.kind.rawValue)/\(step.mark)"
    }

    private func take(_ step: DemoPlan.Step, _ file: DemoCase, _ key: String) async throws {
        let id = key.replacing("/", with: ".")
        switch (step.kind, step.person) {
        case (.dispatch, _): try await judge(file, id)
        case (.rate, _): try await say("rating", file, step.data)
        case (.withdraw, _): try await say("withdrawal", file, nil)
        case (.close, let person?): try await close(file, person, id, step.note)
        case (let kind, let person?):
            _ = try await people.order(person, kind, file, id: id, data: step.data, note: step.note)
        case (_, nil): break
        }
    }

    /// A dispatcher, or whoever the policy names for a dispute, sends it on: to whoever had it, or to the first who may.
    private func judge(_ file: DemoCase, _ id: String) async throws {
        let able = directory.organisations.values.filter { $0.hasInbox }.map(\.code).sorted()
        let due = file.last[Event.Kind.registered.rawValue].map { $0.microseconds + 20 * 86_400_000_000 } ?? 0
        for lead in [file.lead].compactMap({ $0 }) + able {
            for person in [DemoPeople.Person.dispatcher] + deciders(file) {
                let outcome = try await people.order(
                    person, .dispatch, file, id: "\(id).\(lead).\(person.name)",
                    data: ["lead": .string(lead), "helpers": [], "due": .int(due)])
                if outcome == "done" || outcome == "waiting" { return }
                guard outcome == "not_allowed" else { break }
            }
        }
    }

    private func deciders(_ file: DemoCase) -> [DemoPeople.Person] {
        guard file.state == .disputed else { return [] }
        return directory.organisations.values.filter { !$0.roles.isEmpty && $0.hasInbox }.map(\.code).sorted()
            .map(DemoPeople.Person.at)
    }

    /// The complainant, with number and code.
    private func say(_ what: String, _ file: DemoCase, _ data: JSON?) async throws {
        guard let code = receipts[file.number]?.code else { return }
        var headers: Headers = ["Jiesu-Query-Code": code]
        if data != nil { headers["Content-Type"] = "application/json" }
        let answer = try await Client(port: suite.port).send(
            "POST", "/api/v1/complaints/\(file.number)/\(what)", headers: headers, body: data?.bytes ?? [])
        guard answer.status == 200 || answer.status == 409 else {
            throw CommandFailure("a \(what) was answered \(answer.status) \(answer.text)")
        }
    }

    /// By the first rule of the profile that a person may use.
    private func close(_ file: DemoCase, _ person: DemoPeople.Person, _ id: String, _ note: String?) async throws {
        guard let rule = profiles[file.profile] else { return }
        _ = try await people.order(person, .close, file, id: id, data: ["rule": .string(rule)], note: note)
    }
}
