@testable import CaseStore
import Casework
import Postgres
import Testing

struct PerformTests {
    private func command(_ id: String, seen: Int, _ order: Order) -> Command {
        Command(id: id, seen: .version(seen), by: .service("test"), order: order)
    }

    private let finding = Finding(nature: "complaint", subject: "environment", urgency: "ordinary")

    @Test func aCommandThatComesAgainAnswersWhatItDidThen() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.register(1)[0]
        let classify = CaseStore.Addressed(caseID: id, command: command("c1", seen: 1, .classify(finding)))
        let dispatch = CaseStore.Addressed(
            caseID: id, command: command("c2", seen: 2, .dispatch(Dispatched(lead: "city-environment"))))
        #expect(try await fixture.store.perform([classify]) == [.success(.happens([.classified(finding)]))])
        #expect(
            try await fixture.store.perform([dispatch, classify]).map { try $0.get() } == [
                .happens([
                    // The environment's scheme and the one on supervision join the hotline's.
                    .accepted(
                        Accepted(
                            policies: ["p000-06", "p000-21", "p003-11"].map {
                                Policy.Version(profile: $0, version: 1)
                            })),
                    .dispatched(Dispatched(lead: "city-environment")),
                ]), .happened([.classified(finding)]),
            ])
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.case_event WHERE case_id = \(id)") == 4)
    }

    @Test func theSameCommandTwiceInOneBatchHappensOnce() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.register(1)[0]
        let classify = CaseStore.Addressed(caseID: id, command: command("c1", seen: 1, .classify(finding)))
        let results = try await fixture.store.perform([classify, classify])
        #expect(results == [.success(.happens([.classified(finding)])), .success(.happened([.classified(finding)]))])
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.case_event WHERE case_id = \(id)") == 2)
    }

    @Test func aCommandForACaseThatDoesNotExistIsRefusedAndTheOthersGoOn() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.register(1)[0]
        let results = try await fixture.store.perform([
            .init(caseID: 4711, command: command("c", seen: 1, .classify(finding))),
            .init(caseID: id, command: command("c", seen: 1, .classify(finding))),
            .init(caseID: id, command: command("d", seen: 1, .classify(finding))),
        ])
        #expect(results[0] == .failure(.unknownCase))
        #expect(results[1] == .success(.happens([.classified(finding)])))
        #expect(results[2] == .failure(.stale(seen: 1, current: 2)))
    }

    @Test func twoWhoDecideAtOnceAreOneDecisionAndOneRefusal() async throws {
        let fixture = try await Fixture()
        let ids = try await fixture.register(20)
        let results = try await withThrowingTaskGroup(of: [Result<Decision, Refusal>].self) { group in
            for person in 0..<4 {
                group.addTask {
                    try await fixture.store.perform(
                        ids.shuffled().map {
                            .init(caseID: $0, command: command("p\(person)", seen: 1, .classify(finding)))
                        })
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(results.count { if case .success(.happens) = $0 { true } else { false } } == 20)
        #expect(results.count { $0 == .failure(.stale(seen: 1, current: 2)) } == 60)
        #expect(try await Audit.verify(pool: fixture.pool) == Audit.Report(chains: 20, events: 40))
    }

    @Test func rowsSayWhatTheEventsAddUpTo() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.register(1)[0]
        let rich = Finding(
            nature: "report", subject: "environment", also: ["transport", "health"], urgency: "urgent",
            flags: ["onsite"], region: nil, accused: ["city-health"])
        _ = try await fixture.store.perform([
            .init(caseID: id, command: command("a", seen: 1, .classify(rich))),
            .init(
                caseID: id,
                command: command(
                    "b", seen: 2, .dispatch(Dispatched(lead: "city-environment", helpers: ["city-transport"])))),
        ])
        let row = try await fixture.pool.withConnection { connection in
            try await connection.query(
                """
                SELECT version, state, nature, subject, also, urgency, flags, accused, lead, helpers,
                    head = (SELECT hash FROM jiesu.case_event e WHERE e.case_id = f.id ORDER BY version DESC LIMIT 1)
                FROM jiesu.case_file f
                """
            ).only()
        }
        #expect(try row.get(0) == 4)
        #expect(try row.get(1) == "dispatched")
        #expect(try row.get(2) == "report")
        #expect(try row.get(3) == "environment")
        #expect(try row.get(4) == ["transport", "health"])
        #expect(try row.get(5) == "urgent")
        #expect(try row.get(6) == ["onsite"])
        #expect(try row.get(7) == ["city-health"])
        #expect(try row.get(8) == "city-environment")
        #expect(try row.get(9) == ["city-transport"])
        #expect(try row.get(10) == true)
    }

    @Test func legalTimeIsReadAfterTheLockSoEventsOfACaseNeverRunBackwards() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.register(1)[0]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<6 {
                group.addTask {
                    for step in 0..<10 {
                        let version = try await fixture.number("SELECT version FROM jiesu.case_file WHERE id = \(id)")
                        _ = try await fixture.store.perform([
                            .init(
                                caseID: id,
                                command: command("\(writer).\(step)x", seen: Int(version), .classify(finding))),
                            .init(
                                caseID: id,
                                command: command(
                                    "\(writer).\(step)y", seen: Int(version), .requestJudgement(.init(reason: "r")))),
                        ])
                    }
                }
            }
            try await group.waitForAll()
        }
        // A step that saw the case's version adds an event, and costs each of the five others one step at most.
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.case_event") >= 1 + 60 / 6)
        let backwards = try await fixture.number(
            """
            SELECT count(*) FROM (SELECT at < lag(at) OVER (PARTITION BY case_id ORDER BY version) AS wrong FROM jiesu.case_event) AS n
            WHERE wrong
            """)
        #expect(backwards == 0)
    }
}
