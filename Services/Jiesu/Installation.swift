import CaseStore
import Foundation
import Policies
import Postgres

/// Brings a database up to what this program expects: schema, policies, organisations.
enum Installation {
    /// The organisations to write.
    struct City: Sendable {
        let file: OrganisationsFile
        /// The invented one that is shipped: only for a database that has none yet.
        let isSeed: Bool
    }

    /// Reads an organisations file, or the shipped one.
    static func organisations(_ path: String?, for profiles: [Profile]) throws -> City {
        guard let path else { return City(file: try OrganisationsFile.shipped(for: profiles), isSeed: true) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path) cannot be read")
        }
        return City(file: try OrganisationsFile.read(Array(data), file: path, profiles: profiles), isSeed: false)
    }

    static func bringUp(
        database url: String, organisations: City, profiles: [Profile]
    ) async throws -> Setup.Result {
        var settings = try ConnectionSettings(url: url)
        settings.applicationName = "jiesu migrate"
        // A migration may rewrite a large table without saying a word meanwhile.
        settings.silenceAtMost = .seconds(3600)
        let connection = try await Connection.connect(settings)
        do {
            let result = try await Setup.bringUp(
                connection, profiles: profiles, directory: organisations.file.directory, isSeed: organisations.isSeed)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}
