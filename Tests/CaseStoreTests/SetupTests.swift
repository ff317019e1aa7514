import Casework
import Policies
import Postgres
import Support
import Testing

@testable import CaseStore

struct SetupTests {
    private func bringUp(_ database: TestDatabase, _ directory: Directory, isSeed: Bool = false) async throws {
        let connection = try await database.connection()
        _ = try await Setup.bringUp(connection, profiles: Profile.shipped(), directory: directory, isSeed: isSeed)
        await connection.close()
    }

    private func codes(_ database: TestDatabase, _ query: Query) async throws -> [String] {
        let connection = try await database.connection()
        let codes = try await connection.query(query).map { try $0.get(0, as: String.self) }
        await connection.close()
        return codes
    }

    private static let city = Directory(
        organisations: [.init(code: "own-office", title: "本市机关", aliases: ["机关"], level: "city", roles: ["court"])],
        regions: [.init(code: "own", title: "本市")],
        jurisdictions: [.init(organisation: "own-office", region: "own", subject: "health")])

    @Test func anUpgradeWithoutAFileKeepsTheCitysOwnOrganisations() async throws {
        let database = try await TestDatabase.fresh()
        let shipped = try OrganisationsFile.shipped(for: Profile.shipped()).directory
        try await bringUp(database, Self.city)
        try await bringUp(database, shipped, isSeed: true)
        #expect(try await codes(database, "SELECT code FROM jiesu.organisation") == ["own-office"])
        #expect(try await codes(database, "SELECT organisation FROM jiesu.jurisdiction") == ["own-office"])
        let fresh = try await TestDatabase.fresh()
        try await bringUp(fresh, shipped, isSeed: true)
        #expect(try await codes(fresh, "SELECT code FROM jiesu.organisation").count == shipped.organisations.count)
    }

    @Test func whatTheFileNoLongerNamesGetsNothingNewAndNobodyIsSentThere() async throws {
        let database = try await TestDatabase.installed()
        let connection = try await database.connection()
        try await connection.script(
            """
            INSERT INTO jiesu.organisation (code, title, aliases, level, roles, contact, inbox, origin)
            VALUES ('by-hand', '手工', '{}', 'city', '{court}', '', true, 'command')
            """)
        await connection.close()
        try await bringUp(database, Self.city)
        let roles = try await codes(
            database, "SELECT code FROM jiesu.organisation WHERE roles <> '{}' ORDER BY code")
        #expect(roles == ["by-hand", "own-office"])
        #expect(
            try await codes(database, "SELECT code FROM jiesu.organisation WHERE aliases <> '{}'") == ["own-office"])
    }
}
