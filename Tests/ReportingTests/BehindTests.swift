import Casework
import Support
import Testing
import WorkingTime

@testable import Reporting

/// What stands behind the figures.
struct BehindTests {
    private static let period = Period(from: CivilDay("1970-01-01")!, to: CivilDay("1970-01-31")!)!
    private static let handled: [Event] = [Life.classified("telecom"), Life.accepted, Life.dispatched("a")]

    @Test func `behind each figure stand as many rounds as it says, and no round is there twice`() async throws {
        let fixture = try await ReportingFixture()
        var random = SeededGenerator()
        let lives = (1...60).map { _ in FactPropertyTests.events(random.below(30), using: &random) }
        for (index, events) in lives.enumerated() { try await fixture.add(Int64(index + 1), events) }
        try await fixture.makeAll()
        for (grouping, within) in [(.organisation, nil), (.subject, nil), (.organisation, "telecom")]
            as [(Grouping, String?)]
        {
            let report = try await fixture.reports.rates(by: grouping, within: within, in: Self.period)
            let groups = report.groups.map { ($0, $0.code.map(Figure.Group.code) ?? .none) } + [(report.total, .all)]
            for (counted, group) in groups {
                for measure in [nil] + Measure.allCases {
                    let rate =
                        measure.map { counted.rates[$0] }
                        ?? Rate(numerator: counted.registered, denominator: counted.registered)
                    for part in Figure.Part.allCases {
                        let rounds = try await fixture.reports.rounds(
                            behind: Figure(measure: measure, part: part, group: group), by: grouping, within: within,
                            in: Self.period, limit: 1000)
                        let expected =
                            switch part {
                            case .whole: rate.denominator
                            case .counted: rate.numerator
                            case .rest: rate.denominator - rate.numerator
                            }
                        #expect(
                            rounds.count == expected,
                            "\(grouping) \(group) \(measure as Any) \(part) seed \(random.seed)")
                        #expect(Set(rounds.map { "\($0.row.file.id)/\($0.round)" }).count == rounds.count)
                    }
                }
            }
        }
    }

    @Test func `a long list goes on where the last page ended`() async throws {
        let fixture = try await ReportingFixture()
        for id in 1...7 as ClosedRange<Int64> { try await fixture.add(id, Self.handled) }
        try await fixture.makeAll()
        var found: [Int64] = []
        var last: (id: Int64, round: Int) = (0, 0)
        while true {
            let page = try await fixture.reports.rounds(
                behind: Figure(measure: nil, part: .whole, group: .all), by: .organisation, within: nil,
                in: Self.period,
                after: last, limit: 3)
            guard let end = page.last else { break }
            found += page.map(\.row.file.id)
            last = (end.row.file.id, end.round)
        }
        #expect(found == [1, 2, 3, 4, 5, 6, 7])
    }

    @Test func `a scheme is late by its own limits alone`() async throws {
        let fixture = try await ReportingFixture()
        let lives: [[Event]] = [
            Self.handled + [Life.missed("close"), Life.replied, Life.closed],
            Self.handled + [Life.replied, Life.closed],
        ]
        for (index, events) in lives.enumerated() { try await fixture.add(Int64(index + 1), events) }
        try await fixture.makeAll()
        // A second scheme governs both, and its limit was missed in the second case only.
        try await fixture.execute(
            """
            UPDATE jiesu.report_fact SET profiles = '{life,other}', limited_by = '{life,other}',
                missed = CASE case_id WHEN 2 THEN '{other/close}' ELSE missed END
            """)
        let schemes = try await fixture.reports.schemes(in: Self.period)
        #expect(schemes.map(\.profile) == ["life", "other"])
        #expect(schemes.map(\.all.onTime) == [Rate(numerator: 1, denominator: 2), Rate(numerator: 1, denominator: 2)])
        let report = try await fixture.reports.rates(by: .organisation, in: Self.period)
        #expect(report.total.rates.onTime == Rate(numerator: 0, denominator: 2))
    }

    @Test func `a case that was supervised counts by its last rating, and only such a case`() async throws {
        let fixture = try await ReportingFixture()
        let lives: [[Event]] = [
            Self.handled + [
                Life.replied, Life.rated(.dissatisfied, resolved: false), Life.supervised(1), Life.reopened(2),
                Life.dispatched("a"), Life.replied, Life.rated(.satisfied),
            ],
            Self.handled + [Life.supervised(1), Life.replied, Life.rated(.dissatisfied)],
            Self.handled + [Life.replied, Life.rated(.satisfied)],
        ]
        for (index, events) in lives.enumerated() { try await fixture.add(Int64(index + 1), events) }
        try await fixture.makeAll()
        let scheme = try #require(try await fixture.reports.schemes(in: Self.period).first)
        func target(_ population: Target.Population) -> Target {
            Target(name: "x", title: "x", source: "x", measure: .satisfaction, population: population, least: 50)
        }
        #expect(scheme[target(.supervised)] == Rate(numerator: 1, denominator: 2))
        #expect(scheme[target(.all)] == Rate(numerator: 2, denominator: 4))
        #expect(scheme[target(.supervised)].reaches(50) == true && scheme[target(.supervised)].reaches(51) == false)
        #expect(Rate(numerator: 0, denominator: 0).reaches(1) == nil)
    }

    @Test func `what the handlers asked themselves is kept apart from what others asked`() async throws {
        let fixture = try await ReportingFixture()
        let own = Event.rated(Rated(by: .handler, resolved: true, satisfaction: .satisfied))
        let person = Event.rated(Rated(by: .complainant, resolved: false, satisfaction: .dissatisfied))
        for (index, rating) in [own, own, person].enumerated() {
            try await fixture.add(Int64(index + 1), Self.handled + [Life.replied, rating])
        }
        try await fixture.makeAll()
        let origins = try await fixture.reports.origins(in: Self.period)
        #expect(origins.map(\.origin) == [.agent, .handler, .complainant])
        #expect(
            origins.map(\.satisfaction.denominator) == [0, 2, 1] && origins.map(\.satisfaction.numerator) == [0, 2, 0])
    }

    @Test func `the usual periods are this month, quarter and year so far, and the last ones`() {
        func text(_ today: String) -> [String] {
            Period.usual(on: CivilDay(today)!).map { "\($0.name) \($0.period.from)…\($0.period.to)" }
        }
        #expect(
            text("2026-02-10") == [
                "本月 2026-02-01…2026-02-10", "上月 2026-01-01…2026-01-31", "本季 2026-01-01…2026-02-10",
                "上季 2025-10-01…2025-12-31", "今年 2026-01-01…2026-02-10", "去年 2025-01-01…2025-12-31",
            ])
    }
}
