import CaseStore
import Policies
import Postgres
import Support
import Testing

@testable import Jiesu

/// `jiesu organisation`, as an administrator types it.
@Suite struct OrganisationTests {
    /// Database logins belong to the whole cluster: each test's organisation has a name of its own.
    private let code = "new-\(UInt32.random(in: 0 ... .max))"

    private func add(_ city: City, _ arguments: String..., environment: [String: String] = [:]) async throws
        -> BuiltProgram.Output
    {
        try await run(city, ["add", code] + arguments, environment)
    }

    private func run(_ city: City, _ arguments: [String], _ environment: [String: String] = [:]) async throws
        -> BuiltProgram.Output
    {
        try await BuiltProgram.jiesu(
            ["organisation"] + arguments + ["--data", city.folder.url.path], environment: environment,
            in: city.folder.url)
    }

    private func rules(_ city: City) async throws -> Int {
        try await city.number("SELECT value FROM jiesu.setting WHERE name = 'rules'")
    }

    private func password(_ what: String, in output: String) throws -> String {
        let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("\(what)\t") })
        let field = try #require(line.split(separator: "\t").last)
        #expect(field.hasPrefix("password ") && field.hasSuffix(" (shown this once)"))
        return String(field.split(separator: " ")[1])
    }

    @Test func `one step makes all that an organisation needs, and its people can log in`() async throws {
        let city = try await City()
        let before = try await rules(city)
        let outcome = try await add(
            city, "--title", "望汀区水务局", "--level", "district", "--parent", "wangting-government", "--alias", "水务局",
            "--alias", "区水务局", "--role", "water", "--contact", "示例路 2 号", "--jurisdiction",
            "wangting:urban_construction", "--jurisdiction", "liuba:urban_construction")
        #expect(outcome.status == 0, "\(outcome.err)")
        let lines = outcome.out.split(separator: "\n").map {
            $0.split(separator: "\t").prefix(3).joined(separator: " ")
        }
        #expect(
            lines.dropLast() == [
                "organisation \(code) made", "jurisdiction wangting:urban_construction made",
                "jurisdiction liuba:urban_construction made", "database login jiesu_desk_\(code) made",
                "account \(code) made",
            ])
        #expect(lines.last?.hasPrefix("topic jiesu.inbox.\(code) left to the embedded broker") == true)
        #expect(try await rules(city) > before, "services read the directory again")
        let known = try await CaseStore(pool: city.pool).rulebook().directory
        let made = try #require(known.organisations[code])
        #expect(made.title == "望汀区水务局" && made.level == "district" && made.parent == "wangting-government")
        #expect(made.aliases == ["水务局", "区水务局"] && made.roles == ["water"] && made.contact == "示例路 2 号")
        #expect(made.hasInbox)
        #expect(known.jurisdictions.filter { $0.organisation == code }.map(\.region).sorted() == ["liuba", "wangting"])

        let desk = try await Connection.connect(city.database.settings(as: "jiesu_desk_\(code)"))
        #expect(try await desk.query("SELECT jiesu.my_organisation()").only().get(0) == code)
        let password = try password("account", in: outcome.out)
        let token: String = try await desk.query("SELECT token FROM jiesu.log_in(\(code), \(password))").only().get(0)
        let roles: [String] = try await desk.query("SELECT roles FROM jiesu.session(\(token))").only().get(0)
        #expect(roles.sorted() == ["leader", "officer", "section_head", "unit_head"])
    }

    @Test func `run again it changes nothing and says so, and what is missing is made`() async throws {
        let city = try await City()
        let typed = [
            "add", code, "--title", "示例", "--level", "district", "--jurisdiction", "wangting:urban_construction",
        ]
        #expect(try await run(city, typed).status == 0)
        let before = try await rules(city)
        for arguments in [typed, ["add", code]] {
            let again = try await run(city, arguments)
            #expect(again.status == 0)
            #expect(again.out.hasSuffix("nothing changed\n"))
            #expect(!again.out.contains("made") && !again.out.contains("password"))
            #expect(try await rules(city) == before)
        }
        // Somebody broke off, or took something away.
        for (taken, completed) in [
            ("DELETE FROM jiesu.account_roles; DELETE FROM jiesu.account", "account\t\(code)\tmade\tpassword "),
            ("DELETE FROM jiesu.desk_login", "database login\tjiesu_desk_\(code)\tcompleted\n"),
            (
                "DELETE FROM jiesu.jurisdiction WHERE origin = 'command'",
                "jurisdiction\twangting:urban_construction\tmade\n"
            ),
        ] {
            _ = try await city.pool.withConnection { try await $0.script(taken) }
            let again = try await run(city, typed)
            #expect(again.out.contains(completed), "\(again)")
            #expect(!again.out.contains("nothing changed"))
            #expect(again.out.split(separator: "\n").filter { $0.hasSuffix("\tthere") }.count == 3)
        }
        #expect(try await run(city, typed).out.hasSuffix("nothing changed\n"))
    }

    @Test func `an organisation of the file gets what it lacks, without telling what it is`() async throws {
        let city = try await City()
        let outcome = try await run(city, ["add", "shixun-land"])
        #expect(outcome.status == 0)
        #expect(outcome.out.hasPrefix("organisation\tshixun-land\tthere\n"))
        #expect(try await city.number("SELECT count(*) FROM jiesu.desk_login WHERE organisation = 'shixun-land'") == 1)
        #expect(try await city.texts("SELECT organisation FROM jiesu.account") == ["shixun-land"])
    }

    @Test(arguments: [
        (["--title", "别的"], "the title 石浔县自然资源和规划局"), (["--level", "city"], "the level district"),
        (["--parent", "city-land"], "the parent shixun-government"), (["--no-inbox"], "an inbox"),
        (["--alias", "x"], "the aliases "), (["--role", "court"], "the roles "),
        (["--contact", "x"], "another contact"),
    ])
    func `what is there is never changed`(arguments: [String], difference: String) async throws {
        let city = try await City.shared()
        let outcome = try await run(city, ["add", "shixun-land"] + arguments)
        #expect(outcome.status == 1)
        #expect(outcome.out.isEmpty)
        #expect(outcome.err.hasPrefix("jiesu: shixun-land is there with \(difference)"), "\(outcome.err)")
    }

    @Test func `what the public is only told about has no login, no account and no topic`() async throws {
        let city = try await City()
        let outcome = try await add(city, "--title", "示例", "--level", "city", "--no-inbox")
        #expect(outcome.out == "organisation\t\(code)\tmade\n")
        #expect(try await add(city).out == "organisation\t\(code)\tthere\nnothing changed\n")
        #expect(try await city.number("SELECT count(*) FROM jiesu.account") == 0)
        #expect(try await city.texts("SELECT inbox::text FROM jiesu.organisation WHERE code = \(code)") == ["false"])
    }

    @Test func `the database login has the password that was shown, or that of the file, which is not shown`()
        async throws
    {
        // The tests' common server trusts whoever reaches its socket; this one asks for passwords on TCP.
        let reserved = try ReservedPort()
        let port = reserved.number
        let cluster = try TestCluster.make(port: port)
        try await cluster.start()
        try await TestDatabase.install(at: cluster.url())
        func add(_ code: String, _ arguments: String...) async throws -> BuiltProgram.Output {
            try await BuiltProgram.jiesu(
                ["organisation", "add", code] + arguments, environment: ["JIESU_DATABASE_URL": cluster.url()])
        }
        func logsIn(_ code: String, _ password: String) async throws -> Bool {
            let settings = try ConnectionSettings(
                url: "host=127.0.0.1 port=\(port) dbname=postgres user=jiesu_desk_\(code) password='\(password)'")
            do {
                let desk = try await Connection.connect(settings)
                let organisation: String? = try await desk.query("SELECT jiesu.my_organisation()").only().get(0)
                await desk.close()
                return organisation == code
            } catch {
                return false
            }
        }
        let shown = try password("database login", in: try await add("city-land").out)
        #expect(try await logsIn("city-land", shown))
        #expect(try await !logsIn("city-land", shown + "x"))

        let folder = try TemporaryFolder()
        let file = try folder.write("geheim 一\nsecond line\n".utf8, to: "password")
        let outcome = try await add("city-rural", "--password-file", file)
        #expect(outcome.out.contains("database login\tjiesu_desk_city-rural\tmade\n"), "\(outcome)")
        #expect(!outcome.out.contains("geheim"))
        #expect(try await logsIn("city-rural", "geheim 一"))
        for (name, bytes) in [("empty", ""), ("blank", "\nx")] {
            let wrong = try await add("city-civil", "--password-file", try folder.write(bytes.utf8, to: name))
            #expect(wrong.status == 1 && wrong.err.contains("holds no password"), "\(wrong)")
        }
        #expect(try await add("city-civil", "--password-file", "/nonexistent").err.contains("cannot be read"))
        try await cluster.remove()
    }

    @Test(arguments: [
        (["--title", "示例"], "--level is missing"), (["--level", "city"], "--title is missing"),
        (["--title", "", "--level", "city"], "--title wants a value"),
        (["--title", "示\u{7}例", "--level", "city"], "--title wants a text of 1 to 60 characters"),
        (["--title", "示例", "--level", "city", "--parent", "city-goverment"], "did you mean \"city-government\"?"),
        (["--title", "示例", "--level", "city", "--parent", "zzzzzzzz"], "`jiesu organisation list` shows them"),
        (["--title", "示例", "--level", "distrct"], "did you mean \"district\"?"),
        (["--title", "示例", "--level", "Stadt"], "\"Stadt\" is no level"),
        (["--title", "示例", "--level", "city", "--role", "inspection_rom"], "did you mean \"inspection_room\"?"),
        (["--title", "示例", "--level", "city", "--jurisdiction", "wangting"], "--jurisdiction wants REGION:SUBJECT"),
        (["--title", "示例", "--level", "city", "--jurisdiction", "wangtin:housing"], "did you mean \"wangting\"?"),
        (
            ["--title", "示例", "--level", "city", "--jurisdiction", "wangting:urban_constructon"],
            "\"urban_construction\"?"
        ),
        (["--titel", "示例"], "did you mean \"--title\"?"),
    ])
    func `a slip is 2, with what was expected, and makes nothing`(arguments: [String], message: String) async throws {
        let city = try await City.shared()
        let outcome = try await run(city, ["add", code] + arguments)
        #expect(outcome.status == 2)
        #expect(outcome.out.isEmpty)
        #expect(outcome.err.contains(message), "\(outcome.err)")
        #expect(try await city.number("SELECT count(*) FROM jiesu.organisation WHERE code = \(code)") == 0)
    }

    @Test(arguments: ["Wasser", "1st", "a_b", "end-", "a b", String(repeating: "a", count: 41)])
    func `a code becomes a topic and a login, so not every text is one`(code: String) async throws {
        let outcome = try await BuiltProgram.jiesu(["organisation", "add", code])
        #expect(outcome.status == 2)
        #expect(outcome.err.contains("\"\(code)\" is no code; expected a code: a lower-case letter"), "\(outcome)")
    }

    @Test func `a name that somebody else's account has is no first account, and nothing is made`() async throws {
        let city = try await City()
        _ = try await city.pool.withConnection {
            try await $0.execute(
                """
                INSERT INTO jiesu.account (name, title, roles, password) VALUES (\(code), 'x', '{admin}', 'x')
                """)
        }
        let outcome = try await add(city, "--title", "示例", "--level", "city")
        #expect(outcome.status == 1)
        #expect(outcome.err.contains("the account \(code) belongs to the centre"), "\(outcome.err)")
        #expect(try await city.number("SELECT count(*) FROM jiesu.organisation WHERE code = \(code)") == 0)
        #expect(try await city.number("SELECT count(*) FROM pg_roles WHERE rolname = \("jiesu_desk_\(code)")") == 0)
    }

    @Test func `a cluster that does not answer is 1, after everything else is done and shown`() async throws {
        let city = try await City()
        let outcome = try await add(
            city, "--title", "示例", "--level", "city", environment: ["JIESU_KAFKA_BROKERS": "127.0.0.1:1"])
        #expect(outcome.status == 1)
        #expect(outcome.err.contains("the topic jiesu.inbox.\(code) was not made"), "\(outcome.err)")
        #expect(try !password("account", in: outcome.out).isEmpty)
        #expect(try await city.number("SELECT count(*) FROM jiesu.desk_login") == 1)
    }

    @Test(.enabled(if: TestBroker.kinds.contains(.real), "JIESU_TEST_KAFKA names no Kafka"))
    func `on a cluster the topic is made, once`() async throws {
        let city = try await City()
        let brokers = ["JIESU_KAFKA_BROKERS": try TestBroker(.real).settings.brokers]
        let outcome = try await add(city, "--title", "示例", "--level", "city", environment: brokers)
        #expect(outcome.out.contains("\ntopic\tjiesu.inbox.\(code)\tmade\nrights\tnone\t"), "\(outcome)")
        #expect(outcome.out.contains("\nJIESU_ORG=\(code)\n"), "\(outcome)")
        let again = try await add(city, environment: brokers)
        #expect(again.out.contains("\ntopic\tjiesu.inbox.\(code)\tthere\n"), "\(again)")
        #expect(again.out.hasSuffix("\nnothing changed\n"), "\(again)")
    }

    @Test func `what was added stays when the organisations file is put again`() async throws {
        let city = try await City()
        #expect(
            try await add(
                city, "--title", "示例", "--level", "district", "--jurisdiction", "wangting:urban_construction",
                "--jurisdiction", "tongdu:urban_construction"
            ).status == 0)
        // The file's own changes: one jurisdiction goes, one that was added is now in the file as well.
        let profiles = try Profile.shipped()
        var file = try OrganisationsFile.shipped(for: profiles)
        let gone = file.jurisdictions.removeFirst()
        file.jurisdictions.append(.init(organisation: code, region: "tongdu", subject: "urban_construction"))
        let admin = try await city.database.connection()
        _ = try await Setup.bringUp(admin, profiles: profiles, directory: file.directory)
        let jurisdictions = try await CaseStore(pool: city.pool).rulebook().directory.jurisdictions
        #expect(jurisdictions.filter { $0.organisation == code }.map(\.region).sorted() == ["tongdu", "wangting"])
        #expect(!jurisdictions.contains(gone))
        #expect(jurisdictions.count == file.jurisdictions.count + 1)
    }

    @Test func `the list shows who is there, with login and accounts`() async throws {
        let city = try await City()
        _ = try await run(city, ["add", "shixun-land"])
        let list = try await run(city, ["list"])
        let lines = list.out.split(separator: "\n")
        #expect(list.status == 0)
        #expect(lines.count == (try await city.number("SELECT count(*) FROM jiesu.organisation")))
        #expect(
            lines.contains(
                "shixun-land\tdistrict\tshixun-government\tjiesu_desk_shixun-land\t1\tactive\t石浔县自然资源和规划局"))
        #expect(lines.contains { $0.hasPrefix("city-government\tcity\t-\t-\t0\tactive\t") })
    }
}
