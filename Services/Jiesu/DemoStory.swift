import Casework
import CaseStore
import Foundation
import HTTP
import JSON
import Lifecycle
import Postgres
import Telemetry
import WorkingTime

/// Sends the samples as citizens would and watches where they arrive; tells when everything has, then waits to be
/// stopped.
struct DemoStory: Service {
    let name = "demo"
    let suite: Suite
    let samples: [Sample]
    /// After so many the samples begin again.
    let period: Int
    let isQuiet: Bool
    let outcome: Outcome<DemoReport>
    let log: Logger

    /// Simulated time after which the story ends as it stands.
    static let longest = Int64(200) * 86_400_000_000
    /// Requests at the same time.
    private static let clients = 8
    /// With nothing moving for so long, the story ends as it stands.
    private static let patience = Duration.seconds(60)

    func run() async throws {
        guard await suite.waitUntilReady() else { return }
        let started = ContinuousClock.now
        let pool = Pool(try ConnectionSettings(url: suite.database), size: 2, log: log)
        let rules = try await CaseStore(pool: pool).rulebook()
        let codes = rules.directory.organisations.values.filter(\.hasInbox).map(\.code).sorted()
        let inboxes = try Inboxes(
            try await suite.kafka(pool), organisations: codes, group: "jiesu-demo", log: log)
        let (receipts, standings, arrivals, open) = try await inboxes.whileListening {
            let progress = ProgressLine(isQuiet: isQuiet)
            let receipts = try await send(progress)
            let numbers = receipts.map(\.number)
            let standings = try await follow(numbers, inboxes, pool, rules.directory, progress)
            let arrivals = Dictionary(
                uniqueKeysWithValues: numbers.map { ($0.id, Set(inboxes.arrivals(of: $0.id).map(\.organisation))) })
            var lives = DemoLives(
                simulation: Simulation(pool: pool),
                people: DemoPeople(pool: pool, desks: Set(Self.desks), port: suite.port(of:)),
                plan: DemoPlan(seed: 12345),
                receipts: Dictionary(
                    receipts.enumerated().map { ($1.number, (index: $0, code: $1.code)) },
                    uniquingKeysWith: { first, _ in first }), rules: rules)
            let end = Moment(microseconds: try await lives.simulation.now().microseconds + Self.longest)
            try await lives.live(until: end) { now, lives in
                progress.show("\(now.iso8601.prefix(16))  \(lives.open) open")
            }
            progress.end()
            return (receipts, standings, arrivals, lives.open)
        }
        let report = DemoReport(
            cases: zip(samples, receipts).map { sample, receipt in
                let standing = standings[receipt.number.id]
                return DemoReport.Case(
                    number: receipt.number, sample: sample, state: standing?.state ?? "?", lead: standing?.lead,
                    arrived: arrivals[receipt.number.id] ?? [])
            },
            ends: try await ends(pool), open: open, tally: try await DemoTally.count(pool: pool, rules: rules),
            consumed: inboxes.messages, directory: rules.directory,
            events: try await number("SELECT count(*) FROM jiesu.case_event", pool),
            outbox: try await number("SELECT count(*) FROM jiesu.outbox", pool),
            parked: try await number("SELECT count(*) FROM jiesu.parked", pool),
            notices: try await notices(pool),
            audit: try await Audit.verify(pool: pool), seconds: ContinuousClock.now - started)
        outcome.tell(report)
        while !Task.isCancelled { await sleep(for: .seconds(3600)) }
    }

