import CaseStore
import Foundation
import Policies
import Postgres
import Synchronization
import Telemetry

/// A new, empty database for one test, in a server that all tests of the run share.
///
/// The server starts at first use and ends with the test process, even when that crashes. It does not sync to disk.
package struct TestDatabase: Sendable {
    /// The superuser's address of the database.
    package let url: String
    package let name: String

    package static func fresh() async throws -> TestDatabase {
        let server = try await SharedCluster.server.value
        let name = "test\(numbers.add(1, ordering: .relaxed).newValue)"
        try await server.maintenance.script("CREATE DATABASE \(name)")
        return TestDatabase(url: server.cluster.url(database: name), name: name)
    }

    /// One with the schema, the shipped policies and the shipped city.
    package static func installed() async throws -> TestDatabase {
        let database = try await fresh()
        try await install(at: database.url)
        return database
    }

    /// Puts the same into another database.
    package static func install(at url: String) async throws {
        let connection = try await Connection.connect(ConnectionSettings(url: url))
        let profiles = try Profile.shipped()
        _ = try await Setup.bringUp(
            connection, profiles: profiles, directory: OrganisationsFile.shipped(for: profiles).directory)
        await connection.close()
    }

    package var settings: ConnectionSettings {
        get throws { try ConnectionSettings(url: url) }
    }

    /// Logged in as `role`, such as `jiesu_intake`; the roles are there once the schema is.
    package func settings(as role: String) throws -> ConnectionSettings {
        try ConnectionSettings(url: Self.url(url, as: role))
    }

    /// A cluster's address with another role in place of the superuser.
    package static func url(_ url: String, as role: String) -> String {
        url.replacing("user=\(PrivateCluster.superuser)", with: "user=\(role)")
    }

    package func connection() async throws -> Connection {
        try await Connection.connect(settings)
    }

    /// - Parameter size: the server takes 300 connections in all.
    package func pool(size: Int = 4, waitAtMost: Duration = .seconds(30)) throws -> Pool {
        try Pool(settings, size: size, waitAtMost: waitAtMost, log: Logger(service: "test", level: .error))
    }

    private static let numbers = Atomic<Int>(0)
}

/// The server of this test run.
private struct SharedCluster {
    let cluster: PrivateCluster
    let maintenance: Connection

    static let server = Task { () async throws -> SharedCluster in
        let cluster = try TestCluster.make()
        try await cluster.start()
        return SharedCluster(
            cluster: cluster, maintenance: try await Connection.connect(ConnectionSettings(url: cluster.url())))
    }
}
