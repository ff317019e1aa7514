@testable import CaseStore
import Casework
import Postgres
import Testing

struct RegisterTests {
    @Test func aKeyIsOneCaseHoweverOftenItComes() async throws {
        let fixture = try await Fixture()
        let one = Fixture.registration("a")
        let outcomes = try await fixture.store.register([one, one, Fixture.registration("b"), one])
        let again = try await fixture.store.register([one])
        guard case .registered(let receipt) = outcomes[0] else {
            Issue.record("not registered: \(outcomes[0])")
            return
        }
        #expect(outcomes[1] == .repeated(receipt))
        #expect(outcomes[3] == .repeated(receipt))
        #expect(again == [.repeated(receipt)])
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.case_file") == 2)
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.submission") == 2)
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.complainant") == 2)
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 2)
    }

    @Test func theSameKeyWithAnotherRequestIsRefusedAndChangesNothing() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.store.register([Fixture.registration("a")])
        let outcomes = try await fixture.store.register([
            Fixture.registration("a", request: "another"), Fixture.registration("b"),
        ])
        #expect(outcomes[0] == .keyReused)
        guard case .registered = outcomes[1] else {
            Issue.record("the good one of the batch suffered: \(outcomes[1])")
            return
        }
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.case_file") == 2)
    }

    @Test func manyBatchesWithTheSameKeysAtOnceRegisterEachOnce() async throws {
        let fixture = try await Fixture()
        let keys = (0..<60).map { "k\($0)" }
        let receipts = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let mine = keys.shuffled()
                    let outcomes = try await fixture.store.register(mine.map { Fixture.registration($0) })
                    return zip(mine, outcomes).map { key, outcome in
                        switch outcome {
                        case .registered(let receipt), .repeated(let receipt):
                            "\(key) \(receipt.number) \(receipt.code)"
                        default: "\(key) \(outcome)"
                        }
                    }
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.formUnion($1) }
        }
        #expect(receipts.count == keys.count)
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.case_file") == Int64(keys.count))
    }

    @Test func whatIsRefusedLeavesItsKeyFreeAndCostsTheOthersNothing() async throws {
        let fixture = try await Fixture()
        let outcomes = try await fixture.store.register([
            Fixture.registration("a", earlier: 4711), Fixture.registration("b"), Fixture.registration("c", line: "999"),
        ])
        #expect(outcomes[0] == .refused(.unknownEarlierCase))
        #expect(outcomes[2] == .unknownLine)
        guard case .registered(let receipt) = outcomes[1] else {
            Issue.record("not registered: \(outcomes[1])")
            return
        }
        let corrected = try await fixture.store.register([Fixture.registration("a", earlier: receipt.number.id)])
        guard case .registered(let second) = corrected[0] else {
            Issue.record("the key was burnt: \(corrected[0])")
            return
        }
        let earlier = try await fixture.number("SELECT earlier FROM jiesu.case_file WHERE id = \(second.number.id)")
        #expect(earlier == receipt.number.id)
        #expect(try await Audit.verify(pool: fixture.pool) == Audit.Report(chains: 2, events: 3))
    }

    @Test func whoQuotesAnEarlierCaseShowsThatItIsTheirs() async throws {
        let fixture = try await Fixture()
        let contact = Registration.Contact(name: "测试人", phone: "021 5550-1234", email: "Some@Example.invalid")
        var first = Fixture.registration("first")
        first.contact = contact
        let outcomes = try await fixture.store.register([first, Fixture.registration("other")])
        let receipts = outcomes.compactMap { if case .registered(let receipt) = $0 { receipt } else { nil } }
        try #require(receipts.count == 2)

        let byOperator = Actor.account(7, organisation: nil, roles: ["operator"])
        typealias Quote = (
            who: String, actor: Actor, contact: Registration.Contact?, code: QueryCode?, isBelieved: Bool
        )
        let quotes: [Quote] = [
            ("nobody", .complainant, nil, nil, false),
            (
                "another person", .complainant, .init(name: "别人", phone: "021 5550-9999", email: "x@example.invalid"),
                nil, false
            ),
            ("another case's code", .complainant, nil, receipts[1].code, false),
            ("a telephone that says nothing", .complainant, .init(name: "别人", phone: "---"), nil, false),
            ("its code", .complainant, nil, receipts[0].code, true),
            ("the same telephone", .complainant, .init(name: "测试人", phone: "02155501234"), nil, true),
            ("the same from abroad", .complainant, .init(name: "测试人", phone: "+86 21 5550 1234"), nil, true),
            ("the same e-mail", .complainant, .init(name: "测试人", email: "some@example.invalid"), nil, true),
            ("an operator", byOperator, nil, nil, true),
        ]
        let answers = try await fixture.store.register(
            quotes.map { quote in
                var one = Fixture.registration(quote.who, earlier: receipts[0].number.id)
                (one.actor, one.contact, one.earlierCode) = (quote.actor, quote.contact, quote.code)
                return one
            })
        for (quote, answer) in zip(quotes, answers) {
            if case .registered = answer {
                #expect(quote.isBelieved, "\(quote.who)")
            } else {
                #expect(!quote.isBelieved && answer == .refused(.unknownEarlierCase), "\(quote.who)")
            }
        }
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.case_file WHERE earlier IS NOT NULL") == 5)
    }

    @Test func aQueryCodeBelongsToItsNumberAndIsStoredNowhere() async throws {
        let fixture = try await Fixture()
        let outcomes = try await fixture.store.register([Fixture.registration("a"), Fixture.registration("b")])
        let codes = outcomes.compactMap { if case .registered(let receipt) = $0 { receipt.code } else { nil } }
        #expect(Set(codes).count == 2)
        let stored = try await fixture.pool.withConnection { connection in
            try await connection.query(
                """
                SELECT string_agg(
                    query_to_xml(format('SELECT r::text AS r FROM jiesu.%I r', relname), true, false, '')::text, '')
                FROM pg_class WHERE relnamespace = 'jiesu'::regnamespace AND relkind = 'r'
                """
            ).only().get(0, as: String.self)
        }
        // What is there is found, be it text or bytes.
        #expect(stored.contains("路灯不亮"))
        let hash = try await fixture.pool.withConnection { connection in
            try await connection.query("SELECT head FROM jiesu.case_file LIMIT 1").only().get(0, as: [UInt8].self)
        }
        #expect(stored.contains(hexadecimal(hash)))
        for code in codes {
            for form in [code.description, code.description.replacing("-", with: ""), hexadecimal(code.bytes)] {
                #expect(!stored.contains(form))
            }
        }
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func textsOfEveryKindArriveByteForByte() async throws {
        let fixture = try await Fixture()
        let texts = [
            "'; DROP TABLE jiesu.case_file; --", "{\"a\": [1,2]} \\ \\\\ \" ' ,", "😀👨‍👩‍👧‍👦 𠮷野家",
            "\u{1}\u{2}\u{7F}\u{85}\u{2028}\u{FFFD}",
            String(repeating: "长", count: 20_000), " ", "\r\n\t", "%s %d \u{202E}abc",
        ]
        let outcomes = try await fixture.store.register(
            texts.enumerated().map { Fixture.registration("k\($0.offset)", text: $0.element) })
        let stored = try await fixture.pool.withConnection { connection in
            try await connection.query("SELECT text FROM jiesu.submission ORDER BY case_id")
        }
        #expect(try stored.map { try $0.get(0, as: String.self) } == texts)
        #expect(outcomes.count == texts.count)
    }
}
