import Casework
import Foundation
import Policies
import Postgres
import WorkingTime

/// Makes and brings up to date what a database holds before the first complaint: schema, policies, organisations.
package enum Setup {
    /// The numbered migrations shipped with the program.
    private static func migrations() throws -> [Migration] {
        let folder = Bundle.module.bundleURL.appending(path: "Migrations")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "sql" }
            .map { file in
                let parts = file.deletingPathExtension().lastPathComponent.split(separator: "_", maxSplits: 1)
                guard parts.count == 2, let number = Int(parts[0]) else {
                    throw StoreError.unreadable("migration \(file.lastPathComponent)")
                }
                return Migration(
                    number: number, name: String(parts[1]), sql: try String(contentsOf: file, encoding: .utf8))
            }
            .sorted { $0.number < $1.number }
    }

    /// What `bringUp` did.
    package struct Result: Sendable {
        package let migrations: [Int]
        package let policies: [Policy.Version]
        package let organisations: Int
        /// Statements that would take from everybody what PostgreSQL gives them, but need an owner or superuser to run
        /// them.
        package let openToPublic: [String]
    }

    /// Migrates, puts the profiles, writes the directory and tells every service. Safe to repeat, and safe beside
    /// running services.
    /// - Parameter isSeed: the directory is only for a database that has none yet: a city's own is never overwritten by
    ///   the one that comes with the program.
    package static func bringUp(
        _ connection: Connection, profiles: [Profile], directory: Directory, isSeed: Bool = false
    ) async throws -> Result {
        let applied = try await Migrator.migrate(try migrations(), on: connection)
        try await connection.script("BEGIN")
        do {
            let policies = try await put(profiles, on: connection)
            try await put(calendar: try WorkCalendar.shippedDocument(), on: connection)
            let present = try await connection.query("SELECT FROM jiesu.organisation LIMIT 1")
            if !isSeed || present.isEmpty { try await write(directory, on: connection) }
            _ = try await connection.execute("UPDATE jiesu.setting SET value = value + 1 WHERE name = 'rules'")
            let open = try await connection.query("SELECT jiesu.close_to_public()").map {
                try $0.get(0, as: String.self)
            }
            try await connection.script("COMMIT")
            return Result(
                migrations: applied, policies: policies, organisations: directory.organisations.count,
                openToPublic: open)
        } catch {
            try await connection.script("ROLLBACK")
            throw error
        }
    }

    /// Puts profiles that are not there yet. A version once put never changes, for cases are pinned to it.
    /// - Throws: `StoreError.policyChanged` if the same version was put with other content.
    /// - Returns: what was put.
    private static func put(_ profiles: [Profile], on connection: Connection) async throws -> [Policy.Version] {
        var put: [Policy.Version] = []
        for profile in profiles {
            let version = profile.policy.version
            let rows = try await connection.query(
                """
                INSERT INTO jiesu.policy (profile, version, document)
                VALUES (\(version.profile), \(Int32(version.version)), \(profile.document))
                ON CONFLICT DO NOTHING RETURNING version
                """)
            if !rows.isEmpty {
                put.append(version)
                continue
            }
            let kept: String = try await connection.query(
                """
                SELECT document FROM jiesu.policy
                WHERE profile = \(version.profile) AND version = \(Int32(version.version))
                """
            ).only().get(0)
            guard kept == profile.document else { throw StoreError.policyChanged(version.stored) }
        }
        return put
    }

    /// Puts a calendar that is not there yet. Like a policy's, a version once put never changes.
    static func put(calendar document: String, on connection: Connection) async throws {
        let version = try WorkCalendar.read(Array(document.utf8), file: "calendar").version
        let rows = try await connection.query(
            """
            WITH put AS (
                INSERT INTO jiesu.calendar (name, version, document)
                VALUES (\(version.calendar), \(Int32(version.version)), \(document)) ON CONFLICT DO NOTHING RETURNING document
            ), stale AS (
                -- A day may have become one off, or a working one: the watchers count everything again.
                UPDATE jiesu.clock SET uncounted = true WHERE NOT uncounted AND EXISTS (SELECT FROM put)
            )
            SELECT document FROM put UNION ALL
            SELECT document FROM jiesu.calendar WHERE name = \(version.calendar) AND version = \(Int32(version.version))
            """)
        guard try rows.only().get(0, as: String.self) == document else {
            throw StoreError.policyChanged(version.description)
        }
    }

    /// Writes regions, organisations and jurisdictions; what the directory no longer names goes only from the
    /// jurisdictions, for cases may still be with an organisation that answers for nothing new. Jurisdictions that
    /// `jiesu organisation add` made are no file's, and stay.
    private static func write(_ directory: Directory, on connection: Connection) async throws {
        let regions = directory.regions.values.sorted { $0.code < $1.code }.map { region -> Query in
            """
            INSERT INTO jiesu.region (code, title, aliases, parent)
            VALUES (\(region.code), \(region.title), \(region.aliases), \(region.parent))
            ON CONFLICT (code) DO UPDATE SET title = excluded.title, aliases = excluded.aliases, parent = excluded.parent
            """
        }
        let organisations = directory.organisations.values.sorted { $0.code < $1.code }.map { one -> Query in
            """
            INSERT INTO jiesu.organisation (code, title, aliases, parent, level, roles, contact, inbox)
            VALUES (\(one.code), \(one.title), \(one.aliases), \(one.parent), \(one.level), \(one.roles), \(one.contact),
                \(one.hasInbox))
            ON CONFLICT (code) DO UPDATE SET title = excluded.title, aliases = excluded.aliases, parent = excluded.parent,
                level = excluded.level, roles = excluded.roles, contact = excluded.contact, inbox = excluded.inbox
            """
        }
        // What the file no longer names may still have cases, but nothing new comes to it and nobody is told to go there.
        let gone: Query = """
            UPDATE jiesu.organisation SET roles = '{}', aliases = '{}'
            WHERE origin = 'file' AND code <> ALL(\(directory.organisations.keys.sorted()))
            """
        let renamed: Query = """
            UPDATE jiesu.region SET aliases = '{}' WHERE code <> ALL(\(directory.regions.keys.sorted()))
            """
        let all = directory.jurisdictions
        let jurisdictions: [Query] = [
            "DELETE FROM jiesu.jurisdiction WHERE origin = 'file'",
            """
            INSERT INTO jiesu.jurisdiction (organisation, region, subject)
            SELECT DISTINCT * FROM unnest(\(all.map(\.organisation)), \(all.map(\.region)), \(all.map(\.subject)))
            ON CONFLICT DO NOTHING
            """,
        ]
        _ = try await connection.pipeline(regions + organisations + [gone, renamed] + jurisdictions)
    }
}
