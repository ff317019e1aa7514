import Foundation
import Postgres
import Support
import Testing

@Suite struct PrivateClusterTests {
    private func number(_ cluster: PrivateCluster) async throws -> Int {
        let c = try await Connection.connect(ConnectionSettings(url: cluster.url()))
        return try await c.query("SELECT count(*) FROM t").only().get(0)
    }

    /// A started server with one table of one row.
    private func started(_ settings: [String: String] = [:]) async throws -> PrivateCluster {
        let cluster = try TestCluster.make(settings: settings)
        try await cluster.start()
        let c = try await Connection.connect(ConnectionSettings(url: cluster.url()))
        try await c.script("CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
        return cluster
    }

    @Test func dataOutlivesStopsAndKills() async throws {
        let cluster = try await started(["synchronous_commit": "on"])
        try await cluster.restart()
        #expect(try await number(cluster) == 1)
        try await cluster.stop(.immediate)
        #expect(try await !cluster.isRunning())
        try await cluster.stop()
        try await cluster.start()
        #expect(try await number(cluster) == 1)
        for _ in 0..<2 {
            try await cluster.kill()
            try await cluster.start()
            #expect(try await number(cluster) == 1)
        }
        try await cluster.remove()
        #expect(!FileManager.default.fileExists(atPath: cluster.folder))
    }

    @Test func aSecondStartJoinsTheServer() async throws {
        let cluster = try await started()
        let same = try PrivateCluster(folder: cluster.folder)
        try await same.start()
        #expect(try await number(same) == 1)
        try await cluster.remove()
    }

    @Test func twoStartsAtOnceMakeOneServer() async throws {
        let cluster = try await started()
        try await cluster.stop()
        let same = try PrivateCluster(folder: cluster.folder)
        async let one: Void = cluster.start()
        async let two: Void = same.start()
        _ = try await (one, two)
        #expect(try await number(same) == 1)
        try await cluster.remove()
    }

    @Test func settingsAndALongFolderAreNoTrouble() async throws {
        let long = "/tmp/jiesu-test-\(getpid())-long/" + String(repeating: "长路径", count: 20)
        let cluster = try PrivateCluster(
            folder: long, settings: ["track_commit_timestamp": "on", "cluster_name": "it's"])
        try await cluster.start()
        let c = try await Connection.connect(ConnectionSettings(url: cluster.url()))
        let row = try await c.query(
            """
            SELECT current_setting('track_commit_timestamp'), current_setting('cluster_name'),
                current_setting('listen_addresses')
            """
        ).only()
        #expect(try (0..<3).map { try row.get($0) } == ["on", "it's", ""])
        try await cluster.remove()
        try FileManager.default.removeItem(atPath: "/tmp/jiesu-test-\(getpid())-long")
    }

    @Test func aMistakeInTheSettingsIsReported() async throws {
        let cluster = try TestCluster.make(settings: ["shared_buffers": "nonsense"])
        let error = await #expect(throws: PostgresError.self) { try await cluster.start() }
        #expect(error?.code == .process)
        #expect(error?.debugDescription.contains("nonsense") == true, "the server's last words are told")
        try await cluster.remove()
    }
}
