import CaseStore
import Foundation
import Support
import Testing

@testable import Jiesu

/// `jiesu` as it is typed: what it prints where, and how it ends.
@Suite struct ProgramTests {
    /// Compared whole: whoever changes a page changes this file on purpose, with JIESU_TEST_RECORD=1.
    @Test func `the help of every command is as pinned`() async throws {
        var pages = try await BuiltProgram.jiesu(["help"]).out
        for command in Jiesu.commands {
            let words = command.name.split(separator: " ").map(String.init)
            let page = try await BuiltProgram.jiesu(words + ["--help"])
            #expect(page.status == 0)
            #expect(page.err.isEmpty)
            pages += "\n==== jiesu \(command.name) --help\n\(page.out)"
        }
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/help.txt")
        if ProcessInfo.processInfo.environment["JIESU_TEST_RECORD"] != nil {
            try Data(pages.utf8).write(to: file)
        }
        let pinned = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        let lines = (said: pages.split(separator: "\n"), pinned: pinned.split(separator: "\n"))
        for change in lines.said.difference(from: lines.pinned) {
            switch change {
            case .insert(_, let line, _): Issue.record("new: \(line)")
            case .remove(_, let line, _): Issue.record("gone: \(line)")
            }
        }
        #expect(pages.split(separator: "\n").allSatisfy { $0.count <= 130 })
    }

    @Test(arguments: [
        ["help"], ["--help"], ["-h"], ["up", "-h"], ["audit", "verify", "--help"], ["up", "--x", "--help"],
    ])
    func `help is 0 and on standard output`(typed: [String]) async throws {
        let outcome = try await BuiltProgram.jiesu(typed)
        #expect(outcome.status == 0)
        #expect(!outcome.out.isEmpty)
        #expect(outcome.err.isEmpty)
    }

    @Test(arguments: [
        (["nonsense"], "there is no command \"nonsense\""), (["audit"], "there is no command \"audit\""),
        (["audit", "verfy"], "there is no command \"audit verfy\""), (["imprt"], "did you mean \"import\"?"),
        (["import"], "FILE is missing"), (["import", "a", "b"], "\"b\" is one argument too many"),
        (["import", "--mpa", "x"], "did you mean \"--map\"?"), (["policy", "check"], "FILE is missing"),
        (["tail"], "TOPIC is missing"), (["tail", "t", "--from", "end"], "--from knows only \"beginning\""),
        (["up", "--port", "x"], "--port wants a whole number"), (["up", "--port", "65536"], "from 0 to 65535"),
        (["topics", "--replication", "0"], "--replication wants a whole number"), (["parked"], "list, show ID"),
        (["parked", "show"], "list, show ID"), (["parked", "show", "x"], "\"x\" is no id"),
        (["parked", "drop", "all"], "\"all\" is no id"),
        (["audit", "verify", "--case", "1"], "\"1\" is no case number"),
        (["audit", "verify", "x"], "\"x\" is one argument too many"),
        (["audit", "verify", "--digest", "2026-01-32", "ab"], "is not a day and 64"),
        (["audit", "verify", "--digest", "2026-01-31", "ab", "c"], "comes a FILE, or DAY HASH"),
        (["audit", "verify", "--digest", "--case", "0000000014"], "not with --case"),
        (["demo", "--cases", "0"], "--cases wants a whole number"),
        (["bench", "pages", "--rate", "1"], "--rate goes with soak alone"),
        (["bench", "pages", "soak"], "the soak goes alone"),
        (["migrate", "now"], "\"now\" is one argument too many"),
        (["up", "--data="], "--data wants a value"), (["replay"], "one of --from, --case, --new-generation"),
        (["replay", "--from", "friday"], "2026-09-25, or"), (["replay", "--case", "1"], "\"1\" is no case number"),
        (["replay", "--restored", "--go-on"], "--restored and --go-on exclude each other"),
        (["replay", "--new-generation", "--topic", "t"], "--topic goes only with --from"),
        (["replay", "--restored", "--from", "2026-09-25"], "--from goes only with --new-generation"),
        (["replay", "--new-generation", "--skip", "5"], "--skip goes only with --restored"),
    ])
    func `a wrong command is 2, said on standard error with what to type`(typed: [String], message: String) async throws
    {
        let outcome = try await BuiltProgram.jiesu(typed)
        #expect(outcome.status == 2)
        #expect(outcome.out.isEmpty)
        #expect(outcome.err.hasPrefix("jiesu: "))
        #expect(outcome.err.contains(message), "\(outcome.err)")
        #expect(outcome.err.contains("usage: jiesu ") || outcome.err.contains("jiesu help"))
    }

