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
    /// What falls due within so many microseconds is done together: people look at their lists once in so many minutes.
    var rhythm = Int64(30) * 60_000_000
    /// What was done, by case, round and step.
    private var taken: Set<String> = []
    /// What was asked, by case and round, and was perhaps refused.
    private var tried: [String: Set<Order.Kind>] = [:]
    /// The cases as the dispatcher saw them last, and in which version.
    private var files: [CaseNumber: DemoCase] = [:]
    private var versions: [Int64: Int] = [:]
    /// Cases in which somebody may have something to do now, and when somebody will in the others.
    private var candidates: Set<CaseNumber> = []
    private var planned: [CaseNumber: Moment] = [:]
    /// How many orders were given.
    private(set) var given = 0

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

    /// Cases that have not come to their end.
    var open: Int { files.values.count { !$0.state.isFinal } }

    /// Lets everybody live until nothing more is to be done before `end`.
    /// - Parameters:
    ///   - isWatched: whether anybody fires what is due.
    ///   - show: told of each moment at which it stands still.
    ///   - whenDue: called when the clock has just jumped to where something is due.
    mutating func live(
        until end: Moment, isWatched: Bool = true, show: (Moment, DemoLives) -> Void = { _, _ in },
        whenDue: () async throws -> Void = {}
    ) async throws {
        while true {
            try Task.checkCancellation()
            try await simulation.settle(isWatched: isWatched)
            let now = try await simulation.now()
            try await look(at: now)
            show(now, self)
            if try await act(at: now) { continue }
            let clock = isWatched ? try await simulation.nextClock() : nil
            guard let next = (Array(planned.values) + [clock].compactMap { $0 }).min(), next < end else { return }
            let later = max(next.microseconds, now.microseconds + 1)
            let moment = Moment(microseconds: (later + rhythm - 1) / rhythm * rhythm)
            try await simulation.jump(to: min(moment, end))
            if clock.map({ $0 <= moment }) ?? false { try await whenDue() }
        }
    }

    /// Looks again at the cases that have changed by now. Only which those are is read from the tables.
    private mutating func look(at now: Moment) async throws {
        // The first look is at all of them.
        let rows = try await simulation.changed(since: files.isEmpty ? Moment(microseconds: 0) : now)
        var changed: [CaseNumber] = []
        for (id, version) in rows where versions.updateValue(version, forKey: id) != version {
            changed.append(CaseNumber(id: id))
        }
        for var file in try await seen(changed) {
            file.index = receipts[file.number]?.index ?? 0
            files[file.number] = file
            candidates.insert(file.number)
        }
    }

    private func seen(_ numbers: [CaseNumber]) async throws -> [DemoCase] {
        try await withThrowingTaskGroup(of: [DemoCase].self) { [people, lanes] group in
            for lane in 0..<min(lanes, numbers.count) {
                group.addTask {
                    var files: [DemoCase] = []
                    for index in stride(from: lane, to: numbers.count, by: lanes) {
                        guard let file = try await people.file(numbers[index]) else {
                            throw CommandFailure("\(numbers[index]) cannot be read")
                        }
                        files.append(file)
                    }
                    return files
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// Lets everybody do the next thing that is to be done by now, in each case one.
    /// - Returns: whether anybody did anything.
    private mutating func act(at now: Moment) async throws -> Bool {
        var acts: [Act] = []
        let due = candidates.union(planned.filter { $0.value <= now }.keys)
        // In the order of the story, not of the numbers, which are given as requests happen to arrive.
        for file in due.compactMap({ files[$0] }).sorted(by: { $0.index < $1.index }) {
            planned[file.number] = nil
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
        given += acts.count
        candidates = Set(acts.map(\.file.number))
        return !acts.isEmpty
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
