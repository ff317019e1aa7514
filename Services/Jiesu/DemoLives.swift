import CaseStore
import Casework
import JSON
import WorkingTime

/// Lets the people of the demo live through their cases on a simulated clock, which jumps from due moment to due moment, until
/// every case has its end.
struct DemoLives: Sendable {
    let simulation: Simulation
    let people: DemoPeople
    let plan: DemoPlan
    /// What complainants hold, by number: the query code, and which complaint it is.
    let receipts: [CaseNumber: (index: Int, code: String)]
    let rules: Rulebook
    /// Orders that are given at the same time.
    var lanes = 1
    /// What was done, by case, round and step.
    private var taken: Set<String> = []
    /// What was asked, by case and round, and was perhaps refused.
    private var tried: [String: Set<Order.Kind>] = [:]

    init(
        simulation: Simulation, people: DemoPeople, plan: DemoPlan,
        receipts: [CaseNumber: (index: Int, code: String)], rules: Rulebook
    ) {
        self.simulation = simulation
        self.people = people
        self.plan = plan
        self.receipts = receipts
        self.rules = rules
    }

    /// Simulated time after which the story ends as it stands.
    static let longest = Int64(200) * 86_400_000_000
    /// Steps that are taken together: people look at their lists once in so many minutes.
    private static let rhythm = Int64(30) * 60_000_000

    /// - Returns: cases that have not come to their end.
    mutating func live(_ progress: ProgressLine) async throws -> Int {
        let begin = try await simulation.now()
        while true {
            try Task.checkCancellation()
            try await simulation.settle()
            let now = try await simulation.now()
            let files = try await people.cases() + people.cases(.closed)
            let open = files.filter { !$0.state.isFinal }
            progress.show("\(now.iso8601.prefix(16))  \(open.count) open")
            let acts = try await act(on: files, at: now)
            if !acts.acted.isEmpty { continue }
            let next = (Array(acts.planned.values) + [try await simulation.nextClock()].compactMap { $0 }).min()
            guard let next, next.microseconds - begin.microseconds < Self.longest else { return open.count }
            let later = max(next.microseconds, now.microseconds + 1)
            try await simulation.jump(to: Moment(microseconds: (later + Self.rhythm - 1) / Self.rhythm * Self.rhythm))
        }
    }

    /// Lets everybody do the next thing that is to be done by now, in each case one.
    /// - Returns: the cases in which somebody did something, and when somebody will in others.
    mutating func act(
        on files: [DemoCase], at now: Moment
    ) async throws -> (acted: Set<CaseNumber>, planned: [CaseNumber: Moment]) {
        var acts: [Act] = []
        var planned: [CaseNumber: Moment] = [:]
        for var file in files {
            file.index = receipts[file.number]?.index ?? 0
            let round = "\(file.number)/\(file.round)"
            guard let step = plan.next(for: file, tried: tried[round] ?? []) else { continue }
            let key = Self.key(file, step)
            guard !taken.contains(key) else { continue }
            guard step.at <= now else {
                planned[file.number] = step.at
                continue
            }
            taken.insert(key)
            tried[round, default: []].insert(step.kind)
            acts.append((step, file, key))
        }
        try await take(acts)
        return (Set(acts.map(\.file.number)), planned)
    }

    private typealias Act = (step: DemoPlan.Step, file: DemoCase, key: String)

    private func take(_ acts: [Act]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<min(lanes, acts.count) {
                group.addTask {
                    for index in stride(from: lane, to: acts.count, by: lanes) {
                        try await take(acts[index].step, acts[index].file, acts[index].key)
                    }
                }
            }
            try await group.waitForAll()
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
        let able = rules.directory.organisations.values.filter { $0.hasInbox }.map(\.code).sorted()
        // A date of its own that lies ahead: months may have passed since it was registered.
        let due = (file.last.values.max()?.microseconds ?? 0) + 20 * 86_400_000_000
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
        let duties = file.profiles.compactMap { rules.profile(named: $0) }.flatMap(\.policy.dispute)
        return Set(duties.flatMap { rules.directory.organisations(withRole: $0).map(\.code) }).sorted()
            .map(DemoPeople.Person.at)
    }

    /// The complainant, with number and code.
    private func say(_ what: String, _ file: DemoCase, _ data: JSON?) async throws {
        guard let code = receipts[file.number]?.code else { return }
        try await people.say(what, file.number, code: code, data)
    }

    /// By the first rule of the profile that a person may use.
    private func close(_ file: DemoCase, _ person: DemoPeople.Person, _ id: String, _ note: String?) async throws {
        let rule = rules.profile(named: file.profile)?.policy.closing.first { $0.isManual }?.name
        guard let rule else { return }
        _ = try await people.order(person, .close, file, id: id, data: ["rule": .string(rule)], note: note)
    }
}
