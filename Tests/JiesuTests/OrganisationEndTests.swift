import Access
import CaseStore
import Casework
import Postgres
import Support
import Testing

@testable import Jiesu

/// `jiesu organisation rename`, `merge` and `disable`, as an administrator types them.
@Suite struct OrganisationEndTests {
    /// Database logins belong to the whole cluster: each test's organisations have names of their own.
    private let old = "old-\(UInt32.random(in: 0 ... .max))"
    private let heir = "heir-\(UInt32.random(in: 0 ... .max))"

    private func run(_ city: City, _ arguments: String...) async throws -> BuiltProgram.Output {
        try await BuiltProgram.jiesu(
            ["organisation"] + arguments + ["--data", city.folder.url.path], in: city.folder.url)
    }

    private func directory(_ city: City) async throws -> Directory {
        try await CaseStore(pool: city.pool).rulebook().directory
    }

    /// A city with two more organisations, the first of which has a desk, an account and a jurisdiction.
    private func cityOfTwo() async throws -> City {
        let city = try await City()
        for (code, title) in [(old, "旧局\(old)"), (heir, "新局\(heir)")] {
            let added = try await run(
                city, "add", code, "--title", title, "--level", "district", "--parent", "wangting-government")
            try #require(added.status == 0, "\(added)")
        }
        let more = try await run(city, "add", old, "--jurisdiction", "wangting:urban_construction")
        try #require(more.status == 0, "\(more)")
        return city
    }

    /// Cases that `lead` signed for, of which some are about `accused`.
    static func cases(
        _ count: Int, of lead: String, accused: [String] = [], helpers: [String] = [], in city: City
    ) async throws -> [Int64] {
        let store = CaseStore(pool: city.pool)
        let name = TestBroker.uniqueName()
        let registered = try await store.register(
            (0..<count).map {
                Registration(
                    key: "\(name)\($0)", request: [], line: "12345", actor: .complainant, channel: "phone_hotline",
                    identity: .named, contact: .init(name: "示例甲", phone: "000-0000"), text: "路灯不亮")
            })
        let ids = registered.compactMap { if case .registered(let receipt) = $0 { receipt.number.id } else { nil } }
        let finding = Finding(nature: "complaint", subject: "urban_construction", urgency: "ordinary", accused: accused)
        let orders: [Order] = [
            .classify(finding), .dispatch(Dispatched(lead: lead, helpers: helpers)), .sign(Signed(organisation: lead)),
        ]
        for (number, order) in orders.enumerated() {
            let results = try await store.perform(
                ids.map {
                    .init(
                        caseID: $0,
                        command: Command(id: "t\(number)", seen: .round(1), by: .service("test"), order: order))
                })
            for result in results { _ = try result.get() }
        }
        return ids
    }

    @Test func `rename changes the title, keeps the old one as a name, and can be repeated`() async throws {
        let city = try await City()
        let before = try await directory(city).organisations["shixun-land"]
        let renamed = try await run(city, "rename", "shixun-land", "--title", "石浔县土地局")
        #expect(renamed.status == 0 && renamed.out == "organisation\tshixun-land\trenamed\t石浔县土地局\n", "\(renamed)")
        var expected = try #require(before)
        expected.aliases.append(expected.title)
        expected.title = "石浔县土地局"
        #expect(try await directory(city).organisations["shixun-land"] == expected)
        let again = try await run(city, "rename", "shixun-land", "--title", "石浔县土地局")
        #expect(again.status == 0 && again.out.hasSuffix("nothing changed\n"), "\(again)")
        // And back: no name twice.
        _ = try await run(city, "rename", "shixun-land", "--title", "石浔县自然资源和规划局")
        let back = try #require(try await directory(city).organisations["shixun-land"])
        #expect(back.title == before?.title && Set(back.aliases).count == back.aliases.count)

        let taken = try await run(city, "rename", "shixun-land", "--title", expected.title)
        #expect(taken.status == 0)
        let other = try await run(city, "rename", "city-land", "--title", expected.title)
        #expect(other.status == 1 && other.err.contains("another organisation is called"), "\(other)")
        let unknown = try await run(city, "rename", "shixun-lnad", "--title", "x")
        #expect(unknown.status == 2 && unknown.err.contains("did you mean \"shixun-land\"?"), "\(unknown)")
    }

