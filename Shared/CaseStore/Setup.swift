import Casework
import Foundation
import Policies
import Postgres

/// Makes and brings up to date what a database holds before the first complaint: schema, policies, organisations.
package enum Setup {
    /// The numbered migrations shipped with the program.
    package static func migrations() throws -> [Migration] {
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

    /// Puts profiles that are not there yet. A version once put never changes, for cases are pinned to it.
    /// - Throws: `StoreError.policyChanged` if the same version was put with other content.
    /// - Returns: what was put.
    package static func put(_ profiles: [Profile], on connection: Connection) async throws -> [Policy.Version] {
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

    /// Writes regions, organisations and jurisdictions; what the directory no longer names goes only from the jurisdictions,
    /// for cases may still be with an organisation that answers for nothing new.
    package static func write(_ directory: Directory, on connection: Connection) async throws {
        let regions = directory.regions.values.sorted { $0.code < $1.code }
        let organisations = directory.organisations.values.sorted { $0.code < $1.code }
        for region in regions {
            _ = try await connection.execute(
                """
                INSERT INTO jiesu.region (code, title, aliases, parent)
                VALUES (\(region.code), \(region.title), \(region.aliases), \(region.parent))
                ON CONFLICT (code) DO UPDATE SET title = excluded.title, aliases = excluded.aliases, parent = excluded.parent
                """)
        }
        for one in organisations {
            _ = try await connection.execute(
                """
                INSERT INTO jiesu.organisation (code, title, aliases, parent, level, roles, contact, inbox)
                VALUES (\(one.code), \(one.title), \(one.aliases), \(one.parent), \(one.level), \(one.roles), \(one.contact),
                    \(one.hasInbox))
                ON CONFLICT (code) DO UPDATE SET title = excluded.title, aliases = excluded.aliases, parent = excluded.parent,
                    level = excluded.level, roles = excluded.roles, contact = excluded.contact, inbox = excluded.inbox
                """)
        }
        let jurisdictions = directory.jurisdictions
        _ = try await connection.pipeline([
            "DELETE FROM jiesu.jurisdiction",
            """
            INSERT INTO jiesu.jurisdiction (organisation, region, subject)
            SELECT DISTINCT * FROM unnest(\(jurisdictions.map(\.organisation)), \(jurisdictions.map(\.region)),
                \(jurisdictions.map(\.subject)))
            """,
        ])
    }

    /// Tells every service that policies or organisations changed. In the same transaction as the change.
    package static func raiseRules(on connection: Connection) async throws {
        _ = try await connection.execute("UPDATE jiesu.setting SET value = value + 1 WHERE name = 'rules'")
    }
}
