import CaseStore
import Foundation
import Postgres
import Support
import Testing

@testable import Jiesu

/// `jiesu import` as a user runs it, against a database of its own.
@Suite struct ImportTests {
    private static let table = """
        id,time,title,text,region
        1,2026-03-01T08:00:00+08:00,路灯,"望汀区路灯坏了,请尽快更换路灯",望汀区
        2,2026-03-01 09:00,,法院一审判决不公,
        3,,,,
        4,gestern,,路灯不亮,
        5,,,路灯不亮,火星区
        6,,,"路灯
        不亮",
        6,,,另一件事,
        7,,路灯不亮
        8,2099-01-01T00:00:00Z,,路灯不亮,
        1,2026-03-01T08:00:00+08:00,路灯,"望汀区路灯坏了,请尽快更换路灯",望汀区

        """

    @Test func `the good rows go in, the bad ones are named with line and reason`() async throws {
        let city = try await City()
        let file = try city.folder.write(Self.table.utf8, to: "board.csv")
        // Of an earlier run, and readable by all.
        try city.folder.write("line,reason,id\n99,old,1\n".utf8, to: "board.rejected.csv")
        let outcome = try await city.importing(file)
        #expect(outcome.status == 3, "\(outcome.err)")
        #expect(outcome.err.isEmpty)
        for line in ["       3  registered now", "       1  known already", "       6  rejected"] {
            #expect(outcome.out.contains(line), "\(outcome.out)")
        }
        let expected = [
            (4, "text is empty"), (5, "written is no ISO 8601 time: gestern"), (6, "no region 火星区"),
            (9, "another row was registered under its id"), (10, "3 fields where the header has 5"),
            (11, "it cannot have happened in the future"),
        ]
        let rejected = try city.folder.text("board.rejected.csv")
        #expect(rejected.hasPrefix("line,reason,id,time,title,text,region\n"))
        #expect(rejected.split(separator: "\n").count == expected.count + 1)
        for (row, (line, reason)) in zip(rejected.split(separator: "\n").dropFirst(), expected) {
            #expect(row.hasPrefix("\(line),\(reason),"))
        }
        for (line, reason) in expected.prefix(5) { #expect(outcome.out.contains("line \(line): \(reason)")) }
        #expect(outcome.out.contains("and 1 more"))
        #expect(outcome.out.contains("board.rejected.csv"))
        let rights = try FileManager.default.attributesOfItem(atPath: city.folder.path("board.rejected.csv"))
        #expect(rights[.posixPermissions] as? Int == 0o600, "it holds what people wrote")
        #expect(try await city.number("SELECT count(*) FROM jiesu.case_file") == 3)
        #expect(
            try await city.texts("SELECT text FROM jiesu.submission ORDER BY case_id") == [
                "望汀区路灯坏了,请尽快更换路灯", "法院一审判决不公", "路灯\n不亮",
            ])
        #expect(
            try await city.number(
                """
                SELECT count(*) FROM jiesu.submission
                WHERE written_at = '2026-03-01T09:00:00+08:00' AND received_at > now() - interval '1 hour'
                """) == 1)
    }

    @Test func `the rejected rows, put right, go in under the same source`() async throws {
        let city = try await City()
        let file = try city.folder.write(Self.table.utf8, to: "board.csv")
        _ = try await city.importing(file, "--no-wait")
        let corrected = try city.folder.text("board.rejected.csv").replacing("火星区", with: "望汀区")
            .replacing("gestern", with: "2026-03-01")
        let second = try city.folder.write(corrected.utf8, to: "corrected.csv")
        let outcome = try await city.importing(second, "--source", "board", "--no-wait")
        #expect(outcome.out.contains("       1  registered now"), "\(outcome.out)")
        #expect(outcome.out.contains("       5  rejected"))
        #expect(try await city.number("SELECT count(*) FROM jiesu.case_file") == 4)
    }

    @Test func `bytes that are no UTF-8 are rejected as they were`() async throws {
        let city = try await City()
        let row: [UInt8] = Array("2,".utf8) + [0xB2, 0xE2]
        let file = try city.folder.write(Array("id,text\n1,路灯不亮\n".utf8) + row + [0x0A], to: "gbk.csv")
        let outcome = try await city.importing(file, "--no-wait")
        #expect(outcome.out.contains("line 3: text is no UTF-8"))
        let rejected = try Data(contentsOf: URL(filePath: city.folder.path("gbk.rejected.csv")))
        #expect(rejected.range(of: Data(row)) != nil)
        #expect(try await city.number("SELECT count(*) FROM jiesu.case_file") == 1)
    }

    @Test func `rows without ids are known by what they hold`() async throws {
        let city = try await City()
        let file = try city.folder.write("内容\n路灯不亮\n井盖丢了\n路灯不亮\n".utf8, to: "plain.csv")
        let first = try await city.importing(file, "--map", "内容=text")
        #expect(first.out.contains("       2  registered now"))
        #expect(first.out.contains("       1  known already"))
        let again = try await city.importing(file, "--map", "内容=text")
        #expect(again.out.contains("       0  registered now"))
        #expect(again.out.contains("       3  known already"))
        let other = try await city.importing(file, "--map", "内容=text", "--source", "other")
        #expect(other.out.contains("       2  registered now"))
    }

    @Test func `a row that the database refuses is set aside and costs the others nothing`() async throws {
        let city = try await City()
        let connection = try await city.database.connection()
        try await connection.script("ALTER TABLE jiesu.submission ADD CHECK (text NOT LIKE '%毒%')")
        let rows = (0..<300).map { "\($0),\($0 == 7 || $0 == 290 ? "毒" : "路灯不亮")\n" }
        let file = try city.folder.write(("id,text\n" + rows.joined()).utf8, to: "list.csv")
        let outcome = try await city.importing(file, "--no-wait")
        #expect(outcome.status == 3, "\(outcome)")
        #expect(outcome.out.contains("     298  registered now"), "\(outcome)")
        #expect(
            try city.folder.text("list.rejected.csv")
                == "line,reason,id,text\n9,the database refuses it,7,毒\n292,the database refuses it,290,毒\n")
        #expect(try await city.number("SELECT count(*) FROM jiesu.submission") == 298)
        #expect(try await city.number("SELECT count(*) FROM jiesu.idempotency") == 298)
    }

    @Test func `mistakes are told before anything is registered`() async throws {
        let city = try await City()
        let file = try city.folder.write("id,内容\n1,路灯不亮\n".utf8, to: "table.csv")
        let objects = try city.folder.write(#"{"id":1,"内容":""}\#n{"text":"路灯不亮"}"#.utf8, to: "objects.jsonl")
        for (arguments, status, message) in [
            ([file], 2, "no column gives the text; name it with --map COLUMN=text, one of id, 内容"),
            ([file, "--map", "内容=txt"], 2, "\"txt\" is no field"),
            ([file, "--map", "内容=text", "--channel", "leter"], 2, "\"leter\" is no channel"),
            ([file, "--map", "内容=text", "--line", "999"], 1, "no profile governs line 999"),
            ([try city.folder.write([], to: "empty.csv")], 1, "empty.csv is empty"),
            ([try city.folder.write([], to: "empty.jsonl")], 1, "empty.jsonl is empty"),
            ([file, "--format", "json"], 2, "unknown format \"json\"; did you mean \"jsonl\"?"),
            (
                [file, "--format", "jsonl"], 2,
                "none of the first 2 lines is a JSON object; line 1: it is no JSON; column 1"
            ),
            ([objects, "--map", "nr=id"], 2, "none of the first 2 lines has the key \"nr\"; there are id, 内容, text"),
        ] as [([String], Int32, String)] {
            let outcome = try await BuiltProgram.jiesu(["import"] + arguments + ["--data", city.folder.url.path])
            #expect(outcome.status == status)
            #expect(outcome.err.contains(message), "\(outcome.err)")
        }
        #expect(try await city.number("SELECT count(*) FROM jiesu.case_file") == 0)
        #expect(try await city.number("SELECT count(*) FROM jiesu.idempotency") == 0)
    }

    /// One of everything that may stand on a line.
    private static let lines: [[UInt8]] = [
        Array("\u{FEFF}{\"id\":1,\"time\":\"2026-03-01T08:00:00+08:00\",\"内容\":\"路灯\\n不亮\",\"likes\":[1,{}]}".utf8),
        Array(#" { "内容" : "井盖丢了,\"两个\"" , "id" : "2" , "title" : null , "region" : "望汀区" } "#.utf8) + [0x0D],
        [],
        Array(#"{"id":3,"内容":"路灯不亮""#.utf8),
        Array(#"["路灯不亮"]"#.utf8),
        Array(#"{"id":4,"内容":"路"#.utf8) + [0xB2, 0xE2] + Array(#""}"#.utf8),
        Array(#"{"id":5,"内容":{"zh":"路灯不亮"}}"#.utf8),
        Array(#"{"id":6.5,"内容":"路灯不亮"}"#.utf8),
        Array(#"{"id":7,"id":8,"内容":"路灯不亮"}"#.utf8),
        Array(#"{"id":9,"title":"路灯不亮"}"#.utf8),
        Array(#"{"id":10,"内容":""#.utf8) + Array(repeating: 0x61, count: 3 << 20) + Array(#""}"#.utf8),
        Array(#"{"id":1,"内容":"另一件事"}"#.utf8),
        Array(#"{"内容":"没有编号"}"#.utf8),
    ]

    @Test func `JSON lines go in like a table, and what is wrong with a line costs the others nothing`() async throws {
        let city = try await City()
        let file = try city.folder.write(Self.lines.joined(separator: [0x0A]), to: "board.jsonl")
        let outcome = try await city.importing(file, "--map", "内容=text")
        #expect(outcome.status == 3, "\(outcome)")
        #expect(outcome.out.contains("       3  registered now"), "\(outcome)")
        #expect(
            try await city.texts("SELECT text FROM jiesu.submission ORDER BY case_id")
                == ["路灯\n不亮", "井盖丢了,\"两个\"", "没有编号"])
        let wanted = "where a text or a whole number is wanted"
        let expected = [
            (4, "it is no JSON; column 20: ends too early"), (5, "it is JSON, but no object"),
            (6, "it is no JSON; column 16: not UTF-8"), (7, "text is an object \(wanted)"),
            (8, "id is a number with a fraction or an exponent \(wanted)"),
            (9, "it is no JSON; column 9: the key appears twice in its object"), (10, "text is empty"),
            (11, "it is longer than 1 MiB"), (12, "another row was registered under its id"),
        ]
        var pieces = [Array(try Data(contentsOf: URL(filePath: city.folder.path("board.rejected.csv"))))]
        var reader = CSVReader { pieces.popLast() ?? [] }
        #expect(try reader.next()?.fields == ["line", "reason", "row"].map { Array($0.utf8) })
        for (line, reason) in expected {
            let fields = try #require(try reader.next()).fields
            #expect(String(decoding: fields[0], as: UTF8.self) == "\(line)")
            #expect(String(decoding: fields[1], as: UTF8.self) == reason)
            if line != 11 { #expect(fields[2] == Self.lines[line - 1], "the row as it was, byte for byte") }
        }
        #expect(try reader.next() == nil)
        // The same with ids from a table: they are the same rows.
        let table = try city.folder.write("nr,text,region\n2,\"井盖丢了,\"\"两个\"\"\",望汀区\n".utf8, to: "table.csv")
        let again = try await city.importing(table, "--source", "board", "--map", "nr=id", "--no-wait")
        #expect(again.status == 0)
        #expect(again.out.contains("       1  known already"), "\(again)")
    }

    @Test func `JSON lines without ids are known by their bytes, whatever the file is called`() async throws {
        let city = try await City()
        let text = #"{"text":"路灯不亮"}\#n{"text":"井盖丢了"}\#n{"text":"路灯不亮"}"#
        let named = try city.folder.write(text.utf8, to: "list.NDJSON")
        let first = try await city.importing(named, "--no-wait")
        #expect(first.status == 0, "\(first)")
        #expect(first.out.contains("       2  registered now"))
        #expect(first.out.contains("       1  known already"))
        let unnamed = try city.folder.write(text.utf8, to: "list.txt")
        let mistaken = try await city.importing(unnamed)
        #expect(mistaken.status == 2)
        #expect(mistaken.err.contains("--format jsonl"))
        #expect(!mistaken.err.contains("路灯"), "what people wrote is not for a terminal")
        let again = try await city.importing(unnamed, "--format", "jsonl", "--no-wait")
        #expect(again.out.contains("       3  known already"), "\(again)")
        #expect(try await city.number("SELECT count(*) FROM jiesu.submission") == 2)
    }

    @Test func `a terminal sees how far it is on one line, a log on lines of their own`() async throws {
        let city = try await City()
        let file = try city.folder.write("text\n路灯不亮\n".utf8, to: "list.csv")
        let plain = try await city.importing(file, "--no-wait")
        #expect(plain.out.hasPrefix("100 %: 1 registered, 0 known already, 0 rejected\n"), "\(plain)")
        #expect(!plain.out.contains("\u{1B}"))
        let program = BuiltProgram.folder.appending(path: "jiesu").path
        let terminal = try BackgroundProgram(
            URL(filePath: "/usr/bin/script"),
            ["-qec", "\(program) import \(file) --no-wait --data \(city.folder.url.path)", "/dev/null"],
            environment: BuiltProgram.environment(), output: URL(filePath: city.folder.path("out")),
            errors: URL(filePath: city.folder.path("err")))
        try await eventually("it ends") { terminal.status != nil }
        #expect(terminal.status == 0)
        #expect(
            try city.folder.text("out").hasPrefix("\r\u{1B}[2K100 %: 0 registered, 1 known already, 0 rejected\r\n"))
    }

    @Test func `running it again spends no numbers of cases on what is known`() async throws {
        let city = try await City()
        let file = try city.folder.write(
            ("id,text\n" + (0..<600).map { "\($0),第 \($0) 盏路灯不亮\n" }.joined()).utf8, to: "list.csv")
        _ = try await city.importing(file, "--no-wait")
        let spent = try await city.number("SELECT last_value FROM jiesu.case_id")
        let again = try await city.importing(file, "--no-wait")
        #expect(again.out.contains("     600  known already"))
        #expect(try await city.number("SELECT last_value FROM jiesu.case_id") == spent)
    }

    @Test(arguments: ["csv", "jsonl"])
    func `killed in the middle and run again, every row is there once and every refusal is told`(
        format: String
    ) async throws {
        let city = try await City()
        let rows = (0..<3_000).map { $0 == 5 || $0 == 2_900 ? "" : "第 \($0) 盏路灯不亮" }
        let lines =
            format == "csv"
            ? ["id,text"] + rows.enumerated().map { "\($0),\($1)" }
            : rows.enumerated().map { #"{"id":\#($0),"text":"\#($1)"}"# }
        let file = try city.folder.write(lines.joined(separator: "\n").utf8, to: "list.\(format)")
        // Holds up the row in the middle until the lock is given back.
        let blocker = try await city.database.connection()
        try await blocker.script(
            """
            CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.text LIKE '第 1500 %' THEN PERFORM pg_advisory_xact_lock(7); END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER wait BEFORE INSERT ON jiesu.submission FOR EACH ROW EXECUTE FUNCTION wait();
            SELECT pg_advisory_lock(7);
            """)
        let killed = try BackgroundProgram(
            BuiltProgram.folder.appending(path: "jiesu"),
            ["import", file, "--no-wait", "--data", city.folder.url.path], environment: BuiltProgram.environment(),
            output: URL(filePath: city.folder.path("out")), errors: URL(filePath: city.folder.path("err")))
        try await eventually("it waits in the middle", within: .seconds(120)) {
            try await city.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'") > 0
        }
        killed.signal(SIGKILL)
        try await eventually("it is dead") { killed.status == 128 + SIGKILL }
        try await blocker.script("SELECT pg_advisory_unlock(7)")
        let before = try await city.number("SELECT count(*) FROM jiesu.submission")
        #expect((1_000..<2_000).contains(before))

        let outcome = try await BuiltProgram.jiesu(["import", file, "--no-wait", "--data", city.folder.url.path])
        #expect(outcome.status == 3, "\(outcome)")
        #expect(outcome.out.contains("       2  rejected"))
        #expect(try await city.number("SELECT count(*) FROM jiesu.submission") == 2_998)
        #expect(try await city.number("SELECT count(*) FROM jiesu.idempotency") == 2_998)
        #expect(
            try await city.number("SELECT count(DISTINCT text) FROM jiesu.submission") == 2_998)
        let rejected = try city.folder.text("list.rejected.csv").split(separator: "\n").dropFirst()
        #expect(rejected.map { $0.prefix { $0 != "," } } == (format == "csv" ? ["7", "2902"] : ["6", "2901"]))
        #expect(try await Audit.verify(pool: city.pool).broken.isEmpty)
    }

    @Test func `a long table is taken in pieces, and one that was interrupted goes on where it was`() async throws {
        let city = try await City()
        let rows = (0..<2_000).map { "\($0),第 \($0) 盏路灯不亮\n" }
        let half = try city.folder.write(("id,text\n" + rows.prefix(900).joined()).utf8, to: "list.csv")
        _ = try await city.importing(half, "--no-wait")
        let whole = try city.folder.write(("id,text\n" + rows.joined()).utf8, to: "list.csv")
        let outcome = try await city.importing(whole, "--no-wait")
        #expect(outcome.out.contains("    1100  registered now"))
        #expect(outcome.out.contains("     900  known already"))
        #expect(try await city.number("SELECT count(*) FROM jiesu.submission") == 2_000)
    }

    @Test func `cut off in the middle and run again, every row is there once`() async throws {
        let city = try await City()
        let file = try city.folder.write(
            ("id,text\n" + (0..<3_000).map { "\($0),第 \($0) 盏路灯不亮\n" }.joined()).utf8, to: "list.csv")
        let known = try city.folder.write("id,text\n0,第 0 盏路灯不亮\n".utf8, to: "first.csv")
        _ = try await city.importing(known, "--source", "list", "--no-wait")
        // Held up in the middle of a transaction, then cut off.
        let blocker = try await city.database.connection()
        try await blocker.script("BEGIN; LOCK TABLE jiesu.submission IN ACCESS EXCLUSIVE MODE")
        async let cutOff = BuiltProgram.jiesu(["import", file, "--no-wait", "--data", city.folder.url.path])
        try await eventually("it waits for the lock and is cut off", within: .seconds(120)) {
            try await city.number(
                """
                WITH found AS MATERIALIZED (
                    SELECT pid FROM pg_stat_activity
                    WHERE application_name = 'jiesu' AND datname = current_database() AND wait_event = 'relation'
                ) SELECT count(*) FROM found WHERE pg_terminate_backend(pid)
                """) > 0
        }
        try await blocker.script("ROLLBACK")
        let outcome = try await cutOff
        #expect(outcome.status == 1)
        #expect(outcome.err.contains("run it again"))
        #expect(
            try await BuiltProgram.jiesu(["import", file, "--no-wait", "--data", city.folder.url.path]).status == 0)
        #expect(try await city.number("SELECT count(*) FROM jiesu.submission") == 3_000)
        #expect(try await city.number("SELECT count(*) FROM jiesu.idempotency") == 3_000)
        #expect(try await Audit.verify(pool: city.pool).broken.isEmpty)
    }

    @Test(.enabled(if: SharedData.file("messages_dev.csv") != nil, "no ../shared/data"))
    func `real messages go in once each, and at least 60 of 100 are sent out by rule`() async throws {
        let city = try await City()
        // By a link: what is rejected would be written beside the file.
        let file = city.folder.path("messages_dev.csv")
        try FileManager.default.createSymbolicLink(
            at: URL(filePath: file), withDestinationURL: try #require(SharedData.file("messages_dev.csv")))
        let first = try await city.importing(file)
        #expect(first.status == 0, "\(first.err)")
        #expect(first.out.contains("    3551  registered now"), "\(first.out)")
        for title in ["\nstate\n", "\nsubject\n", "\nlead organisation\n", "\nbefore a person because\n"] {
            #expect(first.out.contains(title))
        }
        let second = try await city.importing(file)
        #expect(second.out.contains("       0  registered now"))
        #expect(second.out.contains("    3551  known already"))
        #expect(try await city.number("SELECT count(*) FROM jiesu.case_file") == 3_551)
        #expect(try await city.number("SELECT count(*) FROM jiesu.submission") == 3_551)
        #expect(
            try await city.number("SELECT count(*) FROM jiesu.case_event WHERE kind = 'registered'") == 3_551)

        let dispatched = try await city.number("SELECT count(*) FROM jiesu.case_file WHERE state = 'dispatched'")
        let waiting = try await city.number("SELECT count(*) FROM jiesu.case_file WHERE state = 'awaiting_judgement'")
        #expect(Double(dispatched) >= 0.6 * 3_551)
        #expect(
            try await city.number(
                "SELECT count(*) FROM jiesu.case_event WHERE kind = 'dispatched' AND payload::json ->> 'rule' <> ''")
                == dispatched)
        // Each of the others has a reason, and what was found all the same.
        #expect(
            try await city.number(
                """
                SELECT count(*) FROM jiesu.case_event WHERE kind = 'judgement_requested'
                    AND payload::json ->> 'reason' <> '' AND payload::json -> 'finding' ->> 'nature' <> ''
                """) == waiting)
        #expect(
            try await city.number(
                "SELECT count(*) FROM jiesu.case_file WHERE state IN ('registered', 'classified')") == 0)
        #expect(try await city.number("SELECT count(*) FROM jiesu.parked") == 0)
        #expect(try await Audit.verify(pool: city.pool).broken.isEmpty)
    }
}
