import Casework
import Postgres
import Support
import Testing
import WorkingTime

@testable import Reporting

/// Rates computed from facts in a real database.
struct RatesTests {
    private static let handled: [Event] = [Life.classified("telecom"), Life.accepted, Life.dispatched("a")]
    /// Days of `Life` are days of January 1970 in UTC, of which the night belongs to the next day in China.
    private static let period = Period(from: CivilDay("1970-01-01")!, to: CivilDay("1970-01-31")!)!

    /// What a report says of each group: code, registered, then numerator/denominator and rank of each measure.
    private func lines(_ report: RatesReport) -> [String] {
        let ranks = Measure.allCases.map { report.ranks(of: $0) }
        let groups = report.groups.enumerated().map { index, group in
            line(group, ranks: ranks.map { $0[index] })
        }
        return groups + [line(report.total, ranks: [nil, nil, nil, nil])]
    }

    private func line(_ group: RatesReport.Group, ranks: [Int?]) -> String {
        let rates = zip(Measure.allCases, ranks).map { measure, rank in
            let rate = group.rates[measure]
            return " \(rate.numerator)/\(rate.denominator)" + (rank.map { "#\($0)" } ?? "")
        }
        return "\(group.code ?? "-") \(group.registered)" + rates.joined()
    }

    @Test func eachCaseIsCountedByItsPopulation() async throws {
        let fixture = try await ReportingFixture()
        let lives: [[Event]] = [
            // Closed in time and rated.
            Self.handled + [Life.replied, Life.rated(.satisfied), Life.closed],
            // Late, dissatisfied, and closed by another in the second round: its first closing counts alone (E-22).
            Self.handled + [
                Life.missed("close"), Life.replied, Life.rated(.dissatisfied, resolved: false), Life.reopened(2),
                Life.dispatched("b"), Life.replied, Life.rated(.basicallySatisfied), Life.closed,
            ],
            // In time at first and late in the second round: in time.
            Self.handled + [
                Life.replied, Life.closed, Life.rated(.veryDissatisfied), Life.reopened(2), Life.dispatched("b"),
                Life.missed("close"),
            ],
            // Outside the remit, refused, taken back, taken back after it was late.
            [Life.classified("telecom"), .redirected(Redirected(to: "court", reason: "not_in_remit"))],
            [Life.classified("health"), .refused(Refused(ground: "reasoned", reason: "not_in_remit"))],
            Self.handled + [.withdrawn(Withdrawn())], Self.handled + [Life.missed("close"), .withdrawn(Withdrawn())],
            // Open and late, open and not late.
            Self.handled + [Life.missed("close")], Self.handled,
            // Exempt from every limit: closed, and nobody was punctual.
            [Life.classified("health"), Life.accepted, Life.dispatched("c"), Life.replied, Life.closed],
            // Not even classified.
            [],
        ]
        for (index, events) in lives.enumerated() { try await fixture.add(Int64(index + 1), events) }
        #expect(try await fixture.reports.rates(by: .organisation, in: Self.period).waiting == 11)
        try await fixture.makeAll()
        let report = try await fixture.reports.rates(by: .organisation, in: Self.period)
        #expect(report.waiting == 0)
        #expect(
            lines(report) == [
                "a 5 1/3#3 2/5#1 2/3#2 1/3#2", "b 2 1/2#2 0/0 1/1#1 1/1#1",
                "c 1 1/1#1 0/0 0/0 0/0", "- 3 0/1 0/0 0/0 0/0", "- 11 3/7 2/5 3/4 2/4",
            ])
        let bySubject = try await fixture.reports.rates(by: .subject, in: Self.period)
        #expect(
            lines(bySubject) == [
                "health 2 1/1#1 0/0 0/0 0/0", "telecom 8 2/5#2 2/5#1 3/4#1 2/4#1", "- 1 0/1 0/0 0/0 0/0",
                "- 11 3/7 2/5 3/4 2/4",
            ])
    }

    @Test func noCasesAreNoData() async throws {
        let fixture = try await ReportingFixture()
        let report = try await fixture.reports.rates(by: .organisation, in: Self.period)
        #expect(lines(report) == ["- 0 0/0 0/0 0/0 0/0"])
        #expect(Measure.allCases.allSatisfy { report.total.rates[$0].percent == nil })
    }

    @Test func aPeriodIsOfWholeDaysInChina() async throws {
        let fixture = try await ReportingFixture()
        let times = [
            "2026-02-28T23:59:59.999999+08:00", "2026-03-01T00:00:00+08:00", "2026-03-31T23:59:59.999999+08:00",
            "2026-04-01T00:00:00+08:00",
        ]
        for (index, time) in times.enumerated() {
            try await fixture.add(Int64(index + 1), [], registered: try #require(Moment(iso8601: time)))
        }
        try await fixture.makeAll()
        func registered(_ from: String, _ to: String) async throws -> Int {
            let period = try #require(Period(from: CivilDay(from)!, to: CivilDay(to)!))
            return try await fixture.reports.rates(by: .subject, in: period).total.registered
        }
        #expect(try await registered("2026-03-01", "2026-03-31") == 2)
        #expect(try await registered("2026-03-01", "2026-03-01") == 1)
        #expect(try await registered("2026-02-28", "2026-04-01") == 4)
        #expect(try await registered("0001-01-01", "9999-12-31") == 4)
        #expect(Period(from: CivilDay("2026-03-02")!, to: CivilDay("2026-03-01")!) == nil)
    }

    /// `count` facts of one closed, limited round each; `good` of them satisfied, solved and in time.
    private func fill(_ fixture: ReportingFixture, _ lead: String, good: Int, of count: Int, from first: Int = 1)
        async throws
    {
        try await fixture.execute(
            """
            INSERT INTO jiesu.report_fact (case_id, round, latest, state, lead, registered_at, closed_at, limited,
                missed, resolved, satisfaction, supervised)
            SELECT n, 1, true, 'closed', \(lead), '1970-01-02Z', '1970-01-03Z', true,
                CASE WHEN n - \(first) < \(good) THEN '{}' ELSE '{x/close}' END::text[], n - \(first) < \(good),
                CASE WHEN n - \(first) < \(good) THEN 'satisfied' ELSE 'dissatisfied' END, false
            FROM generate_series(\(first), \(first + count - 1)) AS n
            """)
    }

    @Test func nothingIsRoundedUpToAThreshold() async throws {
        let fixture = try await ReportingFixture()
        try await fill(fixture, "below", good: 15_999, of: 20_000)
        try await fill(fixture, "barely", good: 7999, of: 10_000, from: 100_001)
        try await fill(fixture, "reached", good: 8000, of: 10_000, from: 200_001)
        try await fill(fixture, "legal", good: 9799, of: 10_000, from: 300_001)
        let report = try await fixture.reports.rates(by: .organisation, in: Self.period)
        let percents = Dictionary(
            uniqueKeysWithValues: report.groups.map { ($0.code ?? "-", $0.rates.satisfaction.percent) })
        #expect(percents == ["below": "79.99", "barely": "79.99", "reached": "80.00", "legal": "97.99"])
        #expect(report.groups.map(\.rates.onTime) == report.groups.map(\.rates.resolution))
        // By the fractions, not by what is shown of them.
        #expect(report.groups.map(\.code) == ["barely", "below", "legal", "reached"])
        #expect(report.ranks(of: .satisfaction) == [4, 3, 1, 2])
        #expect(report.ranks(of: .closing) == [1, 1, 1, 1])
    }

    @Test func groupsAddUpToTheTotalAndToWhatTheFactsSay() async throws {
        let fixture = try await ReportingFixture()
        var random = SeededGenerator()
        // No case is registered twice; its row would not say what was before.
        let lives = (1...80).map { _ in
            FactPropertyTests.events(random.below(30), using: &random).filter { $0.kind != .registered }
        }
        for (index, events) in lives.enumerated() { try await fixture.add(Int64(index + 1), events) }
        try await fixture.makeAll()
        let facts = lives.flatMap { Life.facts($0) }
        var totals: [RatesReport.Group] = []
        for grouping in Grouping.allCases {
            let report = try await fixture.reports.rates(by: grouping, in: Self.period)
            totals.append(report.total)
            #expect(report.groups.count > 2, "seed \(random.seed)")
            #expect(report.total.registered == report.groups.map(\.registered).reduce(0, +))
            #expect(report.total.registered == 80)
            for measure in Measure.allCases {
                let rates = report.groups.map { $0.rates[measure] }
                let total = report.total.rates[measure]
                #expect(total.denominator == rates.map(\.denominator).reduce(0, +), "\(measure) seed \(random.seed)")
                #expect(total.numerator == rates.map(\.numerator).reduce(0, +), "\(measure) seed \(random.seed)")
                #expect(total == Self.counted(facts, measure), "\(measure) seed \(random.seed)")
            }
        }
        #expect(totals[0] == totals[1], "seed \(random.seed)")
    }

    /// The same as the query says, plainly.
    private static func counted(_ facts: [Fact], _ measure: Measure) -> Rate {
        let outside: Set<State> = [.redirected, .refused]
        let population: [Fact]
        let good: (Fact) -> Bool
        switch measure {
        case .closing:
            population = facts.filter { $0.isLatest && !outside.contains($0.state) && $0.state != .withdrawn }
            good = { $0.state == .closed }
        case .onTime:
            population = facts.filter { fact in
                guard fact.round == 1, !outside.contains(fact.state) else { return false }
                let isOver = fact.closed != nil || !fact.isLatest
                return !fact.missed.isEmpty || fact.isLimited && isOver
            }
            good = { $0.missed.isEmpty }
        case .resolution:
            population = facts.filter { $0.resolved != nil }
            good = { $0.resolved == true }
        case .satisfaction:
            population = facts.filter { $0.satisfaction != nil }
            good = { $0.satisfaction?.isSatisfied == true }
        }
        return Rate(numerator: population.count(where: good), denominator: population.count)
    }
}