    /// Sends everything through public HTTP; first what quotes no earlier number, then what does.
    private func send(_ progress: ProgressLine) async throws -> [Receipt] {
        var numbers = [Receipt?](repeating: nil, count: samples.count)
        for quotes in [false, true] {
            let indices = samples.indices.filter { (samples[$0].earlier != nil) == quotes }
            let known = numbers
            let sent = try await withThrowingTaskGroup(of: [(Int, Receipt)].self) { group in
                for first in 0..<Self.clients {
                    group.addTask {
                        let client = Client(port: suite.port)
                        var mine: [(Int, Receipt)] = []
                        for position in stride(from: first, to: indices.count, by: Self.clients) {
                            let index = indices[position]
                            let cycle = index / period * period
                            let earlier = samples[index].earlier.flatMap { known[min(cycle + $0, known.count - 1)] }
                            mine.append((index, try await post(index, earlier, client)))
                        }
                        return mine
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            for (index, number) in sent { numbers[index] = number }
            progress.show("\(numbers.count { $0 != nil }) of \(samples.count) registered")
        }
        return numbers.compactMap { $0 }
    }

    private func post(_ index: Int, _ earlier: Receipt?, _ client: Client) async throws -> Receipt {
        let answer = try await client.send(
            "POST", "/api/v1/complaints", headers: ["Idempotency-Key": "demo-\(index)"],
            json: samples[index].body(earlier: earlier.map { ($0.number, $0.code) }))
        guard answer.status == 201, let number = answer.json?["number"]?.string.flatMap(CaseNumber.init),
            let code = answer.json?["code"]?.string
        else {
            throw CommandFailure("sample \(index % period + 1) was not registered: \(answer.status) \(answer.text)")
        }
        return Receipt(number: number, code: code)
    }

    /// What a complainant holds.
    private struct Receipt: Sendable {
        let number: CaseNumber
        let code: String
    }

    /// Organisations with an instance of their own; the others' people use the centre's.
    static let desks = ["city-urban", "wangting-urban"]

    private func ends(_ pool: Pool) async throws -> [String: Int] {
        let rows = try await pool.withConnection {
            try await $0.query("SELECT state, count(*) FROM jiesu.case_file GROUP BY state")
        }
        var ends: [String: Int] = [:]
        for row in rows { ends[try row.get(0)] = try row.get(1) }
        return ends
    }

    /// What complainants were told, by what became of it.
    private func notices(_ pool: Pool) async throws -> [String: Int] {
        let rows = try await pool.withConnection {
            try await $0.query("SELECT state, count(*) FROM jiesu.notice GROUP BY state")
        }
        var notices: [String: Int] = [:]
        for row in rows { notices[try row.get(0)] = try row.get(1) }
        notices["shown"] = suite.messages?.count
        return notices
    }

    private struct Standing {
        let state: String
        /// As in `DemoReport.Case`.
        let lead: String?
        /// Organisations whose topics are told of it.
        let told: [String]
    }

    /// Waits until every case has its end, and every topic that is told of it its message, wanted or not; prints each as it
    /// gets there.
    private func follow(
        _ numbers: [CaseNumber], _ inboxes: Inboxes, _ pool: Pool, _ directory: Directory, _ progress: ProgressLine
    ) async throws -> [Int64: Standing] {
        var states: [Int64: Standing] = [:]
        var open = numbers
        var lastChange = ContinuousClock.now
        while !Task.isCancelled, !open.isEmpty, ContinuousClock.now - lastChange < Self.patience {
            states = try await standings(pool)
            var stillOpen: [CaseNumber] = []
            for number in open {
                if let standing = states[number.id],
                    let line = line(standing, inboxes.arrivals(of: number.id), directory)
                {
                    progress.print("\(number)  \(line)")
                    lastChange = .now
                } else {
                    stillOpen.append(number)
                }
            }
            open = stillOpen
            progress.show("\(numbers.count - open.count) of \(numbers.count) are at their end")
            await sleep(for: .milliseconds(100))
        }
        return states
    }

    /// How a case got to its end, for people; `nil` while it has not.
    private func line(_ standing: Standing, _ arrivals: [Inboxes.Arrival], _ directory: Directory) -> String? {
        guard let state = State(rawValue: standing.state),
            Set(arrivals.map(\.organisation)).isSuperset(of: standing.told)
        else { return nil }
        switch state {
        case .registered, .classified, .reopened: return nil
        case .awaitingJudgement, .redirected, .refused, .withdrawn: return state.title
        case .dispatched, .signed, .returned, .disputed, .replied, .closed:
            return standing.told.map { code in
                "\(Destination.inbox(code).topic) \(directory.organisations[code]?.title ?? "")"
            }.joined(separator: " + ")
        }
    }

    private func standings(_ pool: Pool) async throws -> [Int64: Standing] {
        let rows = try await pool.withConnection {
            try await $0.query(
                """
                SELECT f.id, f.state, coalesce(f.lead, (
                    SELECT t.payload::json ->> 'to' FROM jiesu.case_event t
                    WHERE t.case_id = f.id AND t.kind IN ('redirected', 'refused') ORDER BY t.version DESC LIMIT 1)),
                    array_remove(e.told, \(Destination.cases.topic))
                FROM jiesu.case_file f JOIN jiesu.case_event e ON e.case_id = f.id AND e.version = f.version
                """)
        }
        var states: [Int64: Standing] = [:]
        for row in rows {
            states[try row.get(0)] = Standing(
                state: try row.get(1), lead: try row.get(2),
                told: try row.get(3, as: [String].self).map(Inboxes.organisation))
        }
        return states
    }

    private func number(_ query: Query, _ pool: Pool) async throws -> Int {
        try await pool.withConnection { try await $0.query(query) }.only().get(0)
    }
}
