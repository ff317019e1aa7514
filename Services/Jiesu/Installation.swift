import CaseStore
import Foundation
import Policies
import Postgres

/// Brings a database up to what this program expects: schema, policies, organisations.
enum Installation {
    /// Reads an organisations file, or the shipped one.
    static func organisations(_ path: String?, for profiles: [Profile]) throws -> OrganisationsFile {
        guard let path else { return try OrganisationsFile.shipped(for: profiles) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path) cannot be read")
        }
        return try OrganisationsFile.read(Array(data), file: path, profiles: profiles)
    }

    static func bringUp(
        database url: String, organisations: OrganisationsFile, profiles: [Profile]
    ) async throws -> Setup.Result {
        var settings = try ConnectionSettings(url: url)
        settings.applicationName = "jiesu migrate"
        // A migration may rewrite a large table without saying a word meanwhile.
        settings.silenceAtMost = .seconds(3600)
        let connection = try await Connection.connect(settings)
        do {
            let result = try await Setup.bringUp(
                connection, profiles: profiles, directory: organisations.directory)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}
