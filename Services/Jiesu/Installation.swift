import CaseStore
import Foundation
import Casework
import Policies
import Postgres

/// Brings a database up to what this program expects: schema, policies, organisations.
enum Installation {
    struct Result {
        let migrations: [Int]
        let policies: [Policy.Version]
        let organisations: Int
    }

    /// Reads an organisations file, or the shipped one.
    static func organisations(_ path: String?, for profiles: [Profile]) throws -> OrganisationsFile {
        guard let path else { return try OrganisationsFile.shipped(for: profiles) }
        guard let data = FileManager.default.contents(atPath: path) else { throw CommandFailure("\(path) cannot be read") }
        return try OrganisationsFile.read(Array(data), file: path, profiles: profiles)
    }

    static func bringUp(
        database url: String, organisations: OrganisationsFile, profiles: [Profile]
    ) async throws -> Result {
        var settings = try ConnectionSettings(url: url)
        settings.applicationName = "jiesu migrate"
        // A migration may rewrite a large table without saying a word meanwhile.
        settings.silenceAtMost = .seconds(3600)
        let connection = try await Connection.connect(settings)
        do {
            let applied = try await Migrator.migrate(try Setup.migrations(), on: connection)
            try await connection.script("BEGIN")
            let put = try await Setup.put(profiles, on: connection)
            try await Setup.write(organisations.directory, on: connection)
            try await Setup.raiseRules(on: connection)
            try await connection.script("COMMIT")
            await connection.close()
            return Result(
                migrations: applied, policies: put, organisations: organisations.directory.organisations.count)
        } catch {
            await connection.close()
            throw error
        }
    }
}