    @Test func `digests that were kept outside are read as pairs, and from lines and messages of a file`() throws {
        let hash = String(repeating: "0123456789abcdef", count: 4)
        let kept = [Digests.Kept(day: "2026-01-31", hash: hash), Digests.Kept(day: "2026-02-01", hash: hash)]
        #expect(try AuditVerifyCommand.kept(["2026-01-31", hash.uppercased(), "2026-02-01", hash]) == kept)
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "digests")
        for lines in [
            "2026-01-31 \(hash)\n2026-02-01\t\(hash)\n",
            #"{"topic":"jiesu.digests","ce_hash":"x","data":{"number":1,"day":"2026-01-31","hash":"\#(hash)"}}"# + "\n"
                + #"{"number":2,"day":"2026-02-01","hash":"\#(hash)"}"#,
        ] {
            try Data(lines.utf8).write(to: file)
            #expect(try AuditVerifyCommand.kept([file.path]) == kept)
        }
        try Data("2026-01-31 \(hash)\nx\n".utf8).write(to: file)
        let failure = #expect(throws: CommandFailure.self) { try AuditVerifyCommand.kept([file.path]) }
        #expect(failure?.message.contains("line 2") == true)
    }

    @Test func `what the digests show is said, and 1 if anything does not agree`() async throws {
        let city = try await City()
        _ = try await CaseStore(pool: city.pool).register([
            Registration(
                key: "k", request: [1], line: "12345", actor: .complainant, channel: "web_portal", identity: .anonymous,
                text: "x")
        ])
        _ = try await city.pool.withConnection { connection in
            try await connection.script("INSERT INTO jiesu.simulation (at) VALUES (now() + interval '1 day')")
        }
        #expect(try await Digests.seal(pool: city.pool).made == 1)
        func verify(_ words: String...) async throws -> BuiltProgram.Output {
            try await BuiltProgram.jiesu(["audit", "verify", "--digest"] + words + ["--data", city.folder.url.path])
        }
        let alone = try await verify()
        #expect(alone.status == 0 && alone.lines.count == 4, "\(alone)")
        #expect(alone.lines[1] == "1 digests, 1 heads, 0 faults")
        #expect(alone.lines[3] == "compared with nothing that was kept outside")
        let pair = alone.lines[2].split(separator: " ").suffix(2).map(String.init)
        let kept = try await verify(pair[0], pair[1])
        #expect(kept.status == 0 && kept.lines == Array(alone.lines[..<3]), "\(kept)")
        let other = String(pair[1].reversed())
        let wrong = try await verify(pair[0], other)
        #expect(wrong.status == 1, "\(wrong)")
        #expect(wrong.lines[1] == "\(pair[0]): kept outside is another digest than \(pair[1])")
    }

    @Test func `nothing typed is 2 and shows the commands`() async throws {
        let outcome = try await BuiltProgram.jiesu([])
        #expect(outcome.status == 2)
        #expect(outcome.out.contains("jiesu COMMAND --help"))
    }

    @Test(arguments: [
        ["import", "/nonexistent.csv"], ["import", "/"], ["policy", "check", "/nonexistent.json"], ["policy", "list"],
        ["audit", "verify"], ["parked", "list"], ["topics"], ["tail", "jiesu.cases"], ["broker"], ["migrate"],
        ["replay", "--go-on"],
    ])
    func `what cannot be done is 1, said on standard error`(typed: [String]) async throws {
        let folder = try TemporaryFolder()
        let outcome = try await BuiltProgram.jiesu(typed, in: folder.url)
        #expect(outcome.status == 1)
        #expect(outcome.out.isEmpty)
        #expect(outcome.err.hasPrefix("jiesu: "))
        #expect(!outcome.err.contains("CommandFailure("))
    }

    @Test func `a database that nobody can reach is 1, without its password`() async throws {
        let outcome = try await BuiltProgram.jiesu(
            ["policy", "list"],
            environment: ["JIESU_DATABASE_URL": "postgresql://someone:geheim@127.0.0.1:1/jiesu"])
        #expect(outcome.status == 1)
        #expect(outcome.err.contains("postgres.connection"))
        #expect(!outcome.err.contains("geheim"))
    }

    @Test(arguments: ["policy list", "up", "demo"])
    func `a misspelt setting is 2, with the right name`(command: String) async throws {
        let outcome = try await BuiltProgram.jiesu(
            command.split(separator: " ").map(String.init), environment: ["JIESU_LOGLEVEL": "debug"])
        #expect(outcome.status == 2, "\(outcome)")
        #expect(outcome.err.contains("did you mean JIESU_LOG_LEVEL?"), "\(outcome)")
    }

    @Test func `a port that somebody listens on is 1, said before anything is made`() async throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        let reserved = try ReservedPort()
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(reserved.number).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var on: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        try #require(isBound && listen(listener, 1) == 0, "a reserved port can be listened on")
        #expect(throws: CommandFailure.self) { try ReservedPort(reserved.number) }

        let folder = try TemporaryFolder()
        let outcome = try await BuiltProgram.jiesu(["up", "--port", "\(reserved.number)"], in: folder.url)
        #expect(outcome.status == 1)
        #expect(outcome.err.contains("\njiesu: port \(reserved.number) is in use\n"), "\(outcome)")
        #expect(outcome.err.contains("--port"), "\(outcome)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("jiesu-data/postgres")))
    }

    @Test func `an empty setting is none`() async throws {
        let outcome = try await BuiltProgram.jiesu(["policy", "list"], environment: ["JIESU_DATABASE_URL": ""])
        #expect(outcome.status == 1)
        #expect(outcome.err.contains("no suite runs with the data folder"), "\(outcome)")
    }

    @Test func `a profile in order is 0`() async throws {
        let shipped = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Shared/Policies/Profiles/p000-06.json").standardizedFileURL.path
        let outcome = try await BuiltProgram.jiesu(["policy", "check", shipped])
        #expect(outcome.status == 0)
        #expect(outcome.out == "\(shipped): p000-06 is in order\n")
    }

    @Test func `a broken profile is 1, each mistake with file, line and key`() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            #"""
            {
              "profile": "p000-06",
              "version": "one",
              "title": "x",
              "chanels": {}
            }
            """#.utf8, to: "broken.json")
        let outcome = try await BuiltProgram.jiesu(["policy", "check", file])
        #expect(outcome.status == 1)
        let lines = (outcome.out + outcome.err).split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("\(file):3: /version: ") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("\(file):5: /chanels: ") && $0.contains("channels") }, "\(lines)")
    }

    @Test func `a profile that is no JSON names the line`() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("{\n  \"profile\": \n}".utf8, to: "broken.json")
        let outcome = try await BuiltProgram.jiesu(["policy", "check", file])
        #expect(outcome.status == 1)
        #expect((outcome.out + outcome.err).contains("\(file):3"))
    }
}