    @Test func `merged, its jurisdictions and open cases are the other's, and its people and desk are shut out`()
        async throws
    {
        let city = try await cityOfTwo()
        let (mine, about) = (
            try await Self.cases(3, of: old, in: city), try await Self.cases(1, of: old, accused: [heir], in: city)
        )
        let helped = try await Self.cases(1, of: "wangting-urban", helpers: [old], in: city)
        let desk = try await Connection.connect(city.database.settings(as: "jiesu_desk_\(old)"))
        #expect(try await desk.query("SELECT FROM jiesu.my_case").count == 5)
        let limits = try await city.texts(
            "SELECT limit_at::text FROM jiesu.case_file WHERE id = ANY(\(mine)) ORDER BY id")

        let merged = try await run(city, "merge", old, "--into", heir)
        #expect(merged.status == 0, "\(merged)")
        #expect(merged.out == "organisation\t\(old)\tdisabled\tinto \(heir)\ncases\t5\thanded over\n", "\(merged)")
        #expect(
            try await city.texts("SELECT lead || ' ' || state FROM jiesu.case_file WHERE id = ANY(\(mine))")
                == Array(repeating: "\(heir) signed", count: 3))
        #expect(
            try await city.texts("SELECT limit_at::text FROM jiesu.case_file WHERE id = ANY(\(mine)) ORDER BY id")
                == limits)
        #expect(
            try await city.texts("SELECT state FROM jiesu.case_file WHERE id = ANY(\(about))") == ["awaiting_judgement"]
        )
        #expect(
            try await city.texts("SELECT array_to_string(helpers, ',') FROM jiesu.case_file WHERE id = ANY(\(helped))")
                == [heir])
        // Both were told, by events that the chain covers.
        #expect(
            try await city.texts(
                """
                SELECT DISTINCT array_to_string(told, ',') FROM jiesu.case_event WHERE kind = 'handed_over'
                    AND case_id = ANY(\(mine))
                """) == ["jiesu.cases,jiesu.inbox.\(heir),jiesu.inbox.\(old)"])
        let audit = try await BuiltProgram.jiesu(["audit", "verify", "--data", city.folder.url.path])
        #expect(audit.status == 0, "\(audit)")

        let known = try await directory(city)
        #expect(known.organisations[old]?.isDisabled == true && known.organisations[old]?.successor == heir)
        #expect(known.jurisdictions.filter { [old, heir].contains($0.organisation) }.map(\.organisation) == [heir])
        await #expect(throws: (any Error).self) { try await desk.query("SELECT FROM jiesu.my_case") }
        await #expect(throws: (any Error).self) {
            try await Connection.connect(city.database.settings(as: "jiesu_desk_\(old)"))
        }
        #expect(
            try await city.number(
                "SELECT count(*) FROM jiesu.account WHERE organisation = \(old) AND disabled_at IS NULL") == 0)

        let again = try await run(city, "merge", old, "--into", heir)
        #expect(again.status == 0 && again.out.hasSuffix("nothing changed\n"), "\(again)")
        let elsewhere = try await run(city, "merge", old, "--into", "wangting-urban")
        #expect(elsewhere.status == 1 && elsewhere.err.contains("its cases went elsewhere"), "\(elsewhere)")
        let added = try await run(city, "add", old)
        #expect(added.status == 1 && added.err.contains("is disabled"), "\(added)")
        #expect(try await run(city, "list").out.contains("\tdisabled, cases to \(heir)\t旧局"))
    }

    @Test func `killed after the organisation ended, the next run hands over the rest, and routing does so too`()
        async throws
    {
        let city = try await cityOfTwo()
        let ids = try await Self.cases(4, of: old, in: city)
        // As it stands when the command dies after its first step, and after the first of the cases.
        _ = try await city.texts("SELECT jiesu.disable_organisation(\(old), \(heir), true)")
        let routing = CaseStore(pool: try city.pool(as: "jiesu_routing"))
        _ = try await routing.perform([
            .init(
                caseID: ids[0],
                command: Command(
                    id: "hand_over:\(old)", seen: .round(1), by: .service("organisation"), order: .handOver(from: old)))
        ])
        let resumed = try await run(city, "merge", old, "--into", heir)
        #expect(resumed.status == 0 && resumed.out.contains("cases\t3\thanded over"), "\(resumed)")
        #expect(try await city.number("SELECT count(*) FROM jiesu.case_event WHERE kind = 'handed_over'") == 4)

        // What was on its way to it at that moment.
        try await city.database.connection().script(
            "UPDATE jiesu.organisation SET disabled_at = NULL, successor = NULL WHERE code = '\(old)';"
                + "UPDATE jiesu.setting SET value = value + 1 WHERE name = 'rules'")
        _ = try await Self.cases(2, of: old, in: city)
        _ = try await city.texts("SELECT jiesu.disable_organisation(\(old), \(heir), true)")
        #expect(try await routing.handOver(from: old) == .init(done: 2))
        #expect(try await routing.handOver(from: old) == .init())
    }

    @Test
    func `disabled without a successor it must have no open case; with one they go there and its subjects to nobody`()
        async throws
    {
        let city = try await cityOfTwo()
        let ids = try await Self.cases(2, of: old, in: city)
        let refused = try await run(city, "disable", old)
        #expect(refused.status == 1 && refused.out.isEmpty)
        #expect(
            refused.err.contains("\(old) has open cases: \(CaseNumber(id: ids[0])), \(CaseNumber(id: ids[1]))"),
            "\(refused)")
        #expect(try await directory(city).organisations[old]?.isDisabled == false)
        let slip = try await run(city, "disable", old, "--successor", "nobody-knows")
        #expect(slip.status == 2 && slip.err.contains("unknown organisation"), "\(slip)")

        let disabled = try await run(city, "disable", old, "--successor", heir)
        #expect(disabled.status == 0 && disabled.out.contains("cases\t2\thanded over"), "\(disabled)")
        let known = try await directory(city)
        #expect(known.jurisdictions.filter { [old, heir].contains($0.organisation) }.isEmpty)
        let empty = try await run(city, "disable", heir, "--successor", heir)
        #expect(empty.status == 2, "\(empty)")
        let back = try await run(city, "enable", old)
        #expect(back.status == 1 && back.err.contains("another organisation took over"), "\(back)")
    }

    @Test func `disabled by mistake, an organisation gets back all that it had, but what others have by now`()
        async throws
    {
        let city = try await cityOfTwo()
        // Whoever had left before stays out.
        _ = try await city.texts(
            """
            INSERT INTO jiesu.account (name, title, organisation, roles, password, disabled_at)
            VALUES (\(old + "-left"), 'x', \(old), '{officer}', 'x', now()) RETURNING name
            """)
        func accounts() async throws -> [String] {
            try await city.texts(
                "SELECT name FROM jiesu.account WHERE organisation = \(old) AND disabled_at IS NULL ORDER BY name")
        }
        let before = try await directory(city)
        let (had, people) = (before.jurisdictions.filter { $0.organisation == old }, try await accounts())
        try #require(had.count == 1 && people == [old])
        let there = try await run(city, "enable", old)
        #expect(there.status == 0 && there.out == "organisation\t\(old)\tthere\nnothing changed\n", "\(there)")
        #expect(try await run(city, "disable", old).status == 0)
        #expect(try await accounts().isEmpty)
        await #expect(throws: (any Error).self) {
            try await Connection.connect(city.database.settings(as: "jiesu_desk_\(old)"))
        }

        let title = try #require(before.organisations[old]).title
        let namesake = try await run(city, "rename", heir, "--title", title)
        #expect(namesake.status == 0, "\(namesake)")
        let taken = try await run(city, "enable", old)
        #expect(taken.status == 1 && taken.err.contains("has its title by now"), "\(taken)")
        #expect(try await run(city, "rename", heir, "--title", "新局\(heir)").status == 0)

        let enabled = try await run(city, "enable", old)
        #expect(enabled.status == 0 && enabled.out == "organisation\t\(old)\tenabled\n", "\(enabled)")
        let after = try await directory(city)
        #expect(after.organisations[old] == before.organisations[old])
        #expect(after.jurisdictions.filter { $0.organisation == old } == had)
        #expect(try await accounts() == people)
        let desk = try await Connection.connect(city.database.settings(as: "jiesu_desk_\(old)"))
        #expect(try await desk.query("SELECT jiesu.my_organisation()").only().get(0) == old)
        #expect(
            try await city.texts("SELECT act FROM jiesu.administration WHERE about = \(old) ORDER BY id DESC LIMIT 2")
                == ["organisation_enabled", "organisation_disabled"])
        // Once more, from the beginning.
        #expect(try await run(city, "disable", old).status == 0)
        #expect(try await run(city, "enable", old).status == 0)
        #expect(try await accounts() == people)
        let slip = try await run(city, "enable", old + "x")
        #expect(slip.status == 2 && slip.err.contains("did you mean"), "\(slip)")
    }

    @Test func `whoever took over reads what was noted before, and others still do not`() async throws {
        let city = try await cityOfTwo()
        let id = try await Self.cases(1, of: old, in: city)[0]
        _ = try await city.texts(
            """
            INSERT INTO jiesu.note (case_id, organisation, account, text)
            SELECT \(id), \(old), a.id, '已联系' FROM jiesu.account a WHERE a.name = \(old) RETURNING text
            """)
        let desk = try await Connection.connect(city.database.settings(as: "jiesu_desk_\(heir)"))
        #expect(try await desk.query("SELECT FROM jiesu.my_note").isEmpty)
        #expect(try await run(city, "merge", old, "--into", heir).status == 0)
        #expect(try await desk.query("SELECT text FROM jiesu.my_note WHERE case_id = \(id)").only().get(0) == "已联系")
    }

    @Test func `a complaint about whoever was merged is none for the successor to see`() async throws {
        let city = try await cityOfTwo()
        let id = try await Self.cases(1, of: "wangting-urban", accused: [old], helpers: [heir], in: city)[0]
        let desk = try await Connection.connect(city.database.settings(as: "jiesu_desk_\(heir)"))
        #expect(try await desk.query("SELECT FROM jiesu.my_case WHERE id = \(id)").count == 1)
        #expect(try await run(city, "merge", old, "--into", heir).status == 0)
        #expect(try await desk.query("SELECT FROM jiesu.my_case WHERE id = \(id)").isEmpty)
    }
}
