import Casework
import JSON
import Support
import Testing

extension SystemTests {
    @Test(.timeLimit(.minutes(5)))
    func `an operator finds what is set aside or was tampered with, and a retried case goes on`() async throws {
        try await Self.suite { suite in
            // The database refuses what routing decides for one organisation.
            try await suite.script(
                """
                ALTER TABLE jiesu.case_file ADD CONSTRAINT broken CHECK (lead IS DISTINCT FROM 'wangting-urban') NOT VALID
                """)
            let citizens = Citizens(port: try suite.port)
            try await citizens.send((0..<5).flatMap { [.lamp("lamp-\($0)"), .wages("wages-\($0)")] })
            try await eventually("five cases are parked, the others went on") {
                try await suite.number(
                    """
                    SELECT (SELECT count(*) FROM jiesu.parked WHERE case_id IS NOT NULL)
                        + (SELECT count(*) FROM jiesu.case_file WHERE state IN ('dispatched', 'awaiting_judgement'))
                    """) == 10
            }
            let ids = try await suite.rows("SELECT id::text FROM jiesu.parked ORDER BY id")
                .map { try $0.get(0, as: String.self) }
            let list = try await suite.jiesu("parked", "list")
            #expect(list.lines.count == 5)
            #expect(
                list.lines.allSatisfy { $0.contains("\trouting\t") && $0.contains("\tsqlstate_23514\t") }, "\(list)")
            let dropped = try await suite.jiesu("parked", "drop", ids[0])
            #expect(dropped.status == 1 && dropped.err.contains("a case cannot be dropped"), "\(dropped)")

            try await suite.script("ALTER TABLE jiesu.case_file DROP CONSTRAINT broken")
            let one = try await suite.jiesu("parked", "retry", ids[0])
            #expect(one.status == 0 && one.out == "1 will be tried again\n", "\(one)")
            let all = try await suite.jiesu("parked", "retry", "all")
            #expect(all.status == 0 && all.out == "4 will be tried again\n", "\(all)")
            #expect(try await suite.jiesu("parked", "list").out == "nothing is parked\n")
            // It sweeps once a minute, and when it starts.
            try await suite.kill("routing")
            try await suite.waitUntilSettled()
            #expect(try await suite.number("SELECT count(*) FROM jiesu.case_file WHERE lead = 'wangting-urban'") == 5)

            try await Self.tail(suite)
            try await Self.audit(suite)
        }
    }

    private static func tail(_ suite: SuiteUnderTest) async throws {
        let inbox = "jiesu.inbox.wangting-urban"
        let tail = try await suite.jiesu("tail", inbox, "--from", "beginning", "--until-end")
        #expect(tail.status == 0, "\(tail)")
        let lines = try tail.lines.map { try JSON.parse(Array($0.utf8)) }
        #expect(Set(lines.compactMap { $0["ce_subject"]?.string }).count == 5)
        for line in lines {
            #expect(line["topic"]?.string == inbox)
            #expect(line["ce_type"] == "jiesu.case.dispatched")
            #expect(line["data"]?["lead"] == "wangting-urban")
        }
        let fromNow = try await suite.jiesu("tail", inbox, "--until-end")
        #expect(fromNow.status == 0 && fromNow.out.isEmpty, "\(fromNow)")
        let unknown = try await suite.jiesu("tail", "jiesu.inbox.nobody", "--until-end")
        #expect(unknown.status == 1 && unknown.err.contains("there is no topic jiesu.inbox.nobody"), "\(unknown)")
        #expect(unknown.err.contains(inbox), "it names those that there are: \(unknown)")
        let wrong = try await suite.jiesu("tail", inbox, "--from", "yesterday")
        #expect(wrong.status == 2 && wrong.err.contains("usage: jiesu tail"), "\(wrong)")
        #expect(try await suite.jiesu("tail").status == 2)
    }

    private static func audit(_ suite: SuiteUnderTest) async throws {
        let whole = try await suite.jiesu("audit", "verify")
        #expect(whole.status == 0 && whole.out.hasSuffix(", 0 broken\n"), "\(whole)")
        try await suite.script(
            """
            ALTER TABLE jiesu.case_event DISABLE TRIGGER USER;
            UPDATE jiesu.case_event SET actor = 'somebody' WHERE case_id = 3 AND version = 2;
            """)
        let number = CaseNumber(id: 3).description
        let broken = try await suite.jiesu("audit", "verify")
        #expect(broken.status == 1, "\(broken)")
        #expect(broken.out.contains("case \(number) is broken at version 2: hash"), "\(broken)")
        #expect(try await suite.jiesu("audit", "verify", "--case", number).status == 1)
        #expect(try await suite.jiesu("audit", "verify", "--case", CaseNumber(id: 4).description).status == 0)
        #expect(try await suite.jiesu("audit", "verify", "--case", "12").status == 2)
    }
}
