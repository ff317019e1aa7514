import Postgres
import Support

/// What the tables of a suite say when all is done, and whether it fits what citizens were told and what stands on the topics.
struct Record {
    struct Event: Hashable {
        let caseID: Int64
        let version: Int
    }

    /// State of each case.
    let states: [Int64: String]
    /// Hash of each event.
    let hashes: [Event: String]
    /// Inboxes that were told of an event.
    let told: [Event: [String]]
    private let suite: SuiteUnderTest

    init(_ suite: SuiteUnderTest) async throws {
        self.suite = suite
        var states: [Int64: String] = [:]
        for row in try await suite.rows("SELECT id, state FROM jiesu.case_file") {
            states[try row.get(0)] = try row.get(1)
        }
        var hashes: [Event: String] = [:]
        var told: [Event: [String]] = [:]
        for row in try await suite.rows(
            """
            SELECT case_id, version, encode(hash, 'hex'), array_remove(told, 'jiesu.cases') FROM jiesu.case_event
            """)
        {
            let event = Event(caseID: try row.get(0), version: try row.get(1))
            hashes[event] = try row.get(2)
            let inboxes: [String] = try row.get(3)
            if !inboxes.isEmpty { told[event] = inboxes }
        }
        (self.states, self.hashes, self.told) = (states, hashes, told)
    }

    // MARK: What is wrong, in words; empty if nothing is

    /// Every complaint answered is a case and no other; each has the end that its profile says.
    func faults(answered: [String: Citizens.Receipt], complaints: [Complaint]) -> [String] {
        var faults: [String] = []
        let cases = Set(answered.values.map(\.caseID))
        if cases.count != answered.count { faults.append("\(answered.count) complaints share \(cases.count) numbers") }
        let unknown = cases.subtracting(states.keys).sorted()
        if !unknown.isEmpty { faults.append("answered, but no case: \(unknown.prefix(10))") }
        let surplus = Set(states.keys).subtracting(cases).sorted()
        if !surplus.isEmpty { faults.append("cases that nobody was told of: \(surplus.prefix(10))") }
        for complaint in complaints {
            guard let wanted = complaint.state, let id = answered[complaint.key]?.caseID else { continue }
            if states[id] != wanted { faults.append("case \(id) is \(states[id] ?? "not there"), not \(wanted)") }
        }
        return faults
    }

    /// No event twice, versions without a gap, nothing waits, nothing is parked, every chain whole.
    /// - Parameter isWholeLife: people may say the same twice, each time by another command.
    func faultsOfTables(isWholeLife: Bool = false) async throws -> [String] {
        var faults: [String] = []
        func count(_ what: String, _ query: Query) async throws {
            let number = try await suite.number(query)
            if number != 0 { faults.append("\(number) \(what)") }
        }
        try await count(
            "cases with an event twice",
            """
            SELECT count(*) FROM (SELECT FROM jiesu.case_event GROUP BY case_id
                HAVING count(*) <> count(DISTINCT (CASE WHEN \(isWholeLife) THEN command END, kind, payload))) AS n
            """)
        try await count(
            "cases whose versions have gaps",
            """
            SELECT count(*) FROM (SELECT FROM jiesu.case_file f LEFT JOIN jiesu.case_event e ON e.case_id = f.id
                GROUP BY f.id HAVING count(e.version) <> f.version OR max(e.version) <> f.version OR min(e.version) <> 1) AS n
            """)
        try await count("keys without a case", "SELECT abs((SELECT count(*) FROM jiesu.idempotency) - \(states.count))")
        try await count("messages wait in the outbox", "SELECT count(*) FROM jiesu.outbox")
        // A Kafka that other databases used before may tell of cases that are not ours.
        try await count(
            "parked", "SELECT count(*) FROM jiesu.parked WHERE \(suite.outsideKafka == nil) OR reason <> 'unknown_case'"
        )
        let audit = try await suite.jiesu("audit", "verify")
        let expected = "\(states.count) chains, \(hashes.count) events, 0 broken"
        if audit.status != 0 || audit.lines != [expected] { faults.append("audit verify: \(audit)") }
        return faults
    }

    /// Copies on the wire are known by case and version, and the first ones come in order.
    ///
    /// A Kafka that other databases used before also holds their events: what has another hash is theirs.
    func faults(wire entries: [WireLog.Entry]) -> [String] {
        var faults: [String] = []
        var hashes: [String: String] = [:]
        var seen: [String: Set<Int>] = [:]
        for entry in entries {
            let event = Event(caseID: entry.caseID, version: entry.version)
            let place = "\(entry.id) on \(entry.message.topic) at broker \(entry.broker)"
            if suite.outsideKafka == nil {
                if entry.id != "\(entry.broker):\(entry.caseID):\(entry.version)" {
                    faults.append("wrong id: \(place)")
                }
                if hashes[entry.id, default: entry.hash] != entry.hash { faults.append("two meanings: \(place)") }
                hashes[entry.id] = entry.hash
                if self.hashes[event] != entry.hash { faults.append("not what the tables say: \(place)") }
            } else if self.hashes[event] != entry.hash {
                continue
            }
            // A copy that was seen is dropped by every reader; a first copy must not come after a later version.
            let line = "\(entry.broker) \(entry.message.topic) \(entry.caseID)"
            let isFirst = seen[line, default: []].insert(entry.version).inserted
            if isFirst, seen[line]?.max() != entry.version { faults.append("out of order: \(place)") }
        }
        return faults
    }

    /// What each inbox must hold and does not.
    func missing(in entries: [WireLog.Entry]) -> [String] {
        var there: Set<String> = []
        for entry in entries where hashes[Event(caseID: entry.caseID, version: entry.version)] == entry.hash {
            there.insert("\(entry.message.topic) \(entry.caseID) \(entry.version)")
        }
        return told.flatMap { event, topics in
            topics.map { "\($0) \(event.caseID) \(event.version)" }.filter { !there.contains($0) }
        }
    }
}
