import Foundation
import Postgres

/// Servers of PostgreSQL for tests that stop and kill theirs; removed when the test process ends, however it ends.
package enum TestCluster {
    /// A server in a new folder, not started.
    /// - Parameter port: on 127.0.0.1, where it asks for passwords; default none, the unix socket only.
    package static func make(port: Int? = nil, settings: [String: String] = [:]) throws -> PrivateCluster {
        let folder = "/tmp/jiesu-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        var all = [
            "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300",
            "track_commit_timestamp": "on", "shared_buffers": "64MB",
        ]
        all.merge(settings) { _, given in given }
        let cluster = try PrivateCluster(folder: folder, port: port, settings: all)
        try Guardian.atExit(cluster.removal)
        return cluster
    }
}
