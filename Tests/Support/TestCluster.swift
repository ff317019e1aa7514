import Foundation
import Postgres

/// Servers of PostgreSQL for tests that stop and kill theirs; removed when the test process ends, however it ends.
package enum TestCluster {
    /// A server in a new folder, not started.
    package static func make(settings: [String: String] = [:]) throws -> PrivateCluster {
        let folder = "/tmp/jiesu-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        var all = [
            "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300",
            "track_commit_timestamp": "on", "shared_buffers": "64MB",
        ]
        all.merge(settings) { _, given in given }
        let cluster = try PrivateCluster(folder: folder, settings: all)
        try removeAtExit(cluster)
        return cluster
    }

    /// A shell that waits for the end of this process and then cleans up. In a session of its own, so that Ctrl-C reaches
    /// only us, and nobody's child here: the exit tests of Swift Testing wait for any child and do not expect others.
    private static func removeAtExit(_ cluster: PrivateCluster) throws {
        let guardian = "while kill -0 \(getpid()); do sleep 1; done; \(cluster.removal)"
        let quoted = "'" + guardian.replacing("'", with: "'\\''") + "'"
        _ = try ChildProcess.run(["/bin/sh", "-c", "setsid /bin/sh -c \(quoted) > /dev/null 2>&1 < /dev/null &"])
    }
}
