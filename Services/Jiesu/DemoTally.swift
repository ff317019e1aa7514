import CaseStore
import Casework
import JSON
import Postgres
import WorkingTime

/// What the lives of the demo's cases add up to: counted from the event table alone, by folding every case anew.
struct DemoTally: Sendable {
    /// How often each kind of event happened, by its word.
    var kinds: [String: Int] = [:]
    /// Clocks that began to run, each once a round.
    var armed = 0
    var fired = 0
    /// Steps of a clock that were fired more than once for the same end. Must be 0.
    var firedTwice = 0
    /// Messages that events owed to topics.
    var told = 0
    var replied = 0
    var onTime = 0
    var rated = 0
    var resolved = 0
    var satisfied = 0

    /// Reads all events. Some hundred cases; not for a city's table.
    static func count(pool: Pool, rules: Rulebook) async throws -> DemoTally {
        let rows = try await pool.withConnection {
            try await $0.query(
                """
                SELECT case_id, kind, payload, jiesu.micros(at), cardinality(told) FROM jiesu.case_event
                ORDER BY case_id, version
                """)
        }
        var tally = DemoTally()
        var fold = Fold()
        for row in rows {
            let word: String = try row.get(1)
            guard let kind = Event.Kind(rawValue: word) else { throw StoreError.unreadable("an event \(word)") }
            tally.told += try row.get(4, as: Int.self)
            try fold.take(
                try Event(kind: kind, payload: try row.get(2)), of: try row.get(0),
                at: Moment(microseconds: try row.get(3)), rules, &tally)
        }
        return tally
    }

    /// One case after the other.
    private struct Fold {
        private var file: Case?
        private var armed: Set<String> = []
        private var steps: Set<String> = []
        private var isLate = false

        mutating func take(
            _ event: Event, of id: Int64, at: Moment, _ rules: Rulebook, _ tally: inout DemoTally
        ) throws {
            if case .registered(let registered) = event {
                self = Fold()
                file = Case(id: id, registered: registered, at: at)
            } else {
                file?.apply(event, at: at)
            }
            guard let file else { return }
            tally.kinds[event.kind.rawValue, default: 0] += 1
            let policies = try rules.policies(of: file)
            for clock in clocks(of: file, under: policies, on: rules.calendar)
            where armed.insert("\(file.round)/\(clock.key)").inserted { tally.armed += 1 }
            switch event {
            case .warned(let fired), .targetPassed(let fired), .escalated(let fired): note(fired, file, &tally)
            case .missed(let fired):
                note(fired, file, &tally)
                let rule = policies.first { $0.version.profile == fired.profile }?.clocks.first {
                    $0.name == fired.clock
                }
                isLate = isLate || rule?.step == "close"
            case .reopened: isLate = false
            case .replied:
                tally.replied += 1
                tally.onTime += isLate ? 0 : 1
            case .rated(let rated):
                tally.rated += 1
                tally.resolved += rated.resolved ? 1 : 0
                tally.satisfied += rated.satisfaction.isSatisfied ? 1 : 0
            default: break
            }
        }

        private mutating func note(_ fired: ClockFired, _ file: Case, _ tally: inout DemoTally) {
            tally.fired += 1
            let step = "\(file.round)/\(fired.profile)/\(fired.clock)/\(fired.step)/\(fired.due)"
            if !steps.insert(step).inserted { tally.firedTwice += 1 }
        }
    }

    var rates: JSON {
        func rate(_ numerator: Int, _ denominator: Int) -> JSON {
            ["numerator": .int(Int64(numerator)), "denominator": .int(Int64(denominator))]
        }
        return [
            "on_time": rate(onTime, replied), "resolved": rate(resolved, rated), "satisfied": rate(satisfied, rated),
        ]
    }
}
