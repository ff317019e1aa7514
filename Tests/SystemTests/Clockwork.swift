import CaseStore
import Casework
import Postgres
import Support
import WorkingTime

/// What was fired in a suite, beside what the rules say had to be: each case is folded anew from its events.
struct Clockwork {
    /// A step of a clock that was fired.
    struct Fired {
        let caseID: Int64
        let kind: Event.Kind
        let body: ClockFired
        /// When it had to be fired, by the rules.
        let wanted: Moment
        /// When it was.
        let at: Moment

        var key: String { "\(body.profile)/\(body.clock)" }
    }

    private(set) var fired: [Fired] = []
    /// In words: what was fired too soon, twice, with another moment than the rules', or not at all.
    private(set) var faults: [String] = []
    private let rules: Rulebook
    private var file: Case?
    private var seen: Set<String> = []

    /// Reads every event of the suite.
    /// - Parameter end: where the clock stands; everything before it must have been fired.
    init(_ suite: SuiteUnderTest, until end: Moment) async throws {
        rules = try await CaseStore(pool: suite.pool).rulebook()
        let rows = try await suite.rows(
            "SELECT case_id, kind, payload, jiesu.micros(at) FROM jiesu.case_event ORDER BY case_id, version")
        for row in rows {
            let (id, word): (Int64, String) = (try row.get(0), try row.get(1))
            if file?.id != id { try finish(end) }
            guard let kind = Event.Kind(rawValue: word) else { throw StoreError.unreadable("an event \(word)") }
            try take(
                try Event(kind: kind, payload: try row.get(2)), of: id, at: Moment(microseconds: try row.get(3)))
        }
        try finish(end)
    }

    private func steps() throws -> [(clock: Clock, step: Clock.Step)] {
        guard let file else { return [] }
        return clocks(of: file, under: try rules.policies(of: file), on: rules.calendar)
            .flatMap { clock in clock.steps.map { (clock, $0) } }
    }

    private mutating func take(_ event: Event, of id: Int64, at: Moment) throws {
        if case .registered(let registered) = event {
            file = Case(id: id, registered: registered, at: at)
            seen = []
            return
        }
        let steps = try steps()
        if let body = event.clockFired {
            note(event.kind, body, of: id, at: at, among: steps)
        } else {
            for (clock, step) in steps where step.at < at {
                faults.append(
                    "\(id): \(clock.key) \(step.number) of \(step.at.iso8601) was passed over by \(event.kind)")
            }
        }
        file?.apply(event, at: at)
    }

    private mutating func note(
        _ kind: Event.Kind, _ body: ClockFired, of id: Int64, at: Moment,
        among steps: [(clock: Clock, step: Clock.Step)]
    ) {
        let name = "\(id): \(body.profile)/\(body.clock) \(body.step)"
        let isFirst = seen.insert("\(file?.round ?? 0) \(body.profile) \(body.clock) \(body.step) \(body.due)").inserted
        if !isFirst { faults.append("\(name) was fired twice") }
        let found = steps.first {
            $0.clock.profile == body.profile && $0.clock.rule == body.clock && $0.step.number == body.step
        }
        guard let (clock, step) = found else {
            faults.append("\(name) was fired at \(at.iso8601) and did not run")
            return
        }
        let due = (step.kind == .target ? clock.target : clock.limit) ?? step.at
        if due.microseconds != body.due { faults.append("\(name) is due \(due.iso8601), not what the event says") }
        if step.at > at { faults.append("\(name) was fired at \(at.iso8601), before \(step.at.iso8601)") }
        fired.append(Fired(caseID: id, kind: kind, body: body, wanted: step.at, at: at))
    }

    private mutating func finish(_ end: Moment) throws {
        for (clock, step) in try steps() where step.at <= end {
            faults.append("\(file?.id ?? 0): \(clock.key) \(step.number) of \(step.at.iso8601) was never fired")
        }
    }
}

extension Event {
    /// What a step of a clock says; `nil` for any other event.
    var clockFired: ClockFired? {
        switch self {
        case .warned(let body), .targetPassed(let body), .missed(let body), .escalated(let body): body
        default: nil
        }
    }
}
