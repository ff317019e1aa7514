import Postgres
import Support
import Testing

@testable import Jiesu

/// `jiesu account`, as an administrator types it.
@Suite struct AccountTests {
    private func run(_ city: City, _ arguments: String...) async throws -> BuiltProgram.Output {
        try await BuiltProgram.jiesu(
            ["account"] + arguments + ["--data", city.folder.url.path], in: city.folder.url)
    }

    /// Whether name and password let somebody in.
    private func isLetIn(_ name: String, _ password: String, _ city: City) async throws -> Bool {
        try await city.number("SELECT count(*) FROM jiesu.log_in(\(name), \(password))") == 1
    }

    private func roles(_ token: String, _ city: City) async throws -> [String] {
        try await city.texts("SELECT unnest(roles) FROM jiesu.session(\(token)) ORDER BY 1")
    }

    private func shown(_ outcome: BuiltProgram.Output) throws -> String {
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.out.hasSuffix(" (shown this once)\n"))
        return String(try #require(outcome.out.split(separator: "password ").last?.split(separator: " ").first))
    }

    @Test func `an account is made, shown, given a new password, disabled and enabled`() async throws {
        let city = try await City()
        #expect(try await run(city, "list").out == "nobody has an account\n")
        let first = try shown(
            try await run(
                city, "add", "zhang.wei", "--role", "officer", "--role", "leader", "--organisation", "city-land",
                "--title", "张伟"))
        #expect(first.wholeMatch(of: /[2-9a-z]{4}(-[2-9a-z]{4}){4}/) != nil)
        #expect(try await isLetIn("zhang.wei", first, city))
        let centre = try shown(try await run(city, "add", "li", "--role", "dispatcher"))
        #expect(centre != first)
        #expect(
            try await run(city, "list").out
                == "li\t-\tdispatcher\tactive\tli\nzhang.wei\tcity-land\tofficer,leader\tactive\t张伟\n")

