import Support
import Synchronization
import Testing
import WorkingTime

@testable import Reporting

/// What the public costs the database.
struct PublicFiguresTests {
    private static func report(_ registered: Int) -> PublicReport {
        let none = Rate(numerator: 0, denominator: 0)
        return PublicReport(
            period: Period(from: CivilDay("2026-01-01")!, to: CivilDay("2026-01-31")!)!, counted: [],
            total: .init(
                code: nil, registered: registered,
                rates: Rates(closing: none, onTime: none, resolution: none, satisfaction: none)), least: 5)
    }

    private final class Computations: Sendable {
        private let state = Mutex((count: 0, fails: false))

        var count: Int { state.withLock { $0.count } }
        func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }

        func next() throws -> Int {
            try state.withLock { state in
                state.count += 1
                if state.fails { throw Broken() }
                return state.count
            }
        }
    }

    private struct Broken: Error {}

    @Test func `a thousand who ask at once cost one computation, and all see the same`() async throws {
        let computations = Computations()
        let figures = PublicFigures(interval: .seconds(3600)) { Self.report(10 * (try computations.next())) }
        let seen = try await withThrowingTaskGroup(of: PublicReport.self) { group in
            for _ in 0..<1000 { group.addTask { try await figures.report() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(computations.count == 1 && seen.count == 1000 && Set(seen.map(\.total.registered)) == [10])
        #expect(try await figures.report().total.registered == 10 && computations.count == 1)
    }

    @Test func `when the interval is over the old figures are shown until there are new ones`() async throws {
        let computations = Computations()
        let figures = PublicFigures(interval: .zero) { Self.report(10 * (try computations.next())) }
        #expect(try await figures.report().total.registered == 10)
        #expect(try await figures.report().total.registered == 10)
        try await eventually("they are computed again") { computations.count == 2 }
        try await eventually("and shown") { try await figures.report().total.registered ?? 0 > 10 }
    }

    @Test func `what fails is not tried again at once, and takes nothing away that was shown`() async throws {
        let computations = Computations()
        computations.fail(true)
        let figures = PublicFigures(interval: .zero, pause: .seconds(3600)) {
            Self.report(10 * (try computations.next()))
        }
        await #expect(throws: Broken.self) { try await figures.report() }
        for _ in 0..<100 { await #expect(throws: PublicFigures.NotYet.self) { try await figures.report() } }
        #expect(computations.count == 1)

        let again = Computations()
        let others = PublicFigures(interval: .zero, pause: .seconds(3600)) { Self.report(10 * (try again.next())) }
        _ = try await others.report()
        again.fail(true)
        _ = try await others.report()
        try await eventually("it failed") { again.count == 2 }
        #expect(try await others.report().total.registered == 10)
    }

    @Test func `whole months are shown, up to the last one that is over`() {
        let period = Period(months: 12, before: CivilDay("2026-03-31")!)
        #expect(period == Period(from: CivilDay("2025-03-01")!, to: CivilDay("2026-02-28")!))
        #expect(period?.months.count == 12 && period?.months.first == "2025-03" && period?.months.last == "2026-02")
        #expect(Period(months: 1, before: CivilDay("2026-01-01")!)?.months == ["2025-12"])
        #expect(Period(months: 3, before: CivilDay("0001-02-01")!) == nil)
    }
}