        let token = try #require(
            try await city.texts("SELECT token FROM jiesu.log_in('zhang.wei', \(first))").first)
        #expect(try await roles(token, city) == ["leader", "officer"])
        let second = try shown(try await run(city, "password", "zhang.wei"))
        #expect(try await !isLetIn("zhang.wei", first, city))
        #expect(try await isLetIn("zhang.wei", second, city))
        #expect(try await roles(token, city) == [], "who was let in by the old password is out")

        #expect(try await run(city, "disable", "zhang.wei").out == "zhang.wei is disabled\n")
        #expect(try await !isLetIn("zhang.wei", second, city))
        #expect(try await isLetIn("li", centre, city))
        #expect(try await run(city, "list").out.contains("zhang.wei\tcity-land\tofficer,leader\tdisabled\t"))
        let refused = try await run(city, "token", "zhang.wei", "--label", "x")
        #expect(refused.status == 1 && refused.err.contains("zhang.wei is disabled"), "\(refused)")
        #expect(try await run(city, "enable", "zhang.wei").out == "zhang.wei is active\n")
        #expect(try await isLetIn("zhang.wei", second, city))
    }

    @Test func `a token lets a program in until its day, and outlives a new password but not its end`() async throws {
        let city = try await City()
        _ = try shown(try await run(city, "add", "robot", "--role", "auditor"))
        #expect(try await run(city, "token-list").out == "there is no token\n")
        func token(_ arguments: String...) async throws -> String {
            let outcome = try await BuiltProgram.jiesu(
                ["account", "token", "robot"] + arguments + ["--data", city.folder.url.path])
            let parts = outcome.out.split(separator: "\t")
            #expect(outcome.status == 0 && parts.count == 3 && parts[0] == "token", "\(outcome)")
            #expect(parts.last?.hasPrefix("until 20") == true && parts.last?.hasSuffix(" (shown this once)\n") == true)
            return String(parts[1])
        }
        let (year, day) = (try await token("--label", "年度报表"), try await token("--label", "x", "--days", "1"))
        #expect(
            try await city.texts(
                """
                SELECT label || ' ' || round(extract(epoch FROM expires_at - made_at) / 86400)::text
                FROM jiesu.log_in WHERE kind = 'token' ORDER BY id
                """) == ["年度报表 365", "x 1"])
        _ = try shown(try await run(city, "password", "robot"))
        #expect(try await roles(year, city) == ["auditor"])
        let list = try await run(city, "token-list").out.split(separator: "\n")
        #expect(list.count == 2)
        #expect(list[0].contains("\trobot\t") && list[0].hasSuffix("\t年度报表"))
        let id = String(list[0].split(separator: "\t")[0])
        #expect(try await run(city, "token-end", id).out == "token \(id) has ended\n")
        #expect(try await roles(year, city) == [])
        #expect(try await roles(day, city) == ["auditor"])
        #expect(try await run(city, "token-list").out.split(separator: "\n").count == 1)
        let again = try await run(city, "token-end", id)
        #expect(again.status == 1 && again.err.contains("no token with id \(id) is good"), "\(again)")
    }

    @Test func `a name is taken once`() async throws {
        let city = try await City()
        let password = try shown(try await run(city, "add", "wang", "--role", "auditor"))
        let again = try await run(city, "add", "wang", "--role", "admin")
        #expect(again.status == 1)
        #expect(again.out.isEmpty)
        #expect(again.err.contains("there is an account wang already"))
        #expect(try await isLetIn("wang", password, city))
        #expect(try await city.texts("SELECT unnest(roles) FROM jiesu.account") == ["auditor"])
    }

    @Test(arguments: [
        (["add", "a"], "--role is missing"), (["add", "a", "--role", "offcer"], "did you mean \"officer\"?"),
        (["add", "a", "--role", "king"], "expected one of operator, dispatcher, officer"),
        (["add", "王", "--role", "admin"], "\"王\" is no log-in name"),
        (["add", "-a", "--role", "admin"], "unknown option -a"),
        (["add", ".a", "--role", "admin"], "\".a\" is no log-in name"),
        (["add", "--role", "admin"], "NAME is missing"),
        (["add", "a", "--role", "admin", "--title", "a\nb"], "--title wants a text"),
        (["add", "a", "--role", "admin", "--organisation", "city-lnd"], "did you mean \"city-land\"?"),
        (["token", "a"], "--label is missing"), (["token", "a", "--label", "x", "--days", "0"], "from 1 to 3650"),
        (["token-end", "x"], "\"x\" is no id"), (["disable"], "NAME is missing"), (["password", "a", "b"], "too many"),
    ])
    func `a slip is 2, with what was expected, and makes nothing`(arguments: [String], message: String) async throws {
        let city = try await City.shared()
        let outcome = try await BuiltProgram.jiesu(["account"] + arguments + ["--data", city.folder.url.path])
        #expect(outcome.status == 2)
        #expect(outcome.out.isEmpty)
        #expect(outcome.err.contains(message), "\(outcome.err)")
        #expect(try await city.number("SELECT count(*) FROM jiesu.account") == 0)
    }

    @Test(arguments: [["disable"], ["enable"], ["password"], ["token", "--label", "x"]])
    func `an account that is not there is 1, with whom was meant`(arguments: [String]) async throws {
        let city = try await City()
        _ = try shown(try await run(city, "add", "zhang", "--role", "auditor"))
        let outcome = try await BuiltProgram.jiesu(
            ["account"] + arguments + ["zhnag", "--data", city.folder.url.path])
        #expect(outcome.status == 1)
        #expect(outcome.out.isEmpty)
        #expect(outcome.err.contains("there is no account \"zhnag\"; did you mean \"zhang\"?"), "\(outcome.err)")
    }

    @Test func `of a failed command no password is in the errors`() async throws {
        let city = try await City()
        _ = try await city.pool.withConnection {
            try await $0.script("ALTER TABLE jiesu.account ADD CHECK (name <> 'zhang')")
        }
        let outcome = try await run(city, "add", "zhang", "--role", "auditor")
        #expect(outcome.status == 1)
        #expect(outcome.err.contains("23514"), "\(outcome.err)")
        #expect(!outcome.err.contains("$2a$") && !outcome.err.contains("password"))
    }
}
